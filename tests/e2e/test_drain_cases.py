"""kubectl drain and node.drain empty twin nodes: the same pods on both, the same flags. What the one evicts, leaves and
refuses, so does the other, but for what docs/drain.md lists."""

import collections
import concurrent.futures
import json
import os
import re
import subprocess
import time
import unittest

from shop import wait_until
from support import ROOT, cluster, only_full_on_lab

lab = cluster("e2e-drain-cases")

# Twin nodes, and the namespaces of what is on them: theirs and ours.
TWINS = [(("node-1", "theirs-1"), ("node-2", "ours-1")), (("node-3", "theirs-2"), ("node-4", "ours-2"))]
# What has to go goes there and nowhere else: on a node that is to be emptied it would be in the way of another case.
SPARE = {"node-1": "node-5", "node-2": "node-5", "node-3": "node-6", "node-4": "node-6"}
TIMEOUT = 30  # seconds, of kubectl, whose wait for a budget has no end

RUNBOOK = """
apiVersion: cfkops/v1
kind: Runbook
name: empty
title: Empty a node
purpose: As kubectl drain does.
owner: tests
risk: low
params: {node: {type: ref<Node>}}
steps:
  - id: cordon
    do: node.cordon
    with: {node: "${params.node}", reason: a twin is drained by kubectl}
  - id: drain
    do: node.drain
    with: {node: "${params.node}", GIVEN}
    rollback: {none: what has gone runs elsewhere}
"""

D, E, F = ("ignore_daemonsets", "delete_emptydir", "force")
FLAGS = {D: "--ignore-daemonsets", E: "--delete-emptydir-data", F: "--force"}
ALL = (D, E, F)

Case = collections.namedtuple("Case", "objects flags selector more differs")


def case(objects, flags=(), selector="", more=(), differs=""):
    """`more` are flags of kubectl that there are none of here; `differs` is the row of docs/drain.md that says so."""
    return Case(objects.split(), flags, selector, more, differs)


ROW_BUDGET = "waits for ever for a budget that can never allow it, and for a pod of two budgets fails half-way"
ROW_GOING = "evicts pods that are on their way out"
ROW_PAST_BUDGETS = "`--disable-eviction`"

CASES = [
    *(case("web", flags) for flags in ((), ALL)),
    *(case("web-empty", flags) for flags in ((), (E,), (D, F), ALL)),
    *(case("set", flags) for flags in ((), ALL)),
    *(case("set-disk", flags) for flags in ((), (E,))),
    *(case("bare", flags) for flags in ((), (F,), (D, E), ALL)),
    *(case("bare-empty", flags) for flags in ((), (F,), (E,), (E, F))),
    *(case("job", flags) for flags in ((), (F,))),
    *(case("job-empty", flags) for flags in ((), (E,))),
    *(case("job-done", flags) for flags in ((), (F,))),
    *(case("done", flags) for flags in ((), (D, E), (F,))),
    *(case("failed", flags) for flags in ((), (F,))),
    *(case("done-empty", flags) for flags in ((), (E,))),
    *(case("agent", flags) for flags in ((), (D,), (E, F), ALL)),
    *(case("agent-empty", flags) for flags in ((D,), (E,), (D, E))),
    *(case("mirror", flags) for flags in ((), ALL)),
    *(case("replicas", flags) for flags in ((), (F,))),
    *(case("owned", flags) for flags in ((), (F,))),
    case("web going", (F,)),
    case("going", (F,)),
    case("going", differs=ROW_GOING),
    case("web web-empty"), case("web web-empty", (E,)),
    case("web bare"), case("web bare", (F,)),
    case("web agent"), case("web agent", (D,)),
    case("web done failed job-done"),
    case("web mirror"), case("agent mirror", (D,)),
    *(case("web bare agent web-empty", flags) for flags in ((D,), (D, E), (D, F), ALL)),
    case("two budget-1"),
    case("two bare budget-1", (F,)),
    case("two budget-1", more=("--grace-period=1",)),
    case("set budget-2"),
    case("done-two budget-0"),
    case("web bare", selector="what=web"),
    case("web agent", selector="what!=agent"),
    case("web web-empty", selector="what=web"),
    case("web bare", selector="what=bare"), case("web bare", (F,), selector="what=bare"),
    case("web set bare", selector="what in (web, set)"),
    case("two budget-0"),
    case("web two budget-0", differs=ROW_BUDGET),
    case("web two budget-0 budget-1", differs=ROW_BUDGET),
    case("two budget-0", more=("--disable-eviction",), differs=ROW_PAST_BUDGETS),
]


