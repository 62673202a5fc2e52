"""What is forecast of a drain is what the cluster's own scheduler then does: generated clusters of simulated
nodes are built beside each other, one node of each is drained, and who waits for a node is counted."""

import json
import os
import random
import sys
import time
import unittest

from support import ROOT, Lab

sys.path.insert(0, str(ROOT / "tests" / "placement"))
import clusters  # noqa: E402

lab = Lab("e2e-placement")

COUNT = int(os.environ.get("CFKOPS_PLACEMENT_CLUSTERS", "50"))
TOGETHER = 10
MOST_WRONG_YES = 0.01
MARK = "cfkops.test/cluster"
# As tests/lab marks simulated nodes: kwok looks after them, and nobody else's pods go there.
SIMULATED = {"kwok.x-k8s.io/node": "fake"}
TAINT = {"key": "kwok.x-k8s.io/node", "value": "fake", "effect": "NoSchedule"}
# The scheduler tries again within 10 s; who waits longer waits for something to change.
UNCHANGED = 13


def verdicts_program():
    """The test program that prints forecasts, of the newest build."""
    given = os.environ.get("CFKOPS_VERDICTS")
    found = [given] if given else sorted(ROOT.glob("build/*/tests/placement/verdicts"),
                                         key=lambda path: path.stat().st_mtime)
    if not found:
        raise AssertionError("tests/placement/verdicts is not built; "
                             "next: cmake --preset dev && cmake --build --preset dev --target placement_verdicts")
    return str(found[-1])


def name_of(cluster):
    return f"placement-{cluster.seed}"


def workload_object(cluster, workload):
    labels = {"app": workload.name, MARK: name_of(cluster)}
    spec = clusters.pod_spec(workload)
    spec["nodeSelector"] = {MARK: name_of(cluster)}
    spec["tolerations"].append({"key": TAINT["key"], "operator": "Exists"})
    spec.update(automountServiceAccountToken=False, enableServiceLinks=False, terminationGracePeriodSeconds=0)
    made = {"apiVersion": "apps/v1", "kind": workload.kind,
            "metadata": {"name": workload.name, "namespace": name_of(cluster)},
            "spec": {"replicas": workload.replicas, "selector": {"matchLabels": {"app": workload.name}},
                     "template": {"metadata": {"labels": labels}, "spec": spec}}}
    if workload.kind == "StatefulSet":
        made["spec"].update(serviceName=workload.name, podManagementPolicy="Parallel")
    return made


def objects(cluster):
    """Nodes and namespace; workloads, once the nodes are there."""
    first = [{"apiVersion": "v1", "kind": "Namespace",
              "metadata": {"name": name_of(cluster), "labels": {MARK: name_of(cluster)}}}]
    for node in cluster.nodes:
        made = clusters.node_object(node, {MARK: name_of(cluster)}, SIMULATED, [TAINT])
        del made["status"]["conditions"]  # kwok's own
        first.append(made)
    return first, [workload_object(cluster, one) for one in cluster.workloads if one.replicas]


def create(wanted):
    lab.kubectl("create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": wanted}))


def items(*words):
    return json.loads(lab.kubectl("get", *words, "-o", "json"))["items"]


def wait_for(what, seconds, ready):
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise AssertionError(f"not in {seconds} s: {what}")
        time.sleep(0.5)


def nodes_ready(count):
    found = items("nodes", "-l", MARK)
    return len(found) == count and all(
        any(one["type"] == "Ready" and one["status"] == "True" for one in node["status"].get("conditions", []))
        and not any(taint["key"].startswith("node.kubernetes.io/") for taint in node["spec"].get("taints", []))
        for node in found)


def settled(made, seconds=180):
    """The pods that wait for a node, by namespace, once nothing moves any more."""
    wanted = {name_of(one): sum(work.replicas for work in one.workloads) for one in made}
    until, since, before = time.monotonic() + seconds, time.monotonic(), None
    while time.monotonic() < until:
        found = items("pods", "-A", "-l", MARK)
        counts = {name: sum(pod["metadata"]["namespace"] == name for pod in found) for name in wanted}
        moving = counts != wanted or any("deletionTimestamp" in pod["metadata"] for pod in found)
        waiting = {name: sorted(pod["metadata"]["name"] for pod in found
                                if pod["metadata"]["namespace"] == name and not pod["spec"].get("nodeName"))
                   for name in wanted}
        if moving or waiting != before:
            since, before = time.monotonic(), None if moving else waiting
        if not moving and (not any(waiting.values()) or time.monotonic() - since > UNCHANGED):
            return waiting
        time.sleep(0.5)
    raise AssertionError(f"pods did not settle in {seconds} s: wanted {wanted}, found {counts}")


