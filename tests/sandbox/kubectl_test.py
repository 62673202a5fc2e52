#!/usr/bin/env python3
"""kubectl_test.py CFKOPS [PATTERN]: kubectl says of the simulated cluster what it said of the real one.

The known deviations are the rows of the table in docs/kubectl.md. One that is not listed there fails, and so does one
that is listed but agrees. Without a kubectl the test is skipped (code 77): $KUBECTL, the one in $PATH, or the lab's.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = 77
VERSION = "v1.34."  # texts differ between versions


def known_deviations():
    """Case to reason, from the rows `| `case` | why |` of the section about them."""
    text = (ROOT / "docs" / "kubectl.md").read_text().split("\n## What differs")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+?) \|$", text, re.MULTILINE))


def find_kubectl():
    """One of the recorded version."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "cfkops-lab" / "cache"
    candidates = [os.environ.get("KUBECTL"), *sorted(cache.glob("kube-*/kubectl")), shutil.which("kubectl")]
    for one in filter(None, candidates):
        said = subprocess.run([one, "version", "--client"], capture_output=True, text=True, check=False)
        if VERSION in said.stdout:
            return one
    return None


def answers(program, kubectl, folder, pattern):
    """Case to its differences."""
    kubeconfig, report = folder / "kubeconfig", folder / "report.json"
    with subprocess.Popen([program, "sandbox", "serve", "--kubeconfig-out", kubeconfig], stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True) as serving:
        try:
            serving.stdout.readline()  # it serves when it says so
            subprocess.run([sys.executable, ROOT / "tests" / "kubectl" / "kubectl_cases.py", "check", pattern,
                            "--kubeconfig", kubeconfig, "--kubectl", kubectl, "--report", report],
                           stdout=subprocess.DEVNULL, check=False)
        finally:
            serving.terminate()
    if serving.returncode not in (0, -15, 143):
        print(f"the server ended with code {serving.returncode}")
        return None
    return {name: one["problems"] for name, one in json.loads(report.read_text()).items()}


def main():
    program, pattern = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else "")
    kubectl = find_kubectl()
    if not kubectl:
        print(f"skipped: there is no kubectl {VERSION}x; set KUBECTL, or build the lab's with tests/lab/lab build")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        found = answers(program, kubectl, pathlib.Path(folder), pattern)
    if not found:
        print("no case was answered")
        return 1
    known = known_deviations()
    deviating = {name for name, problems in found.items() if problems}
    for name in sorted(deviating - known.keys()):
        print(f"{name}:", *(f"  {line}" for line in found[name]), sep="\n")
    for name in sorted((known.keys() & found.keys()) - deviating):
        print(f"{name}: agrees, but docs/kubectl.md lists it as a deviation")
    print(f"{len(found)} cases, {len(found) - len(deviating)} alike, {len(deviating)} not, of which "
          f"{len(deviating & known.keys())} known")
    return 1 if deviating ^ (known.keys() & found.keys()) else 0


if __name__ == "__main__":
    sys.exit(main())
