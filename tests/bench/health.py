"""What `cfkops health` costs beside the five commands of a daily look: kubectl's, and curl of the same lists.

Called by run.py. The measuring part runs inside of the lab's network, as a process of its own: to enter it for each
command would be measured too."""

import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import yaml

from row import Row
from support import BINARY, Lab

ROUNDS = 5
QUESTIONS = [["get", "nodes", "-o", "wide"], ["get", "componentstatuses"], ["get", "pods", "--all-namespaces"],
             ["get", "pv"], ["get", "events", "--all-namespaces", "--sort-by=.metadata.creationTimestamp"]]
LISTS = ["nodes", "componentstatuses", "pods", "persistentvolumes", "events"]
TASKS = [("v1", "Node"), ("v1", "ComponentStatus"), ("v1", "Pod"), ("v1", "PersistentVolume"), ("v1", "Event")]
WELL = (0, 9, 5)  # of cfkops health: it may find something


def run(argv, allowed=(0,)):
    """Seconds and peak memory in MB of a process."""
    began = time.perf_counter()
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in allowed:
        raise SystemExit(f"bench: {argv[0]} {argv[1]} exited with {child.returncode}: {said.decode()}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def one_after_another(commands, allowed=(0,)):
    done = [run(argv, allowed) for argv in commands]
    return sum(seconds for seconds, _ in done), max(peak for _, peak in done)


def playbook(folder):
    tasks = [{"kubernetes.core.k8s_info": {"api_version": version, "kind": kind}} for version, kind in TASKS]
    file = pathlib.Path(folder, "look.yml")
    file.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return ["ansible-playbook", "-i", "localhost,", "-c", "local", str(file)]


def credentials(folder):
    """curl's words for the server and the client certificate that KUBECONFIG has."""
    config = yaml.safe_load(pathlib.Path(os.environ["KUBECONFIG"]).read_text(encoding="utf-8"))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    words = ["curl", "-s", "-f", "-o", "/dev/null"]
    for option, entry, where in (("--cacert", "certificate-authority", cluster), ("--cert", "client-certificate", user),
                                 ("--key", "client-key", user)):
        file = where.get(entry)
        if not file:
            decoded = subprocess.run(["base64", "-d"], input=where[entry + "-data"].encode(), capture_output=True,
                                     check=True).stdout
            file = pathlib.Path(folder, entry)
            file.write_bytes(decoded)
        words += [option, str(file)]
    return words, cluster["server"]


def measure(binary):
    """Prints one JSON record: of each tool the seconds (median of the rounds, taken in turns) and the peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        curl, server = credentials(folder)
        tools = {
            "sop": lambda: one_after_another([[binary, "health", "--profile", "sop"]], WELL),
            "full": lambda: one_after_another([[binary, "health"]], WELL),
            "kubectl": lambda: one_after_another([["kubectl", *words] for words in QUESTIONS]),
            "curl": lambda: one_after_another([[*curl, f"{server}/api/v1/{one}"] for one in LISTS]),
        }
        seen = {name: [] for name in tools}
        for _ in range(ROUNDS):
            for name, tool in tools.items():
                seen[name].append(tool())
        if shutil.which("ansible-playbook"):
            seen["ansible"] = [run(playbook(folder))]
    print(json.dumps({name: {"seconds": statistics.median(s for s, _ in rounds), "peak": max(p for _, p in rounds)}
                      for name, rounds in seen.items()}))


def rows(nodes, pods):
    """The rows of a cluster of that many simulated nodes and pods beside three real nodes."""
    lab = Lab(f"bench-health-{os.getpid()}")
    with contextlib.ExitStack() as stack:
        stack.callback(lab.down)
        lab.up("--fake-nodes", nodes, "--fake-pods", pods)
        seen = json.loads(lab.tool("exec", sys.executable, __file__, BINARY))
    sop, full, kubectl, curl = (seen[name]["seconds"] for name in ("sop", "full", "kubectl", "curl"))
    of = f"health, {nodes} nodes, {pods} pods"
    ansible = f"; ansible {seen['ansible']['seconds']:.1f} s" if "ansible" in seen else "; ansible is not installed"
    theirs = f"kubectl x5 {kubectl:.2f} s, {seen['kubectl']['peak']:.0f} MB; curl of the lists {curl:.2f} s{ansible}"
    peak = max(seen["sop"]["peak"], seen["full"]["peak"])
    return [Row(f"{of}: the five questions", f"{sop:.3f} s", theirs, "<= 0.1 x kubectl", sop <= 0.1 * kubectl),
            Row(f"{of}: beside curl", f"{curl / sop:.1f} x faster", f"curl {curl:.2f} s", ">= 2 x", sop <= curl / 2),
            Row(f"{of}: all checks", f"{full:.3f} s", f"kubectl x5 {kubectl:.2f} s", "<= 0.5 x kubectl",
                full <= 0.5 * kubectl),
            Row(f"{of}: peak memory", f"{peak:.0f} MB", f"kubectl {seen['kubectl']['peak']:.0f} MB", "<= 64 MB",
                peak <= 64)]


if __name__ == "__main__":
    measure(sys.argv[1])