def view():
    """All that a forecast looks at, as the API server gives it."""
    kinds = {"Node": "nodes", "Pod": "pods", "PersistentVolumeClaim": "claims", "PersistentVolume": "volumes",
             "StorageClass": "classes", "Namespace": "namespaces", "CSINode": "csi_nodes"}
    made = {name: [] for name in kinds.values()}
    for one in items("nodes,pods,persistentvolumeclaims,persistentvolumes,storageclasses,namespaces,csinodes", "-A"):
        made[kinds[one["kind"]]].append(one)
    return made


def busiest(cluster, seen):
    counts = {node.name: 0 for node in cluster.nodes}
    for pod in seen["pods"]:
        if pod["spec"].get("nodeName") in counts:
            counts[pod["spec"]["nodeName"]] += 1
    return max(counts, key=counts.get)


def remove(made):
    names = [name_of(one) for one in made]
    lab.kubectl("delete", "namespace", *names, "--ignore-not-found", "--timeout=120s")
    lab.kubectl("delete", "node", *[node.name for one in made for node in one.nodes], "--ignore-not-found")


@unittest.skipUnless(os.environ.get("CFKOPS_FULL"), "a part of 'tests/run.sh full': it takes minutes")
class Placement(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        lab.up("--nodes", 1, "--fake-nodes", 1)

    @classmethod
    def tearDownClass(cls):
        lab.down()

    def drained(self, made, program):
        """(cluster, forecast, who waits after the drain) of those whose pods all had nodes before it."""
        all_made = made
        try:
            parts = [objects(one) for one in made]
            create([one for first, _ in parts for one in first])
            wait_for("simulated nodes Ready", 120, lambda: nodes_ready(sum(len(one.nodes) for one in made)))
            create([one for _, then in parts for one in then])
            before = settled(made)
            made = [one for one in made if not before[name_of(one)]]
            if not made:
                return []
            seen = view()
            nodes = [busiest(one, seen) for one in made]
            answers = clusters.forecasts(program, [(seen, node) for node in nodes])
            lab.kubectl("drain", *nodes, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=120s")
            after = settled(made)
            return [(one, answer, after[name_of(one)]) for one, answer in zip(made, answers)]
        finally:
            remove(all_made)

    def test_ForecastsComeTrue(self):
        program = verdicts_program()
        seeds = list(range(max(500, 2 * COUNT)))
        random.Random(1).shuffle(seeds)
        results = []
        while len(results) < COUNT and seeds:
            batch, seeds = seeds[:TOGETHER], seeds[TOGETHER:]
            results += self.drained([clusters.generate(seed) for seed in batch], program)
        results = results[:COUNT]
        self.assertEqual(len(results), COUNT, "too few clusters could be built")
        yes = [one for one in results if one[1]["verdict"] == "Yes"]
        no = [one for one in results if one[1]["verdict"] == "No"]
        wrong_yes = [one for one in yes if one[2]]
        wrong_no = [one for one in no if not one[2]]
        print(f"{COUNT} drains: {len(yes)} yes of which {len(wrong_yes)} wrong, {len(no)} no of which "
              f"{len(wrong_no)} wrong, {COUNT - len(yes) - len(no)} unknown")
        for kind, wrong in (("yes", wrong_yes), ("no", wrong_no)):
            for cluster, answer, waiting in wrong:
                print(f"wrong {kind}: seed {cluster.seed}, waiting {waiting}, forecast {json.dumps(answer)}")
        self.assertEqual(len(wrong_no), 0, "a No must always be right")
        self.assertLessEqual(len(wrong_yes), MOST_WRONG_YES * len(yes), "a Yes must nearly always be right")
        self.assertGreater(min(len(yes), len(no)), COUNT // 10, "the drains were all alike")


if __name__ == "__main__":
    unittest.main()
