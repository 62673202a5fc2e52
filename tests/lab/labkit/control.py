"""The control plane: etcd, API server, controllers, scheduler, cluster DNS."""

import json

from . import artifacts, daemons
from .api import Api
from .errors import LabError
from .proc import alive, wait_for

AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata"}],
}

# The default of 20 requests a second would make thousands of pods a matter of
# minutes.
CLIENT_RATE = ["--kube-api-qps=500", "--kube-api-burst=1000"]


def start_server(lab):
    """etcd and the API server; returns at once."""
    kube, pki = artifacts.kube(), lab.pki
    policy = lab.dir / "audit-policy.json"
    policy.write_text(json.dumps(AUDIT_POLICY))
    daemons.spawn(lab, "etcd", lab.id, [
        kube, "etcd", f"--data-dir={lab.memory}/etcd", "--unsafe-no-fsync", "--log-level=warn",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--initial-advertise-peer-urls=http://127.0.0.1:2380",
        "--initial-cluster=default=http://127.0.0.1:2380"])
    daemons.spawn(lab, "apiserver", lab.id, [
        kube, "apiserver", "--etcd-servers=http://127.0.0.1:2379",
        f"--bind-address={lab.hub_address}", f"--advertise-address={lab.hub_address}",
        "--secure-port=6443", "--allow-privileged=true",
        # There is nothing to reach the server's own service by: no kube-proxy.
        "--endpoint-reconciler-type=none",
        f"--tls-cert-file={pki}/apiserver.crt", f"--tls-private-key-file={pki}/apiserver.key",
        f"--client-ca-file={pki}/ca.crt", "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki}/accounts.pub",
        f"--service-account-signing-key-file={pki}/accounts.key",
        f"--service-cluster-ip-range={lab.service_subnet}",
        f"--kubelet-client-certificate={pki}/to-kubelet.crt",
        f"--kubelet-client-key={pki}/to-kubelet.key",
        "--kubelet-preferred-address-types=InternalIP",
        # Blocking: an answered request stands in the log. One file: no test
        # loses sight of its requests to a rotation.
        f"--audit-policy-file={policy}", f"--audit-log-path={lab.audit_log}",
        "--audit-log-mode=blocking", "--audit-log-maxsize=100000"])


def wait_ready(lab, seconds=180):
    api = Api(lab, timeout=5)

    def ready():
        facts = daemons.load(lab, "apiserver")
        if not alive(facts["pid"], facts["start"]):
            raise LabError(f"the API server ended; see {lab.log}/apiserver.log")
        return api.ready()

    wait_for("a ready API server", seconds, ready)
    return api


def start_rest(lab):
    """What needs an API server that answers."""
    kube = artifacts.kube()
    for part, more in (
            ("controller-manager", [
                "--use-service-account-credentials",
                f"--service-account-private-key-file={lab.pki}/accounts.key",
                f"--root-ca-file={lab.pki}/ca.crt", "--controllers=*,-node-ipam-controller",
                f"--flex-volume-plugin-dir={lab.dir}/volume-plugins",
                "--concurrent-deployment-syncs=10", "--node-monitor-grace-period=20s",
                # A taint for not being ready stays on until the next look.
                "--node-monitor-period=1s"]),
            ("scheduler", [])):
        config = lab.pki / f"{part}.kubeconfig"
        daemons.spawn(lab, part, lab.id, [
            kube, part, f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
            f"--authorization-kubeconfig={config}", "--bind-address=127.0.0.1",
            "--leader-elect=false", *CLIENT_RATE, *more])
    corefile = lab.dir / "Corefile"
    corefile.write_text(f""".:53 {{
  bind {lab.hub_address}
  errors
  ready 127.0.0.1:8181
  kubernetes cluster.local {{
    kubeconfig {lab.pki}/coredns.kubeconfig {lab.name}
    pods insecure
    ttl 1
  }}
}}
""")
    daemons.spawn(lab, "coredns", lab.id, [artifacts.coredns(), "-conf", corefile])
