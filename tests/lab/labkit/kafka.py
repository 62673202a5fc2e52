"""`lab kafka`: controllers and brokers as the operator would lay them out."""

import json
import os
import time
from dataclasses import dataclass

from . import artifacts, build, cgroups, jolokia, node, pins
from .api import Api
from .artifacts import tell
from .errors import LabError
from .proc import enter_netns, run, wait_for

CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg"
TOPIC, PARTITIONS = "lab-load", 30
CLIENTS = pins.ROOT / "clients"

PORTS = {
    "kraftcontroller": {"controller": 9074, "jolokia": 7777, "prometheus": 7778},
    "kafka": {"external": 9092, "internal": 9071, "jolokia": 7777, "prometheus": 7778},
}
READY_PORT = {"kraftcontroller": 9074, "kafka": 9071}
HEAP = {"kraftcontroller": "112m", "kafka": "192m"}
ROLE = {"kraftcontroller": "controller", "kafka": "broker"}


@dataclass(frozen=True)
class Cluster:
    """What the caller chose."""

    version: str
    controllers: int
    brokers: int
    namespace: str
    plain: bool  # labels of the brokers as of any StatefulSet, not the operator's

    @property
    def replication(self):
        return min(3, self.brokers)

    def size(self, component):
        return self.brokers if component == "kafka" else self.controllers


def _labels(cluster, component):
    if cluster.plain and component == "kafka":
        return {"app": component}
    return {"app": component, "type": component, "platform.confluent.io/type": component,
            "clusterId": cluster.namespace, "confluent-platform": "true"}


def _meta(cluster, component, **more):
    return {"name": component, "namespace": cluster.namespace,
            "labels": _labels(cluster, component), **more}


def _service(cluster, component):
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _meta(cluster, component),
        "spec": {
            "clusterIP": "None",
            # A broker must find the others before any of them is ready.
            "publishNotReadyAddresses": True,
            "selector": {"app": component},
            "ports": [{"name": name, "port": port} for name, port in PORTS[component].items()],
        },
    }


def _budget(cluster, component):
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _meta(cluster, component),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": component}}},
    }


def _environment(cluster, component):
    fixed = {"ROLE": ROLE[component], "QUORUM": str(cluster.controllers),
             "REPLICATION": str(cluster.replication), "CLUSTER_ID": CLUSTER_ID,
             "HEAP": HEAP[component]}
    own = {"POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace"}
    return ([{"name": name, "value": value} for name, value in fixed.items()]
            + [{"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
               for name, path in own.items()])


def _stateful_set(cluster, component, data):
    labels = _labels(cluster, component)
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": _meta(cluster, component),
        "spec": {
            "serviceName": component,
            "replicas": cluster.size(component),
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": {"app": component}},
            "template": {
                "metadata": {"labels": labels, "annotations": {
                    "prometheus.io/port": "7778", "prometheus.io/scrape": "true"}},
                "spec": {
                    "enableServiceLinks": False,
                    "automountServiceAccountToken": False,
                    "terminationGracePeriodSeconds": 60,
                    "topologySpreadConstraints": [{
                        "maxSkew": 1,
                        "topologyKey": "kubernetes.io/hostname",
                        "whenUnsatisfiable": "DoNotSchedule",
                        "labelSelector": {"matchLabels": {"app": component}},
                    }],
                    "containers": [{
                        "name": component,
                        "image": pins.KAFKA_IMAGES[cluster.version].reference,
                        "imagePullPolicy": "Never",
                        "env": _environment(cluster, component),
                        "ports": [{"name": name, "containerPort": port}
                                  for name, port in PORTS[component].items()],
                        # The operator's own kind of probe: a port, and no
                        # word about replicas.
                        "readinessProbe": {"tcpSocket": {"port": READY_PORT[component]},
                                           "periodSeconds": 1},
                        "volumeMounts": [{"name": "data0", "mountPath": "/mnt/data/data0",
                                          "subPathExpr": "$(POD_NAME)"}],
                    }],
                    # The same on every node, so that a pod finds its data
                    # wherever it is moved.
                    "volumes": [{"name": "data0", "hostPath": {
                        "path": str(data), "type": "DirectoryOrCreate"}}],
                },
            },
        },
    }


