"""`lab down`: ends a lab, whatever state it is in.

Nothing here trusts the run directory. The lab's processes are those in its
cgroups and in its network namespaces, both of which follow from its name."""

import json
import os
import shutil
import time
from pathlib import Path

from . import cgroups, network
from .daemons import PRIVATE
from .errors import LabError
from .lab import GLOBAL_LOCK, PREFIX, locked
from .proc import alive, ancestors, in_network_namespaces, kill, run


def down(lab):
    """Leaves no process, mount, network, cgroup or file of the lab. Does
    nothing, and succeeds, when there is none."""
    # An `up` that is still at it is ended first: whoever wants the lab gone
    # does not want it finished.
    with locked(lab.lock_file, busy=_kill_recorded, remove=True):
        clean(lab)


def clean(lab):
    """What `down` does, for a caller that holds the lab's lock."""
    _end_keeper(lab)
    _end_processes(lab)
    _end_mounts(lab)
    network.remove(lab)
    cgroups.remove(lab)
    _remove_files(lab)


def _kill_recorded(text):
    """Kills the process that `text` names by pid and start time, and no other."""
    try:
        facts = json.loads(text)
        pid, started = facts["pid"], facts["start"]
    except (ValueError, KeyError, TypeError):
        return
    if pid != os.getpid() and alive(pid, started):
        kill(pid)


def _end_keeper(lab):
    try:
        text = (lab.dir / "keeper.json").read_text()
    except OSError:
        return
    _kill_recorded(text)


def _members(lab):
    found = cgroups.members(lab) | in_network_namespaces(lab.all_netns())
    return {pid for pid in found - ancestors() if alive(pid)}


def _end_processes(lab, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        left = _members(lab)
        if not left:
            return
        for pid in left:
            kill(pid)
        if time.monotonic() > deadline:
            raise LabError(f"processes that do not end: {sorted(left)}")
        time.sleep(0.05)


def _end_mounts(lab):
    """There are none unless an `up` was cut off early: daemons mount in private."""
    inside = f"{lab.dir}/"
    for line in reversed(Path("/proc/self/mountinfo").read_text().splitlines()):
        point = line.split()[4].encode().decode("unicode_escape")
        if point.startswith(inside):
            run(["umount", "-l", point])


def _remove_files(lab):
    shutil.rmtree(lab.dir, ignore_errors=True)
    if lab.dir.exists():
        raise LabError(f"cannot remove {lab.dir}")
    with locked(GLOBAL_LOCK):
        if not list(Path("/etc/netns").glob(f"{PREFIX}.*")):
            for path in (*PRIVATE, Path("/etc/netns")):
                _remove_if_empty(path)


def _remove_if_empty(path):
    try:
        os.rmdir(path)
    except OSError:
        pass  # not there, or somebody else's


def leftovers(lab):
    """What of a lab is there, in words; empty after `down`."""
    found = [f"process {pid}" for pid in sorted(_members(lab))]
    found += [f"network namespace {name}" for name in lab.all_netns()]
    if cgroups.exist(lab):
        found.append(f"cgroup {lab.id}")
    for path in (lab.dir, lab.netns_etc):
        if path.exists():
            found.append(str(path))
    return found
