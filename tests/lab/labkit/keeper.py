"""Ends a lab when the process it was started for is gone, however it went."""

import json
import os
import select
import subprocess
import sys
import time

from . import pins
from .errors import LabError
from .lab import home, write_atomically
from .proc import alive, start_time
from .teardown import down


def start(lab, owner):
    """Starts the keeper, outside of the lab and of this process's group."""
    started = start_time(owner)
    if started is None:
        raise LabError(f"--owner {owner}: no such process")
    process = subprocess.Popen(
        [sys.executable, str(pins.ROOT / "lab"), "--name", lab.name, "keep",
         "--owner", str(owner), "--owner-start", str(started), "--token", lab.record()["token"]],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, cwd="/",
        env={**os.environ, "CFKOPS_LAB_HOME": str(home().parent)})
    write_atomically(lab.dir / "keeper.json", json.dumps(
        {"pid": process.pid, "start": start_time(process.pid), "owner": owner}) + "\n")


def keep(lab, owner, owner_start, token):
    """Waits for the owner's end, then takes the lab down. Ends by itself when
    the lab is gone or another one has its name."""
    watch = select.poll()
    try:
        watch.register(os.pidfd_open(owner), select.POLLIN)
    except ProcessLookupError:
        pass
    while alive(owner, owner_start):
        watch.poll(1000)
        if not _still_there(lab, token):
            return
    for _ in range(5):  # a process in the kernel's hands may outlast one try
        if not _still_there(lab, token):
            return
        try:
            down(lab)
        except LabError:
            time.sleep(1)


def _still_there(lab, token):
    try:
        return lab.record()["token"] == token
    except LabError:
        return False
