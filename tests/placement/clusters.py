"""Generated clusters, what becomes of a drained node's pods in them by plain search, and their objects as
the API has them. Nothing here knows how cfkops judges."""

import json
import random
import subprocess

ZONE = "topology.kubernetes.io/zone"
HOST = "kubernetes.io/hostname"
RESERVED = {"key": "reserved", "value": "yes", "effect": "NoSchedule"}
CORDON = "node.kubernetes.io/unschedulable"


class Node:
    """One node: what it has and what marks it."""

    def __init__(self, name, zone, cpu, memory, pods, reserved, disk):
        self.name, self.zone, self.cpu, self.memory, self.pods = name, zone, cpu, memory, pods
        self.reserved, self.disk = reserved, disk

    def labels(self):
        found = {HOST: self.name, "disk": self.disk}
        return {**found, ZONE: self.zone} if self.zone else found


class Workload:
    """Pods that are alike: what each asks for and where it may be."""

    def __init__(self, name, kind, replicas, cpu, memory):
        self.name, self.kind, self.replicas, self.cpu, self.memory = name, kind, replicas, cpu, memory
        self.tolerates = False
        self.disk = None         # wanted on the node
        self.apart = None        # topology key of anti-affinity with its like
        self.avoids = None       # workload that no host may share with it
        self.near = None         # (workload, topology key) of affinity
        self.spread = None       # (topology key, max skew, min domains or None, honors taints)
        self.port = None


class Cluster:
    """Nodes, workloads and, for each workload, the nodes of its pods (indices)."""

    def __init__(self, seed, nodes, workloads):
        self.seed, self.nodes, self.workloads = seed, nodes, workloads
        self.placed = [[] for _ in workloads]

    def pods(self):
        return [(number, node) for number, spots in enumerate(self.placed) for node in spots]


def _workload(rng, number, others):
    one = Workload(f"w{number}", rng.choice(["StatefulSet", "Deployment"]), rng.randint(1, 3),
                   rng.choice([100, 500, 500, 1000, 1500]), rng.choice([128, 256, 512, 1024]))
    one.tolerates = rng.random() < 0.3
    if rng.random() < 0.25:
        one.disk = rng.choice(["ssd", "hdd"])
    if rng.random() < 0.35:
        one.apart = rng.choice([HOST, HOST, ZONE])
    if others and rng.random() < 0.15:
        one.avoids = rng.choice(others).name
    if rng.random() < 0.15:
        target = rng.choice(others).name if others and rng.random() < 0.6 else one.name
        one.near = (target, rng.choice([ZONE, HOST]))
    if rng.random() < 0.3:
        one.spread = (rng.choice([HOST, ZONE]), rng.randint(1, 2), rng.choice([None, None, 2, 3]),
                      rng.random() < 0.5)
    if rng.random() < 0.12:
        one.port = rng.choice([9092, 9093])
    return one


def generate(seed):
    """A cluster whose pods are all placed as a scheduler might have placed them."""
    rng = random.Random(seed)
    zones = rng.choice([[None], ["a"], ["a", "b"], ["a", "b", "c"]])
    nodes = [Node(f"n{seed}-{number}", rng.choice(zones), rng.choice([1000, 2000, 3000]),
                  rng.choice([1024, 2048, 4096]), rng.choice([3, 5, 110]), rng.random() < 0.15,
                  rng.choice(["ssd", "hdd"])) for number in range(rng.randint(2, 5))]
    workloads = []
    for number in range(rng.randint(1, 4)):
        workloads.append(_workload(rng, number, workloads))
    cluster = Cluster(seed, nodes, workloads)
    for number, one in enumerate(workloads):
        for _ in range(one.replicas):
            free = [node for node in range(len(nodes)) if fits(cluster, cluster.pods(), number, node, None)]
            if not free:
                break
            cluster.placed[number].append(rng.choice(free))
        one.replicas = len(cluster.placed[number])
    return cluster


def busiest(cluster):
    """The node with most pods, by name."""
    counts = [sum(spot == node for _, spot in cluster.pods()) for node in range(len(cluster.nodes))]
    return cluster.nodes[counts.index(max(counts))].name


def _same(cluster, key, one, other):
    left, right = cluster.nodes[one].labels().get(key), cluster.nodes[other].labels().get(key)
    return left is not None and left == right


def _may_use(workload, node):
    return workload.disk is None or workload.disk == node.disk


def _has_room(cluster, pods, workload, node):
    there = [cluster.workloads[number] for number, spot in pods if spot == node]
    host = cluster.nodes[node]
    return (len(there) < host.pods
            and sum(one.cpu for one in there) + workload.cpu <= host.cpu
            and sum(one.memory for one in there) + workload.memory <= host.memory
            and not any(workload.port and workload.port == one.port for one in there))


def _keeps_apart(cluster, pods, workload, node):
    for number, spot in pods:
        other = cluster.workloads[number]
        if workload.apart and other is workload and _same(cluster, workload.apart, node, spot):
            return True
        if spot == node and other.name == workload.avoids or spot == node and other.avoids == workload.name:
            return True
    return False


def _is_near(cluster, pods, workload, node):
    if workload.near is None:
        return True
    target, key = workload.near
    if cluster.nodes[node].labels().get(key) is None:
        return False
    spots = [spot for number, spot in pods if cluster.workloads[number].name == target
             and cluster.nodes[spot].labels().get(key) is not None]
    return any(_same(cluster, key, node, spot) for spot in spots) or (not spots and target == workload.name)


