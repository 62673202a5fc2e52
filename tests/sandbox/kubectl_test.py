#!/usr/bin/env python3
"""kubectl_test.py CFKOPS [PATTERN]: kubectl says of the simulated cluster what it said of the real one.

The known deviations are the rows of the table in docs/kubectl.md. One that is not listed there fails, and so does one
that is listed but agrees. Without a kubectl the test is skipped (code 77): $KUBECTL, the one in $PATH, or the lab's. Cases
that need other programs find the lab's as well; without them they are skipped, aloud.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "tests" / "kubectl"))
import case_files  # noqa: E402
import records  # noqa: E402

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "cfkops-lab" / "cache"
SKIPPED = 77
VERSION = "v1.34."  # texts differ between versions


def known_deviations():
    """Case to reason, from the rows `| `case` | why |` of the section about them."""
    text = (ROOT / "docs" / "kubectl.md").read_text().split("\n## What differs")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+?) \|$", text, re.MULTILINE))


def find_kubectl():
    """One of the recorded version."""
    candidates = [os.environ.get("KUBECTL"), *sorted(CACHE.glob("kube-*/kubectl")), shutil.which("kubectl")]
    for one in filter(None, candidates):
        said = subprocess.run([one, "version", "--client"], capture_output=True, text=True, check=False)
        if VERSION in said.stdout:
            return one
    return None


def main():
    program, pattern = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else "")
    kubectl = find_kubectl()
    if not kubectl:
        print(f"skipped: there is no kubectl {VERSION}x; set KUBECTL, or build the lab's with tests/lab/lab build")
        return SKIPPED
    os.environ["PATH"] = ":".join([os.environ["PATH"], *map(str, CACHE.glob("helm-*"))])
    found = records.problems_on_sandbox(program, [ROOT / "tests" / "kubectl" / "kubectl_cases.py", "check", pattern,
                                                  "--kubectl", kubectl])
    for case in case_files.load(pattern):
        if found is not None and case.name not in found:
            print(f"{case.name}: skipped, it needs {', '.join(case.needs)}")
    return records.judge(found, known_deviations(), "docs/kubectl.md", not pattern)


if __name__ == "__main__":
    sys.exit(main())
