"""What collecting logs costs beside `kubectl logs`, eight at a time, and whether all of them is accounted for.

Called by run.py. The measuring part runs inside of the lab's network, as a process of its own: to enter it for each
command would be measured too."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from row import Row
from support import BINARY, Lab

SPACE = "writers"
AT_ONCE = 8  # of kubectl
PODS, EACH = 50, 4
LINES, WIDTH = 48000, 210  # of each container: 10 MB, 2 GB in all
PREFIX = 40  # what a runtime writes before each line
ROUNDS = 5

# Writes its lines as fast as it may, and then some every second for ever.
WRITER = """BEGIN {{
  for (i = 0; i < 64; i++) while (length(text[i]) < {width} - 10) text[i] = text[i] int(rand() * 1e9) " "
  for (n = 1; ; n++) {{
    printf "%08d %s\\n", n, substr(text[n % 64], 1, {width} - 10)
    if (n % {burst} == 0 || n > {lines} && n % 20 == 0) {{ fflush(); system(n > {lines} ? "sleep 1" : "sleep 0.2") }}
  }}
}}"""


def writers(pods, each, lines, burst):
    """A Deployment of that many pods, with that many containers each."""
    script = WRITER.format(width=WIDTH, lines=lines, burst=burst)
    containers = [{"name": f"w{number}", "image": "busybox:1", "imagePullPolicy": "IfNotPresent",
                   "command": ["awk", script]} for number in range(each)]
    return json.dumps({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "writers", "namespace": SPACE},
        "spec": {"replicas": pods, "selector": {"matchLabels": {"app": "writers"}},
                 "template": {"metadata": {"labels": {"app": "writers"}}, "spec": {
                     "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": False,
                     "enableServiceLinks": False, "containers": containers}}}})


def has_written(folder, lines):
    """Whether the files of a container have so many lines, or older ones were rotated twice already."""
    files = list(folder.iterdir())
    return (any(file.suffix == ".gz" for file in files)
            or sum(file.stat().st_size for file in files) >= lines * (WIDTH + PREFIX))


def write(lab, pods, each, lines, burst):
    """Has them write, and waits until each has written its lines."""
    lab.kubectl("create", "namespace", SPACE)
    lab.kubectl("apply", "-f", "-", stdin=writers(pods, each, lines, burst))
    folder, until = lab.path("log") / "var", time.monotonic() + 900
    while True:
        done = sum(has_written(one, lines) for one in folder.glob(f"pods-n*/{SPACE}_*/*"))
        if done == pods * each:
            return
        if time.monotonic() > until:
            raise SystemExit(f"bench: {done} of {pods * each} containers have written their lines")
        time.sleep(1)


def containers():
    pods = json.loads(subprocess.run(["kubectl", "-n", SPACE, "get", "pods", "-o", "json"], check=True,
                                     capture_output=True).stdout)["items"]
    return [(pod["metadata"]["name"], one["name"]) for pod in pods for one in pod["spec"]["containers"]]


def by_kubectl(folder, which):
    """Seconds and bytes of them all, each into a file of its own."""
    def fetch(one):
        with open(folder / "-".join(one), "wb") as file:
            subprocess.run(["kubectl", "-n", SPACE, "logs", one[0], "-c", one[1], "--timestamps"], check=True,
                           stdout=file, stdin=subprocess.DEVNULL)
        return (folder / "-".join(one)).stat().st_size

    began = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        size = sum(pool.map(fetch, which))
    return time.perf_counter() - began, size


def by_cfkops(binary, archive):
    """Seconds, peak memory in MB, what it says, and how it ended."""
    archive.unlink(missing_ok=True)
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        with subprocess.Popen([binary, "logs", "-n", SPACE, "--logs-only", "--max-total", "8Gi", "--out", archive,
                               "-o", "json"], stdout=said, stdin=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as child:
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        said.seek(0)
        text = said.read()
    if child.returncode not in (0, 9):
        raise SystemExit(f"bench: cfkops logs exited with {child.returncode}: {text.decode()}")
    return seconds, usage.ru_maxrss / 1024, json.loads(text), child.returncode


def begins_with(longer, shorter):
    """Whether a file begins with all that another one has."""
    with open(longer, "rb") as one, open(shorter, "rb") as other:
        while block := other.read(1 << 20):
            if one.read(len(block)) != block:
                return False
    return True


def unpacked(archive, folder):
    subprocess.run(["tar", "--zstd", "-xf", archive, "-C", folder, "--strip-components=1"], check=True)
    return folder / "logs" / SPACE


def measure(binary, rounds):
    """Prints one JSON record of all rounds, and what the last archive has of what kubectl was given before it."""
    which = containers()
    with tempfile.TemporaryDirectory(prefix="cfkops-logs-") as place:
        folder, theirs = pathlib.Path(place), pathlib.Path(place, "theirs")
        theirs.mkdir()
        seen = {"theirs": [], "ours": [], "peak": 0}
        for _ in range(rounds):
            seconds, size = by_kubectl(theirs, which)
            seen["theirs"].append(size / seconds)
            seconds, peak, said, seen["code"] = by_cfkops(binary, folder / "ours.tar.zst")
            logs = unpacked(folder / "ours.tar.zst", folder)
            size = sum(file.stat().st_size for file in logs.rglob("*.log"))
            seen["ours"].append(size / seconds)
            seen["peak"] = max(seen["peak"], peak)
        seen["bytes"] = size
        seen["archive"] = said["archiveBytes"]
        seen["logs"] = [{part: one[part] for part in ("complete", "why", "missing")} for one in said["logs"]]
        seen["whole"] = sum(begins_with(logs / pod / f"{name}.log", theirs / f"{pod}-{name}") for pod, name in which)
        after = folder / "after"
        after.mkdir()
        by_kubectl(after, which[:AT_ONCE])
        seen["real"] = sum(begins_with(after / f"{pod}-{name}", logs / pod / f"{name}.log")
                           for pod, name in which[:AT_ONCE])
    print(json.dumps(seen))


def measured(lab, rounds):
    return json.loads(lab.tool("exec", sys.executable, __file__, BINARY, rounds))


def steady(rounds):
    """200 containers whose logs are not rotated."""
    lab = Lab(f"bench-logs-{os.getpid()}")
    with contextlib.ExitStack() as stack:
        stack.callback(lab.down)
        lab.up("--log-limit", "100Mi")
        write(lab, PODS, EACH, LINES, 2000)
        seen = measured(lab, rounds)
    ours, theirs = (statistics.median(seen[tool]) / 1e6 for tool in ("ours", "theirs"))
    count = len(seen["logs"])
    complete = sum(one["complete"] == "yes" and not one["missing"] for one in seen["logs"])
    whole = (count, complete, seen["whole"], seen["real"], seen["code"]) == (PODS * EACH, count, count, AT_ONCE, 0)
    of = f"logs, {PODS * EACH} containers"
    return [Row(f"{of}, {seen['bytes'] / 1e9:.1f} GB", f"{ours:.0f} MB/s, archive of {seen['archive'] / 1e6:.0f} MB",
                f"kubectl logs, {AT_ONCE} at a time {theirs:.0f} MB/s", ">= 0.8 x", ours >= 0.8 * theirs),
            Row(f"{of}: peak memory", f"{seen['peak']:.0f} MB", "-", "<= 64 MB", 0 < seen["peak"] <= 64),
            Row(f"{of}: all accounted for", f"{complete} complete, {seen['whole']} as kubectl has them, of {count}",
                f"what kubectl has afterwards begins with {seen['real']} of {AT_ONCE} looked at", "all of them", whole,
                not whole)]


def rotated():
    """Containers that write more than their kubelet keeps in one file."""
    lab = Lab(f"bench-rotated-{os.getpid()}")
    with contextlib.ExitStack() as stack:
        stack.callback(lab.down)
        lab.up()
        write(lab, 4, 2, 150000, 500)
        lab.nap(10)  # also where a file has just begun it has lines enough to show a pace
        seen = measured(lab, 1)
    named = sum(one["complete"] == "no" and any("rotated" in gap["why"] for gap in one["missing"])
                for one in seen["logs"])
    count = len(seen["logs"])
    good = named == count == 8 and seen["code"] == 9
    return [Row("logs that were rotated: the gap is named", f"{named} of {count}", "kubectl says nothing",
                "all of them", good, not good)]


def planted():
    """The forms of secrets that the program knows, by its own test."""
    done = subprocess.run([BINARY, "logs", "--redaction-test", "-o", "json"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    samples = json.loads(done.stdout)["samples"]
    kinds = {one["kind"] for one in samples if one["kind"] != "nothing secret"}
    good = sum(one["good"] for one in samples)
    right = good == len(samples) and len(kinds) >= 20 and done.returncode == 0
    return [Row("secrets in logs", f"{len(kinds)} forms, {good} of {len(samples)} examples right", "-",
                ">= 20, all", right, not right)]


def rows(full):
    return [*planted(), *steady(ROUNDS if full else 1), *rotated()]


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]))