def _is_even(cluster, pods, workload, node, drained):
    if workload.spread is None:
        return True
    key, skew, least_domains, honors_taints = workload.spread
    mine = cluster.nodes[node].labels().get(key)
    if mine is None:
        return False
    counts = {}
    for index, one in enumerate(cluster.nodes):
        value = one.labels().get(key)
        tainted = (one.reserved and not workload.tolerates) or index == drained
        if value is None or not _may_use(workload, one) or (honors_taints and tainted):
            continue
        counts[value] = counts.get(value, 0) + sum(
            cluster.workloads[number] is workload and spot == index for number, spot in pods)
    least = min(counts.values()) if counts and len(counts) >= (least_domains or 1) else 0
    return counts.get(mine, 0) + 1 - least <= skew


def fits(cluster, pods, number, node, drained):
    """Whether a scheduler would let a pod of the workload onto the node, with these pods placed."""
    workload, host = cluster.workloads[number], cluster.nodes[node]
    return (node != drained and (workload.tolerates or not host.reserved) and _may_use(workload, host)
            and _has_room(cluster, pods, workload, node) and not _keeps_apart(cluster, pods, workload, node)
            and _is_near(cluster, pods, workload, node) and _is_even(cluster, pods, workload, node, drained))


HERE, GONE = -2, -1


def search(cluster, name, most=60000):
    """(always, ever): whether the drained pods all end up on nodes in every order and with every choice, and
    in any. None where there are too many ways."""
    drained = next(index for index, node in enumerate(cluster.nodes) if node.name == name)
    standing = [(number, spot) for number, spot in cluster.pods() if spot != drained]
    start = tuple(sorted((number, HERE) for number, spot in cluster.pods() if spot == drained))
    seen, stack, always, ever = {start}, [start], True, False
    while stack:
        state = stack.pop()
        pods = standing + [(number, drained if spot == HERE else spot) for number, spot in state if spot != GONE]
        ends = True
        for index, (number, spot) in enumerate(state):
            if spot >= 0:
                continue
            nexts = [GONE] if spot == HERE else [
                node for node in range(len(cluster.nodes)) if fits(cluster, pods, number, node, drained)]
            for where in nexts:
                ends = False
                one = tuple(sorted(state[:index] + ((number, where),) + state[index + 1:]))
                if one not in seen:
                    seen.add(one)
                    stack.append(one)
        if ends:
            whole = all(spot >= 0 for _, spot in state)
            always, ever = always and whole, ever or whole
        if len(seen) > most:
            return None
    return always, ever


def node_object(node, labels=None, annotations=None, taints=()):
    room = {"cpu": f"{node.cpu}m", "memory": f"{node.memory}Mi", "pods": str(node.pods)}
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": node.name, "labels": {**node.labels(), **(labels or {})},
                         "annotations": annotations or {}},
            "spec": {"taints": [*taints, *([RESERVED] if node.reserved else [])]},
            "status": {"capacity": room, "allocatable": room,
                       "conditions": [{"type": "Ready", "status": "True"}]}}


def pod_spec(workload):
    """The template's spec."""
    container = {"name": "main", "image": "localhost/fake:1", "resources": {
        "requests": {"cpu": f"{workload.cpu}m", "memory": f"{workload.memory}Mi"}}}
    if workload.port:
        container["ports"] = [{"containerPort": workload.port, "hostPort": workload.port, "protocol": "TCP"}]
    spec = {"containers": [container], "tolerations": [], "affinity": {}}
    required = "requiredDuringSchedulingIgnoredDuringExecution"

    def term(name, key):
        return {"topologyKey": key, "labelSelector": {"matchLabels": {"app": name}}}

    if workload.tolerates:
        spec["tolerations"].append({"key": RESERVED["key"], "operator": "Exists"})
    if workload.disk:
        spec["affinity"]["nodeAffinity"] = {required: {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "disk", "operator": "In", "values": [workload.disk]}]}]}}
    apart = [term(workload.name, workload.apart)] if workload.apart else []
    apart += [term(workload.avoids, HOST)] if workload.avoids else []
    if apart:
        spec["affinity"]["podAntiAffinity"] = {required: apart}
    if workload.near:
        spec["affinity"]["podAffinity"] = {required: [term(*workload.near)]}
    if workload.spread:
        key, skew, least, honors = workload.spread
        spec["topologySpreadConstraints"] = [{
            "maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": workload.name}},
            "nodeTaintsPolicy": "Honor" if honors else "Ignore", **({"minDomains": least} if least else {})}]
    return spec


def view(cluster):
    """The cluster as cfkops would see it."""
    pods = []
    for number, spots in enumerate(cluster.placed):
        workload = cluster.workloads[number]
        owner = {"StatefulSet": "StatefulSet", "Deployment": "ReplicaSet"}[workload.kind]
        for ordinal, spot in enumerate(spots):
            pods.append({
                "metadata": {"name": f"{workload.name}-{ordinal}", "namespace": "default",
                             "labels": {"app": workload.name},
                             "ownerReferences": [{"kind": owner, "uid": workload.name, "controller": True,
                                                  "name": workload.name}]},
                "spec": {**pod_spec(workload), "nodeName": cluster.nodes[spot].name},
                "status": {"phase": "Running"}})
    return {"nodes": [node_object(node) for node in cluster.nodes], "pods": pods,
            "namespaces": [{"metadata": {"name": "default"}}]}


def forecasts(program, wanted):
    """What cfkops says of (view, node) pairs."""
    lines = "".join(json.dumps({"node": node, "view": seen}) + "\n" for seen, node in wanted)
    done = subprocess.run([program], input=lines, text=True, capture_output=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(answers) != len(wanted):
        raise AssertionError(f"{program}: exit {done.returncode} after {len(answers)} answers: {done.stderr}")
    return answers
