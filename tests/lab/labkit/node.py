"""One node: a containerd and a kubelet in a network namespace of their own."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

from . import artifacts, daemons, images
from .errors import LabError
from .proc import run, wait_for


def _containerd_config(lab, node):
    """Every path is the node's own; only what is listed here differs from the defaults."""
    own = lab.dir / f"n{node}"
    return f"""version = 2
root = "{own}/containerd"
state = "/run/n{node}/containerd"
[grpc]
  address = "/run/n{node}/containerd.sock"
[ttrpc]
  address = "/run/n{node}/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{images.PAUSE}"
  # Nobody here may lower an oom score, not even root of the machine.
  restrict_oom_score_adj = true
  disable_tcp_service = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{own}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "/run/n{node}/runc"
"""


def _cni_config(lab, node):
    return {
        "cniVersion": "0.4.0",
        "name": f"{lab.id}.n{node}",
        "plugins": [{
            "type": "ptp",
            "ipMasq": False,
            "ipam": {
                "type": "host-local",
                "dataDir": f"{lab.dir}/n{node}/addresses",
                "ranges": [[{"subnet": lab.pod_subnet(node)}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        }],
    }


def _kubelet_config(lab, node, log_limit):
    own = lab.dir / f"n{node}"
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{lab.pki}/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{lab.pki}/node-{node}.crt",
        "tlsPrivateKeyFile": f"{lab.pki}/node-{node}.key",
        "containerRuntimeEndpoint": f"unix:///run/n{node}/containerd.sock",
        "volumePluginDir": f"{own}/volume-plugins",
        "staticPodPath": f"{own}/static",
        "podLogsDir": f"/var/log/pods-n{node}",
        "containerLogMaxSize": log_limit,
        "clusterDNS": [lab.hub_address],
        "clusterDomain": "cluster.local",
        "resolvConf": f"{lab.netns_etc}/resolv.conf",
        # The lab's part of the machine, not the whole of it.
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{lab.id}/n{node}",
        "enforceNodeAllocatable": [],
        "failCgroupV1": False,
        "failSwapOn": False,
        "featureGates": {"KubeletInUserNamespace": True},
        "localStorageCapacityIsolation": False,
        "makeIPTablesUtilChains": False,
        # A full disk of the machine is no reason to evict or to collect images.
        "evictionHard": {"memory.available": "50Mi"},
        "imageGCHighThresholdPercent": 100,
        "nodeStatusUpdateFrequency": "4s",
        "serializeImagePulls": False,
        "kubeAPIQPS": 100,
        "kubeAPIBurst": 200,
    }


def _clone_store(target):
    """A copy by hard links: nobody writes into a layer or a blob. The
    databases are written, so each node gets its own."""
    store = artifacts.needed(artifacts.store())
    try:
        run(["cp", "-al", store, target])
    except LabError:  # on another file system
        shutil.rmtree(target, ignore_errors=True)
        run(["cp", "-a", store, target])
        return
    for database in store.rglob("*.db"):
        copy = target / database.relative_to(store)
        copy.unlink()
        shutil.copy2(database, copy)


def start_runtime(lab, node):
    own = lab.dir / f"n{node}"
    (own / "cni").mkdir(parents=True)
    _clone_store(own / "containerd")
    config = own / "containerd.toml"
    config.write_text(_containerd_config(lab, node))
    (own / "cni/10-lab.conflist").write_text(json.dumps(_cni_config(lab, node)))
    daemons.spawn(lab, f"containerd-n{node}", lab.node_netns(node),
                  ["/usr/bin/containerd", "-c", config])
    socket = daemons.inside(lab, f"/run/n{node}/containerd.sock")
    wait_for(f"containerd of node {node}", 60, socket.exists, pause=0.05)


def start_kubelet(lab, node, log_limit):
    own = lab.dir / f"n{node}"
    (own / "static").mkdir()
    config = own / "kubelet.json"
    config.write_text(json.dumps(_kubelet_config(lab, node, log_limit), indent=1))
    command = [
        artifacts.kube(), "kubelet", f"--config={config}",
        f"--kubeconfig={lab.pki}/node-{node}.kubeconfig",
        f"--hostname-override=node-{node}", f"--node-ip={lab.node_address(node)}",
        f"--root-dir={own}/kubelet", f"--node-labels=topology.kubernetes.io/zone=z{node}",
        "--v=1"]
    # Every kubelet listens below this path, which no option moves. Of two that start
    # at once, one would find the address in use and end.
    fixed = own / "var-lib-kubelet"
    fixed.mkdir()
    daemons.spawn(lab, f"kubelet-n{node}", lab.node_netns(node),
                  daemons.with_own(fixed, "/var/lib/kubelet", command))


def import_image(lab, node, archive):
    run(daemons.inside_command(lab, lab.node_netns(node), [
        "ctr", "-a", f"/run/n{node}/containerd.sock", "-n", "k8s.io",
        "images", "import", str(archive)]))


def is_ready(node):
    """Ready, and no longer kept free of pods for not having been."""
    conditions = {c["type"]: c["status"] for c in node.get("status", {}).get("conditions", [])}
    taints = {t["key"] for t in node["spec"].get("taints", [])}
    return conditions.get("Ready") == "True" and "node.kubernetes.io/not-ready" not in taints


def import_everywhere(lab, archive):
    """Brings an image to every node, to all at once."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda one: import_image(lab, one, archive), lab.nodes))
