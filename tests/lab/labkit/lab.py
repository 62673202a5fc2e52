"""Which lab is meant, and where each of its parts lives."""

import fcntl
import json
import os
import re
import time
from contextlib import contextmanager
from pathlib import Path

from .errors import LabError

PREFIX = "cfklab"
FIRST_SUBNET, SUBNETS = 64, 64
GLOBAL_LOCK = Path("/run/lock/cfkops-lab.lock")


def home():
    """The cache all labs of this user share."""
    base = (os.environ.get("CFKOPS_LAB_HOME") or os.environ.get("XDG_CACHE_HOME")
            or os.path.expanduser("~/.cache"))
    return Path(base).resolve() / "cfkops-lab"


def _lock(path, busy):
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = open(path, "a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
            # It may have been removed, or removed and made anew, meanwhile.
            if path.exists() and os.path.samestat(os.fstat(handle.fileno()), path.stat()):
                handle.truncate(0)
                return handle
        except BlockingIOError:
            handle.seek(0)
            busy(handle.read())
            time.sleep(0.05)
        except FileNotFoundError:
            pass
        handle.close()


@contextmanager
def locked(path, busy=None, remove=False):
    """Holds a lock that ends with the process, however that ends. While
    another holds it, waits, or calls `busy` with what that one wrote."""
    handle = _lock(path, busy)
    try:
        yield handle
    finally:
        handle.truncate(0)
        if remove:
            path.unlink(missing_ok=True)
        handle.close()


class Lab:
    """Names and paths of one lab. All follow from its name, so that `down`
    finds everything even when the run directory is gone; only the subnet and
    the number of nodes are written down."""

    def __init__(self, name):
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,19}", name):
            raise LabError(f"lab name '{name}' must be 1 to 20 of a-z, 0-9 and '-'")
        self.name = name
        self.id = f"{PREFIX}.{name}"
        self.dir = home() / "labs" / name
        self.lock_file = Path("/run/lock") / f"{self.id}.lock"
        self.netns_etc = Path("/etc/netns") / self.id
        self.log = self.dir / "log"
        self.pki = self.dir / "pki"
        self.daemons = self.dir / "daemons"
        self.kubeconfig = self.dir / "kubeconfig"
        self.audit_log = self.log / "audit.log"
        self.memory = self.dir / "memory"  # seen by daemons and pods only

    # Recorded facts

    @property
    def record_file(self):
        return self.dir / "lab.json"

    def record(self):
        try:
            return json.loads(self.record_file.read_text())
        except (OSError, ValueError):
            raise LabError(f"lab '{self.name}' is not up; run 'lab up' first") from None

    def write_record(self, **facts):
        write_atomically(self.record_file, json.dumps(facts, indent=2) + "\n")

    @property
    def slot(self):
        return self.record()["slot"]

    @property
    def nodes(self):
        return range(1, self.record()["nodes"] + 1)

    # Names in the kernel

    def node_netns(self, node):
        return f"{self.id}.n{node}"

    def all_netns(self):
        """Every network namespace of this lab that exists now."""
        try:
            found = os.listdir("/run/netns")
        except FileNotFoundError:
            return []
        own = re.compile(re.escape(self.id) + r"(\.n\d+)?")
        return sorted(name for name in found if own.fullmatch(name))

    # Addresses

    @property
    def hub_address(self):
        return f"10.{self.slot}.0.1"

    @property
    def server(self):
        return f"https://{self.hub_address}:6443"

    def node_address(self, node):
        return f"10.{self.slot}.0.{10 + node}"

    def pod_subnet(self, node):
        return f"10.{self.slot}.{node}.0/24"

    @property
    def service_subnet(self):
        return f"10.{self.slot}.240.0/20"

    @property
    def kubernetes_service(self):
        return f"10.{self.slot}.240.1"


def used_subnets():
    """Second octets taken by any lab on this machine, whatever its home."""
    taken = set()
    for resolv in Path("/etc/netns").glob(f"{PREFIX}.*/resolv.conf"):
        match = re.search(r"nameserver 10\.(\d+)\.0\.1", resolv.read_text())
        if match:
            taken.add(int(match.group(1)))
    return taken


def claim_subnet(lab):
    """Picks a free subnet and claims it by writing the lab's resolv.conf."""
    with locked(GLOBAL_LOCK):
        taken = used_subnets()
        free = [n for n in range(FIRST_SUBNET, FIRST_SUBNET + SUBNETS) if n not in taken]
        if not free:
            raise LabError(f"all {SUBNETS} lab subnets are taken; run 'lab down' for some")
        lab.netns_etc.mkdir(parents=True, exist_ok=True)
        (lab.netns_etc / "resolv.conf").write_text(
            f"nameserver 10.{free[0]}.0.1\noptions timeout:1 attempts:3\n")
    return free[0]


def write_atomically(path, text):
    """Readers see the old text or the new one, never a part."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(text)
    draft.replace(path)