def pod(what, node="", empty=False, done=False, code=0, grace=1):
    """The template of a pod, labelled with what it is; on that node if one is named."""
    command = ["sh", "-c", f"exit {code}"] if done else ["sleep", "3600"]
    it = {"name": "it", "image": "busybox:1", "imagePullPolicy": "IfNotPresent", "command": command}
    spec = {"terminationGracePeriodSeconds": grace, "automountServiceAccountToken": False, "enableServiceLinks": False,
            "containers": [it], **({"volumes": [{"name": "tmp", "emptyDir": {}}]} if empty else {}),
            **({"nodeName": node} if node else {}), **({"restartPolicy": "Never"} if done else {})}
    return {"metadata": {"labels": {"what": what}}, "spec": spec}


def on_nodes(*names):
    return {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [*names]}]}


def rather(template, node):
    """On that node as long as it takes pods, all of one kind on one."""
    of_kind = {"matchLabels": template["metadata"]["labels"]}
    template["spec"]["affinity"] = {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [on_nodes(node, SPARE[node])]},
            "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "preference": on_nodes(node)}]},
        "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": {
            "labelSelector": of_kind, "topologyKey": "kubernetes.io/hostname"}}]}}
    return template


def thing(kind, version, what, **spec):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": what}, "spec": spec}


def managed(kind, what, node, count=1, **options):
    more = {"serviceName": what} if kind == "StatefulSet" else {}
    return thing(kind, "apps/v1", what, replicas=count, selector={"matchLabels": {"what": what}},
                 template=rather(pod(what, **options), node), **more)


def agents(what, node, **options):
    template = pod(what, **options)
    template["spec"]["nodeSelector"] = {"kubernetes.io/hostname": node}
    return thing("DaemonSet", "apps/v1", what, selector={"matchLabels": {"what": what}}, template=template)


def job(what, node, done=False, **options):
    template = pod(what, done=done, **options)
    template["spec"]["restartPolicy"] = "Never"
    return thing("Job", "batch/v1", what, template=rather(template, node))


def bare(what, node, **options):
    made = pod(what, node, **options)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": what, **made["metadata"]}, "spec": made["spec"]}


def budget(name, what, most):
    return thing("PodDisruptionBudget", "policy/v1", name, maxUnavailable=most,
                 selector={"matchLabels": {"what": what}})


