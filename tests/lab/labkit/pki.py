"""Keys, certificates and kubeconfigs of one lab."""

import base64
import re
from concurrent.futures import ThreadPoolExecutor

from .errors import LabError
from .proc import run

DAYS = "30"


def _new_key(path):
    run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path])
    path.chmod(0o600)


def make_authority(lab):
    lab.pki.mkdir(parents=True, exist_ok=True)
    _new_key(lab.pki / "ca.key")
    run(["openssl", "req", "-x509", "-new", "-key", lab.pki / "ca.key", "-out", lab.pki / "ca.crt",
         "-days", DAYS, "-subj", f"/CN={lab.id}"])
    _new_key(lab.pki / "accounts.key")
    run(["openssl", "ec", "-in", lab.pki / "accounts.key", "-pubout",
         "-out", lab.pki / "accounts.pub"])


def make_certificate(lab, file_name, subject, alternatives=""):
    """A certificate good for both ends of a connection."""
    base = lab.pki / file_name
    key, request, extensions = (base.with_name(f"{file_name}.{end}") for end in ("key", "csr", "ext"))
    _new_key(key)
    run(["openssl", "req", "-new", "-key", key, "-subj", subject, "-out", request])
    lines = ["extendedKeyUsage=serverAuth,clientAuth"]
    if alternatives:
        lines.append(f"subjectAltName={alternatives}")
    extensions.write_text("\n".join(lines) + "\n")
    run(["openssl", "x509", "-req", "-in", request, "-CA", lab.pki / "ca.crt",
         "-CAkey", lab.pki / "ca.key", "-CAcreateserial", "-CAserial", f"{base}.serial",
         "-out", f"{base}.crt", "-days", DAYS, "-extfile", extensions])
    for rest in (request, extensions, base.with_name(f"{file_name}.serial")):
        rest.unlink()


def make_all(lab):
    """Every certificate the cluster's own parts need, and their kubeconfigs."""
    make_authority(lab)
    hub = lab.hub_address
    wanted = [
        ("apiserver", "/CN=kube-apiserver",
         "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,"
         f"IP:127.0.0.1,IP:{hub},IP:{lab.kubernetes_service}"),
        ("admin", "/O=system:masters/CN=lab-admin", ""),
        ("to-kubelet", "/O=system:masters/CN=kube-apiserver-kubelet-client", ""),
        # Masters: a server that comes up refuses others until it knows the roles again, and a controller that was
        # refused may give a service up for minutes.
        ("controller-manager", "/O=system:masters/CN=system:kube-controller-manager", ""),
        ("scheduler", "/O=system:masters/CN=system:kube-scheduler", ""),
        ("coredns", "/O=system:masters/CN=lab-dns", ""),
        ("kwok", "/O=system:masters/CN=lab-kwok", ""),
    ]
    for node in lab.nodes:
        wanted.append((f"node-{node}", f"/O=system:nodes/CN=system:node:node-{node}",
                       f"DNS:node-{node},IP:{lab.node_address(node)}"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: make_certificate(lab, *one), wanted))
    for name in ["controller-manager", "scheduler", "coredns", "kwok",
                 *(f"node-{node}" for node in lab.nodes)]:
        write_kubeconfig(lab, name, lab.pki / f"{name}.kubeconfig")
    write_kubeconfig(lab, "admin", lab.kubeconfig)


def write_kubeconfig(lab, user, path):
    """A kubeconfig that carries its certificates, so that it can be copied."""
    def inline(file_name):
        return base64.b64encode((lab.pki / file_name).read_bytes()).decode()

    path.write_text(f"""apiVersion: v1
kind: Config
clusters:
- name: {lab.name}
  cluster:
    server: {lab.server}
    certificate-authority-data: {inline('ca.crt')}
users:
- name: {user}
  user:
    client-certificate-data: {inline(user + '.crt')}
    client-key-data: {inline(user + '.key')}
contexts:
- name: {lab.name}
  context:
    cluster: {lab.name}
    user: {user}
current-context: {lab.name}
""")
    path.chmod(0o600)
    return path


def add_user(lab, name, groups):
    """A further user, who may do nothing until a role binding says so."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name):
        raise LabError(f"user '{name}' must be of a-z, 0-9, '.' and '-'")
    subject = "".join(f"/O={group}" for group in groups) + f"/CN={name}"
    make_certificate(lab, f"user-{name}", subject)
    return write_kubeconfig(lab, f"user-{name}", lab.dir / f"user-{name}.kubeconfig")
