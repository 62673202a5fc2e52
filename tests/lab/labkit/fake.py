"""Simulated nodes and pods, kept alive by kwok: size without weight."""

from concurrent.futures import ThreadPoolExecutor
from threading import local

from . import artifacts, daemons
from .api import Api
from .errors import LabError
from .proc import wait_for

NAMESPACE = "fake"
PODS_PER_NODE = 110
PODS_PER_DEPLOYMENT = 50
TAINT = {"key": "kwok.x-k8s.io/node", "value": "fake", "effect": "NoSchedule"}


def _node(number):
    name = f"fake-{number:04d}"
    room = {"cpu": "32", "memory": "256Gi", "pods": str(PODS_PER_NODE)}
    return "/api/v1/nodes", {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {"type": "kwok", "kubernetes.io/hostname": name,
                       "topology.kubernetes.io/zone": f"z{number % 3 + 1}"},
        },
        "spec": {"taints": [TAINT]},
        "status": {"allocatable": room, "capacity": room},
    }


def _deployment(number, replicas):
    labels = {"app": f"fake-{number:03d}"}
    return f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments", {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": labels["app"], "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "nodeSelector": {"type": "kwok"},
                    "tolerations": [{"key": TAINT["key"], "operator": "Exists"}],
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "containers": [{"name": "main", "image": "localhost/fake:1"}],
                },
            },
        },
    }


def create(lab, nodes, pods):
    """Creates them and waits until every pod is Running."""
    if pods > nodes * PODS_PER_NODE:
        raise LabError(f"{nodes} simulated nodes take {nodes * PODS_PER_NODE} pods at most")
    daemons.spawn(lab, "kwok", lab.id, [
        artifacts.kwok(), f"--kubeconfig={lab.pki}/kwok.kubeconfig", "--manage-all-nodes=false",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        "--node-lease-duration-seconds=200", "--server-address=127.0.0.1:10247"])
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    _post_all(lab, [("/api/v1/namespaces", namespace)])
    _post_all(lab, [_node(number) for number in range(1, nodes + 1)])
    sizes = [min(PODS_PER_DEPLOYMENT, pods - first) for first in range(0, pods, PODS_PER_DEPLOYMENT)]
    _post_all(lab, [_deployment(number, size) for number, size in enumerate(sizes)])
    api = Api(lab, timeout=60)
    wait_for(f"{pods} running simulated pods", 120 + pods // 10,
             lambda: _running(api) >= pods, pause=1)


def _post_all(lab, wanted):
    mine = local()

    def post(one):
        if not hasattr(mine, "api"):
            mine.api = Api(lab, timeout=60)
        path, body = one
        status, answer = mine.api.request("POST", path, body)
        if status not in (201, 409):
            raise LabError(f"POST {path}: {status} {answer}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(post, wanted))


def _running(api):
    """Counts by the deployments' own figures: far smaller than the pods."""
    found = api.items(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments")
    return sum(one.get("status", {}).get("readyReplicas", 0) for one in found)