def with_disk(node):
    made = managed("StatefulSet", "set-disk", node)
    made["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": {
        "storageClassName": "disks", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]
    return made


# By the word of a case, what is made for that node.
KINDS = {
    "web": lambda node: managed("Deployment", "web", node),
    "web-empty": lambda node: managed("Deployment", "web-empty", node, empty=True),
    "two": lambda node: managed("Deployment", "two", node, count=2),
    "set": lambda node: managed("StatefulSet", "set", node),
    "set-disk": with_disk,
    "replicas": lambda node: managed("ReplicaSet", "replicas", node),
    "bare": lambda node: bare("bare", node),
    "bare-empty": lambda node: bare("bare-empty", node, empty=True),
    "done": lambda node: bare("done", node, done=True),
    "done-two": lambda node: bare("two", node, done=True),
    "done-empty": lambda node: bare("done-empty", node, done=True, empty=True),
    "failed": lambda node: bare("failed", node, done=True, code=1),
    "going": lambda node: bare("going", node, grace=3600),
    "owned": lambda node: bare("owned", node),
    "job": lambda node: job("job", node),
    "job-empty": lambda node: job("job-empty", node, empty=True),
    "job-done": lambda node: job("job-done", node, done=True),
    "agent": lambda node: agents("agent", node),
    "agent-empty": lambda node: agents("agent-empty", node, empty=True),
    "budget-0": lambda _: budget("budget-0", "two", 0),
    "budget-1": lambda _: budget("budget-1", "two", 1),
    "budget-2": lambda _: budget("budget-2", "set", 1),
}
MADE = "deployment,statefulset,replicaset,daemonset,job,pdb,pod,pvc"


class Side:
    """One of two twin nodes, with what is on it."""

    def __init__(self, node, namespace):
        self.node, self.namespace = node, namespace
        self.before = {}

    def pods(self):
        """What is on the node: uid to the kind of pod."""
        return {one["metadata"]["uid"]: (one["metadata"]["labels"]["what"], one)
                for one in lab.items("pods", self.namespace) if one["spec"].get("nodeName") == self.node}

    def make(self, words):
        objects = [KINDS[word](self.node) for word in words if word != "mirror"]
        if "set-disk" in words:
            lab.place_disk(self.namespace, "data-set-disk-0", self.node)
        if "owned" in words:
            owner = json.loads(lab.kubectl("-n", self.namespace, "create", "configmap", "owner", "-o", "json"))
            objects[words.index("owned")]["metadata"]["ownerReferences"] = [{
                "apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"],
                "controller": True}]
        if "mirror" in words:
            made = bare("mirror", "")
            made["metadata"]["namespace"] = self.namespace
            lab.place_static_pod(self.node, made)
        if objects:
            lab.kubectl("-n", self.namespace, "apply", "-f", "-",
                        stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
        wanted = sum(2 if word == "two" else 1 for word in words if not word.startswith("budget"))
        wait_until(f"{words} on {self.node}", lambda: self.is_made(words, wanted))
        if "going" in words:
            lab.kubectl("-n", self.namespace, "delete", "pod", "going", "--wait=false")
        self.before = {uid: what for uid, (what, _) in self.pods().items()}

    def is_made(self, words, wanted):
        there = [one for _, one in self.pods().values()]
        phases = [one["status"]["phase"] for one in there]
        ended = sum(word in ("done", "done-two", "done-empty", "failed", "job-done") for word in words)
        # Of budgets that share pods the controller counts again only one when these change.
        counted = collections.defaultdict(bool)
        for one in lab.items("pdb", self.namespace):
            counted[one["spec"]["selector"]["matchLabels"]["what"]] |= (
                one["status"].get("observedGeneration") == one["metadata"]["generation"]
                and one["status"].get("expectedPods", 0) == one["status"].get("currentHealthy", 0))
        counted = all(counted.values()) or ended
        return (len(there) == wanted and counted and phases.count("Running") == wanted - ended
                and sum(phase in ("Succeeded", "Failed") for phase in phases) == ended)

    def outcome(self):
        """Of each kind of pod how many have gone, and how many are still there; of what was going anyway nothing."""
        left = {uid for uid, (_, one) in self.pods().items() if "deletionTimestamp" not in one["metadata"]}
        found = collections.Counter()
        for uid, what in self.before.items():
            if what != "going":
                found[what, "stays" if uid in left else "goes"] += 1
        return dict(found)

    def clear(self):
        lab.kubectl("uncordon", self.node)
        lab.remove_static_pods(self.node, self.namespace)
        lab.kubectl("-n", self.namespace, "delete", MADE, "--all", "--wait=false")
        lab.kubectl("-n", self.namespace, "delete", "pods", "--all", "--force", "--grace-period=0", "--wait=false")
        lab.kubectl("-n", self.namespace, "delete", "configmap", "owner", "--ignore-not-found")
        lab.kubectl("delete", "pv", f"{self.namespace}-data-set-disk-0", "--ignore-not-found", "--wait=false")
        wait_until(f"{self.node} is empty", lambda: not lab.items(MADE, self.namespace))


def by_kubectl(one, side):
    """Starts it; returns what tells whether it was refused, and what it said."""
    words = ["drain", side.node, f"--timeout={TIMEOUT}s", *(FLAGS[flag] for flag in one.flags), *one.more]
    words += ["--pod-selector", one.selector] if one.selector else []
    done = subprocess.run([*map(str, lab.kubectl_argv()), *words], text=True, capture_output=True, cwd=ROOT,
                          env={**os.environ, **lab.env}, stdin=subprocess.DEVNULL)
    return done.returncode != 0, done.stdout + done.stderr


def by_cfkops(one, side):
    given = ", ".join([f"{flag}: true" for flag in one.flags] +
                      ([f'pod_selector: "{one.selector}"'] if one.selector else []))
    file = lab.state / f"empty-{side.node}.yaml"
    file.write_text(RUNBOOK.lstrip().replace(", GIVEN", f", {given}" if given else ""))
    done = lab.run(file, f"node={side.node}", namespace="default")
    if done.code not in (0, 1, 5):
        raise AssertionError(done)
    return done.code != 0, str(done)


def release(sides):
    """What is going does so in the end."""
    for side in sides:
        lab.kubectl("-n", side.namespace, "delete", "pod", "going", "--force", "--grace-period=0", "--ignore-not-found",
                    "--wait=false")


def carry_out(one, twins):
    """Both at the same time, each on its node: whether they refused, what became of the pods, and what they said."""
    sides = [Side(*place) for place in twins]
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda side: side.make(one.objects), sides))
            started = [pool.submit(tool, one, side) for tool, side in zip((by_kubectl, by_cfkops), sides)]
            if "going" in one.objects:
                time.sleep(3)
                release(sides)
            answers = [future.result() for future in started]
        outcomes = [side.outcome() for side in sides]
        taken = not lab.get("node", sides[1].node)["spec"].get("unschedulable", False)
        return answers, outcomes, taken
    finally:
        for side in sides:
            side.clear()


