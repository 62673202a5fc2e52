"""One control group per lab and one per node in it, for version 1 and 2."""

import os
import time
from pathlib import Path

from .errors import LabError


def _mounted():
    """Mount points of the version 1 trees and of the unified tree."""
    first, unified = {}, []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        kind, place = right.split()[0], left.split()
        if kind == "cgroup":
            first.setdefault(place[2], Path(place[4]))
        elif kind == "cgroup2":
            unified.append(Path(place[4]))
    return list(first.values()), unified[:1]


def hierarchies():
    """Trees the lab works in, and whether that is the one unified tree. Where
    there are both, the unified one has no controllers to speak of."""
    first, unified = _mounted()
    return (first, False) if first else (unified, True)


def check():
    tops, _ = hierarchies()
    if not tops:
        raise LabError("the lab needs cgroups, and none are mounted")
    probe = f"cfklab-check-{os.getpid()}"
    for top in tops:
        try:
            (top / probe).mkdir()
            (top / probe).rmdir()
        except OSError as error:
            raise LabError(f"the lab needs to make cgroups below {top}: {error.strerror}") from None


def _inherit_cpuset(group):
    """Version 1 starts a cpuset empty, and an empty one takes no process."""
    for name in ("cpuset.cpus", "cpuset.mems"):
        if (group / name).exists():
            (group / name).write_text((group.parent / name).read_text())


def _delegate(group):
    """Version 2 hands controllers down one level at a time."""
    for controller in (group / "cgroup.controllers").read_text().split():
        try:
            (group / "cgroup.subtree_control").write_text(f"+{controller}")
        except OSError:
            continue  # a controller in use elsewhere; kubelet says so if it needs it


# A group counts as one process when cores are shared out, so a whole cluster
# would starve beside a compiler. Within the lab the control plane comes first.
SHARES = {"": 32768, "daemons": 4096, "clients": 2048}


def _give_shares(group, name):
    """Version 1 counts from 1024, version 2 from 100."""
    shares = SHARES.get(name, 1024)
    for file, value in (("cpu.shares", shares), ("cpu.weight", min(10000, shares * 100 // 1024))):
        if (group / file).exists():
            (group / file).write_text(str(value))


def create(lab, nodes):
    """Makes the lab's groups: for its daemons, for clients, and one a node."""
    tops, unified = hierarchies()
    for top in tops:
        if unified:
            _delegate(top)
        for name in ["", "daemons", "clients", *(f"n{node}" for node in nodes)]:
            group = top / lab.id / name
            group.mkdir(exist_ok=True)
            _give_shares(group, name)
            if not unified:
                _inherit_cpuset(group)
            elif name not in ("daemons", "clients"):
                _delegate(group)


def joins(lab, name):
    """The files by which a process joins one of the lab's groups."""
    return [top / lab.id / name / "cgroup.procs" for top in hierarchies()[0]]


def join_clients(lab):
    """Puts this process among the lab's own, which `down` ends."""
    for file in joins(lab, "clients"):
        file.write_text(str(os.getpid()))


def _groups(lab):
    """The lab's groups, innermost first. In every tree: beside version 1, runc
    makes groups in the unified tree too."""
    found = []
    for top in sum(_mounted(), []):
        for folder, _, _ in os.walk(top / lab.id, topdown=False):
            found.append(Path(folder))
    return found


def members(lab):
    """Pids of every process in any of the lab's groups."""
    found = set()
    for group in _groups(lab):
        try:
            found.update(int(word) for word in (group / "cgroup.procs").read_text().split())
        except OSError:
            continue
    found.discard(0)  # a process outside this pid namespace
    return found


def exist(lab):
    return any((top / lab.id).exists() for top in sum(_mounted(), []))


def remove(lab, seconds=10):
    """Removes the groups. A dying process keeps its group for a moment."""
    deadline = time.monotonic() + seconds
    while True:
        left = []
        for group in _groups(lab):
            try:
                group.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                left.append(group)
        if not left:
            return
        if time.monotonic() > deadline:
            raise LabError(f"cgroup {left[0]} is still busy after {seconds} s")
        time.sleep(0.05)
