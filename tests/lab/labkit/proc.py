"""Processes: telling them apart for sure, finding a lab's own, ending them."""

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

from .errors import LabError

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _stat(pid):
    """State letter and the fields after it, or None when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def start_time(pid):
    """Clock ticks after boot; with the pid it names one process for good."""
    fields = _stat(pid)
    return int(fields[19]) if fields else None


def alive(pid, started=None):
    """Whether it runs (a zombie does not) and is still the one that was meant."""
    fields = _stat(pid)
    if not fields or fields[0] in "ZX":
        return False
    return started is None or int(fields[19]) == started


def parent(pid):
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def children(pid):
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(word) for word in text.split()]


def ancestors():
    """This process and all above it."""
    line, pid = [], os.getpid()
    while pid > 0:
        line.append(pid)
        pid = parent(pid)
    return set(line)


def _netns(path):
    """What tells one network namespace from all others, or None."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


_STARTED_IN = _netns("/proc/self/ns/net")


def in_network_namespaces(names):
    """Pids of every process inside one of the named network namespaces. The
    one this program was started in, the machine's as a rule, is never meant,
    whatever a name was bound to."""
    wanted = {_netns(f"/run/netns/{name}") for name in names}
    wanted -= {None, _STARTED_IN}
    if not wanted:
        return set()
    return {int(entry) for entry in os.listdir("/proc")
            if entry.isdigit() and _netns(f"/proc/{entry}/ns/net") in wanted}


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def enter_netns(name):
    """Moves this thread, and the threads and processes it starts, there."""
    with open(f"/run/netns/{name}") as handle:
        if _libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise LabError(f"cannot enter network namespace {name}: "
                           + os.strerror(ctypes.get_errno()))


def run(argv, **options):
    """Runs a command to its end; a failure names it and its last words."""
    options.setdefault("text", True)
    done = subprocess.run([str(word) for word in argv], stdin=options.pop("stdin", None)
                          if "input" not in options else None,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if done.returncode != 0:
        words = (done.stderr or done.stdout or "").strip().splitlines()
        last = " / ".join(words[-3:]) or "no output"
        raise LabError(f"{' '.join(str(w) for w in argv[:6])} failed "
                       f"({done.returncode}): {last}")
    return done.stdout


def wait_for(what, seconds, probe, pause=0.1):
    """Polls until `probe` gives something true, and gives that back."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise LabError(f"{what} not reached within {seconds} s")
        time.sleep(pause)