def name_of(one):
    flags = [FLAGS[flag] for flag in one.flags] + list(one.more)
    return " ".join([*one.objects, *flags, *([f"-l '{one.selector}'"] if one.selector else [])])


def setUpModule():
    only_full_on_lab()
    lab.up_for_objects(nodes=6)
    lab.make_disks("default")
    for twins in TWINS:
        for _, namespace in twins:
            lab.kubectl("create", "namespace", namespace)
            wait_until("its service account", lambda n=namespace: lab.get("serviceaccount", "default", n))


def tearDownModule():
    lab.down()


class Drained(unittest.TestCase):

    def test_WhatGoesStaysAndIsRefusedIsTheSame(self):
        results = {}
        free = list(TWINS)

        def work(one):
            twins = free.pop()
            try:
                results[name_of(one)] = carry_out(one, twins)
            except Exception as error:
                results[name_of(one)] = error
            finally:
                free.append(twins)

        with concurrent.futures.ThreadPoolExecutor(len(TWINS)) as pool:
            list(pool.map(work, CASES))
        self.assertEqual(len(results), len(CASES), "each case once")
        self.assertGreaterEqual(len(results), 60)
        for one in CASES:
            with self.subTest(case=name_of(one)):
                self.judge(one, results[name_of(one)])
        seen = {answer for result in results.values() if not isinstance(result, Exception)
                for answer, _ in result[0]}
        self.assertEqual(seen, {True, False}, "both answers were seen")

    def judge(self, one, result):
        if isinstance(result, Exception):
            raise result
        ((refused, said), (ours_refused, ours_said)), (theirs, ours), taken = result
        both = f"\n--- kubectl\n{said}\n--- cfkops\n{ours_said}"
        same = (ours_refused, ours) == (refused, theirs)
        if one.differs:
            self.assertFalse(same, f"it differs no more: take it out of docs/drain.md{both}")
        else:
            self.assertEqual(ours, theirs, both)
            self.assertEqual(ours_refused, refused, both)
        if ours_refused:
            self.assertFalse(any(what == "goes" for _, what in ours), f"refused, and something has gone{both}")
            self.assertTrue(taken, f"refused, and the node takes no pods{both}")

    def test_EachDifferenceIsInTheDocument(self):
        rows = [row.split("|")[1].strip() for row in (ROOT / "docs" / "drain.md").read_text().splitlines()
                if re.match(r"\| .* \| .* \|", row)]
        for one in CASES:
            if one.differs:
                self.assertIn(one.differs, rows)


if __name__ == "__main__":
    unittest.main()