def manifests(cluster, data):
    items = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": cluster.namespace}}]
    for component in ("kraftcontroller", "kafka"):
        items += [_service(cluster, component), _budget(cluster, component),
                  _stateful_set(cluster, component, data)]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def deploy(lab, cluster):
    """Comes back when the quorum has a leader, every broker runs, and the
    topic for the load is there."""
    began = time.monotonic()
    _provide_image(lab, cluster.version)
    began_apply = time.monotonic()
    enter_netns(lab.id)
    data = lab.memory / "kafka" / cluster.namespace
    run([artifacts.kubectl(), "--kubeconfig", lab.kubeconfig, "apply", "-f", "-"],
        input=json.dumps(manifests(cluster, data)))
    api = Api(lab)
    wait_for("ready pods of Kafka", 300, lambda: _pods_ready(api, cluster), pause=0.25)
    wait_for("a quorum and running brokers", 120, lambda: _answering(api, cluster), pause=0.25)
    client(lab, "kafka_admin.py", "create-topic", "--bootstrap", bootstrap(cluster),
           "--topic", TOPIC, "--partitions", str(PARTITIONS),
           "--replication", str(cluster.replication))
    lab.write_record(**{**lab.record(), "kafka": {
        "version": cluster.version, "namespace": cluster.namespace,
        "controllers": cluster.controllers, "brokers": cluster.brokers}})
    now = time.monotonic()
    tell(f"Kafka {pins.KAFKA_IMAGES[cluster.version].kafka} ready {now - began_apply:.1f} s after "
         f"apply, {now - began:.1f} s in all")


def _provide_image(lab, version):
    """Every node starts with the default version's image; others are brought
    in when asked for, so that only their users wait for them."""
    if version == pins.DEFAULT_KAFKA:
        return
    build.build([version])
    archive = artifacts.kafka_image(version)
    node.import_everywhere(lab, archive)


def _pods(api, cluster, component):
    return api.items(f"/api/v1/namespaces/{cluster.namespace}/pods?labelSelector=app%3D{component}")


def _pods_ready(api, cluster):
    for component in ("kraftcontroller", "kafka"):
        status, found = api.get(
            f"/apis/apps/v1/namespaces/{cluster.namespace}/statefulsets/{component}")
        if status != 200:
            return False
        state, size = found["status"], cluster.size(component)
        # Figures about an earlier generation say nothing about this one.
        if (state.get("observedGeneration", 0) < found["metadata"]["generation"]
                or state.get("readyReplicas", 0) != size or state.get("updatedReplicas", 0) != size):
            return False
    return True


def _answering(api, cluster):
    """One controller leads, no broker is fenced, every broker is running."""
    def ask(component, beans):
        return [jolokia.read_once(pod["status"].get("podIP", ""), beans)
                for pod in _pods(api, cluster, component)]

    controllers = ask("kraftcontroller", [jolokia.ACTIVE_CONTROLLER, jolokia.ACTIVE_BROKERS])
    brokers = ask("kafka", [jolokia.BROKER_STATE])
    return (None not in controllers and None not in brokers
            and sum(active for active, _ in controllers) == 1
            and any(active == 1 and known == cluster.brokers for active, known in controllers)
            and [state for state, in brokers] == [3] * cluster.brokers)


def bootstrap(cluster):
    return ",".join(f"kafka-{number}.kafka.{cluster.namespace}.svc.cluster.local:9092"
                    for number in range(cluster.brokers))


def deployed(lab):
    """The cluster that `deploy` wrote down last."""
    known = lab.record().get("kafka")
    if not known:
        raise LabError(f"lab '{lab.name}' has no Kafka; run 'lab kafka' first")
    return Cluster(plain=False, **known)


def client_command(lab, script, *arguments):
    """A command line that runs one of the clients in the lab's network."""
    python = artifacts.needed(artifacts.python())
    return ["ip", "netns", "exec", lab.id, str(python), str(CLIENTS / script), *arguments]


def client(lab, script, *arguments):
    return run(client_command(lab, script, *arguments), timeout=180)


def run_client(lab, script, *arguments):
    """Becomes the client, so that signals reach it."""
    command = client_command(lab, script, *arguments)
    cgroups.join_clients(lab)
    os.execvp(command[0], command)
