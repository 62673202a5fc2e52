"""The lab's long-running processes.

All of them live in one pid namespace and one mount namespace of the lab's own.
The first gives an end that cannot fail: when its first process is killed, the
kernel kills all others, containers included. The second keeps every mount of
containerd and kubelet away from the machine, and goes when the last process
does. Paths that these programs insist on become private on the way. etcd and
Kafka keep their data in memory, for a busy disk must not decide a test."""

import json
import os
import signal
import subprocess
from pathlib import Path

from . import artifacts, cgroups
from .errors import LabError
from .lab import GLOBAL_LOCK, locked, write_atomically
from .proc import alive, children, kill, run, start_time, wait_for

INIT = "init"

# Joins the groups first, so that whatever is started is in them from birth.
_JOIN = 'for file in $JOIN; do echo $$ > "$file"; done; exec "$@"'

_MOUNTS = """
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs "$DIR/memory"
mount --bind "$DIR/log/var" /var/log
mount --bind "$DIR/var/kubelet" /var/lib/kubelet
mount --bind "$DIR/var/cni" /var/lib/cni
# A daemon with a view of its own still shares all later mounts with the others.
mount --make-rshared /
exec "$@"
"""

# Arguments: a folder, where this one process is to see it, and its command.
_OWN_FOLDER = """
mount --make-private "$2"
mount --bind "$1" "$2"
shift 2
exec "$@"
"""
PRIVATE = [Path("/var/lib/kubelet"), Path("/var/lib/cni")]


def _environment(lab):
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "TMPDIR": str(lab.dir / "tmp"),
        "DIR": str(lab.dir),
        "JOIN": " ".join(str(path) for path in cgroups.joins(lab, "daemons")),
    }


def _launch(lab, name, command, **facts):
    """Starts a command whose one child is the daemon, and writes that one down."""
    with open(lab.log / f"{name}.log", "ab") as log:
        outer = subprocess.Popen(
            ["sh", "-c", _JOIN, "sh", *command], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, env=_environment(lab), cwd="/", start_new_session=True)

    def inner():
        if outer.poll() is not None:
            raise LabError(f"{name} ended at once; see {lab.log / name}.log")
        return children(outer.pid)

    pid = wait_for(f"the start of {name}", 30, inner, pause=0.01)[0]
    write_atomically(lab.daemons / f"{name}.json", json.dumps(
        {"name": name, "pid": pid, "start": start_time(pid), **facts}, indent=2) + "\n")
    return pid


def start_init(lab):
    """Makes the two namespaces and the process that holds them."""
    for path in (lab.memory, lab.dir / "tmp", lab.dir / "log/var", lab.dir / "var/kubelet",
                 lab.dir / "var/cni", lab.daemons):
        path.mkdir(parents=True, exist_ok=True)
    init = lab.dir / INIT
    run(["cp", artifacts.needed(artifacts.pause()), init])
    with locked(GLOBAL_LOCK):  # the last lab to go removes these again
        for path in PRIVATE:
            path.mkdir(parents=True, exist_ok=True)
        pid = _launch(lab, INIT, [
            "unshare", "--mount", "--pid", "--fork", "--propagation", "private",
            "sh", "-ec", _MOUNTS, "sh", str(init)])
        wait_for("the lab's own mounts", 30,
                 lambda: os.readlink(f"/proc/{pid}/exe") == str(init), pause=0.01)


def spawn(lab, name, netns, argv):
    """Starts a daemon inside the lab, in one of its networks."""
    argv = [str(word) for word in argv]
    return _launch(lab, name, inside_command(lab, netns, argv), netns=netns, argv=argv)


def with_own(folder, at, argv):
    """A command line that sees `folder` at `at`, one of PRIVATE, and all other
    mounts as its fellow daemons do."""
    return ["unshare", "--mount", "--propagation", "unchanged",
            "sh", "-ec", _OWN_FOLDER, "sh", str(folder), str(at), *argv]


def load(lab, name):
    try:
        return json.loads((lab.daemons / f"{name}.json").read_text())
    except (OSError, ValueError):
        raise LabError(f"lab '{lab.name}' has no {name}") from None


def all_of(lab):
    """What is known of each daemon, and whether it runs."""
    found = []
    for path in sorted(lab.daemons.glob("*.json")):
        facts = load(lab, path.stem)
        facts["alive"] = alive(facts["pid"], facts["start"])
        found.append(facts)
    return found


def stop(lab, name):
    """Kills it the hard way, and waits until it is gone."""
    facts = load(lab, name)
    if alive(facts["pid"], facts["start"]):
        kill(facts["pid"], signal.SIGKILL)
    wait_for(f"the end of {name}", 10, lambda: not alive(facts["pid"], facts["start"]), pause=0.01)


def start_again(lab, name):
    """Starts a stopped daemon as it was started the first time."""
    facts = load(lab, name)
    if alive(facts["pid"], facts["start"]):
        return facts["pid"]
    return spawn(lab, name, facts["netns"], facts["argv"])


def inside(lab, path):
    """A path as the daemons see it."""
    return Path(f"/proc/{load(lab, INIT)['pid']}/root{path}")


def inside_command(lab, netns, argv):
    """A command line that runs among the daemons, in one of their networks."""
    init = load(lab, INIT)
    return ["nsenter", f"--mount=/proc/{init['pid']}/ns/mnt",
            f"--pid=/proc/{init['pid']}/ns/pid", f"--net=/run/netns/{netns}", "--", *argv]
