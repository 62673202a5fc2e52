"""What emptying a node costs beside `kubectl drain`: behind a budget, and with Kafka on the node.

Called by run.py."""

import contextlib
import datetime
import json
import os
import statistics
import subprocess
import threading
import time

from row import Row, harmed, start_even
from support import NAMESPACE, Lab

ROUNDS = 5
NAME = "web"
# A third of the pods on each of three nodes; a fourth takes what leaves.
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: 12
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      automountServiceAccountToken: false
      enableServiceLinks: false
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway,
         nodeTaintsPolicy: Honor, labelSelector: {matchLabels: {app: web}}}
      containers:
      - name: it
        image: busybox:1
        imagePullPolicy: IfNotPresent
        command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 1 & wait; done"]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: default}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
"""


class Allowed:
    """When the budget let a pod go again, as a watcher saw it."""

    def __init__(self, lab):
        self.times = []
        self.process = subprocess.Popen(
            [*map(str, lab.kubectl_argv()), "get", "pdb", NAME, "-w", "-o",
             "jsonpath={.status.disruptionsAllowed}{'\\n'}"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, **lab.env})
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            if line.strip() == "1":
                self.times.append(time.time())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.thread.join()


def reactions(lab, since, allowed):
    """Seconds from each time that the budget let a pod go until the eviction that used it reached the server."""
    sent = []
    for event in lab.audit_events(since):
        if event.get("objectRef", {}).get("subresource") == "eviction" and event["responseStatus"]["code"] == 201:
            stamp = event["requestReceivedTimestamp"].replace("Z", "+00:00")
            sent.append(datetime.datetime.fromisoformat(stamp).timestamp())
    found = []
    for eviction in sent[1:]:  # the first one waits for nothing
        before = [moment for moment in allowed if moment <= eviction + 0.05]
        if before:
            found.append(max(0.0, eviction - before[-1]))
    return found


def on_nodes(lab, namespace, selector):
    items = json.loads(lab.kubectl("-n", namespace, "get", "pods", "-l", selector, "-o", "json"))["items"]
    return [one["spec"].get("nodeName") for one in items if "deletionTimestamp" not in one["metadata"]]


def spread(lab, node):
    """Makes the pods anew, four on each of three nodes, `node` among them."""
    lab.kubectl("delete", "deployment", NAME, "--ignore-not-found", "--cascade=foreground")
    spare = next(name for name in reversed(lab.nodes()) if name != node)
    lab.kubectl("cordon", spare)
    lab.kubectl("apply", "-f", "-", stdin=SHOP)
    lab.kubectl("rollout", "status", f"deployment/{NAME}", "--timeout=120s")
    lab.kubectl("uncordon", spare)
    count = on_nodes(lab, "default", f"app={NAME}").count(node)
    if count != 4:
        raise SystemExit(f"bench: {count} of 12 pods are on {node}, not 4")


def by_kubectl(lab, node):
    began = time.monotonic()
    lab.kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data")
    return time.monotonic() - began


def by_cfkops(lab, node, *params):
    done = lab.cfkops("run", "node-drain", "--param", f"node={node}", "--param", "reason=a measurement", *params, "--yes")
    if done.code != 0:
        raise SystemExit(f"bench: drain of {node}: {done}")
    return done.seconds


def behind_a_budget(lab, rounds):
    theirs, ours, reacted = [], [], []
    node = lab.nodes()[0]
    for _ in range(rounds):
        spread(lab, node)
        theirs.append(by_kubectl(lab, node))
        lab.kubectl("uncordon", node)
        spread(lab, node)
        since = lab.audit_size()
        with Allowed(lab) as allowed:
            ours.append(by_cfkops(lab, node))
        reacted += reactions(lab, since, allowed.times)
        lab.kubectl("uncordon", node)
    lab.kubectl("delete", "deployment,pdb", NAME)
    ratio = statistics.median(ours) / statistics.median(theirs)
    slowest = max(reacted, default=float("inf"))
    return [Row("drain, 4 of 12 pods, budget of 1", f"{statistics.median(ours):.1f} s",
                f"kubectl drain {statistics.median(theirs):.1f} s", "<= 0.6 x", ratio <= 0.6),
            Row("drain: reaction to a freed budget", f"{1000 * slowest:.0f} ms at most, of {len(reacted)}",
                "kubectl asks every 5 s", "< 300 ms", slowest < 0.3)]


def with_both(lab):
    """A node that has a broker and a controller."""
    both = set(on_nodes(lab, NAMESPACE, "app=kafka")) & set(on_nodes(lab, NAMESPACE, "app=kraftcontroller"))
    if not both:
        raise SystemExit("bench: no node has a broker and a controller")
    return sorted(both)[0]


def last_unwell(sample):
    """When a broker did not answer or something was not in sync for the last time."""
    return max((row["at"] for row in sample["rows"] if len(row["brokers"]) < 3
                or any(one["under_replicated"] for one in row["brokers"].values())), default=0)


def with_kafka(lab):
    lab.tool("slow-replication", "on")
    start_even(lab)
    node = with_both(lab)
    with lab.observed(size=5000) as theirs:
        began = time.time()
        drained = by_kubectl(lab, node)
        lab.wait_healthy()
    # To ask costs seconds; the samples know when it was.
    whole = max(drained, last_unwell(theirs["sample"]) - began)
    lab.kubectl("uncordon", node)
    start_even(lab)
    node = with_both(lab)
    with lab.observed(size=5000) as ours:
        seconds = by_cfkops(lab, node, "--param", "settle=0s")
    lab.kubectl("uncordon", node)
    lab.tool("slow-replication", "off")
    under = {"theirs": theirs["sample"]["max_under_min_isr"], "ours": ours["sample"]["max_under_min_isr"]}
    harm = harmed(ours)
    return [Row("drain with a broker and a controller", f"{seconds:.1f} s",
                f"kubectl drain {drained:.1f} s, in sync after {whole:.1f} s", "<= 1.25 x in sync",
                seconds <= 1.25 * whole),
            Row("drain with Kafka: under min ISR", f"{under['ours']} partitions", f"{under['theirs']} partitions",
                "0, nothing lost", not harm, harm)]


def rows(full):
    lab = Lab(f"bench-drain-{os.getpid()}")
    with contextlib.ExitStack() as stack:
        stack.callback(lab.down)
        lab.up("--nodes", 4)
        found = behind_a_budget(lab, ROUNDS if full else 3)
        lab.tool("kafka")
        return found + with_kafka(lab)
