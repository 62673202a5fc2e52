#!/usr/bin/env python3
"""conformance_test.py CFKOPS: the simulated cluster answers the conformance cases as the real one did.

The known deviations are the rows of the table in docs/sandbox.md that name a case. One that is not listed there fails,
and so does one that is listed but agrees: the list says what is so.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PARALLEL = 16  # the cases wait for most of their time


def known_deviations():
    """Case to reason, from the rows `| `area/scenario` | why |`."""
    text = (ROOT / "docs" / "sandbox.md").read_text()
    return dict(re.findall(r"^\| `([a-z0-9-]+/[a-z0-9-]+)` \| (.+?) \|$", text, re.MULTILINE))


def answers(program, folder, pattern):
    """Case to its differences."""
    kubeconfig, report = folder / "kubeconfig", folder / "report.json"
    with subprocess.Popen([program, "sandbox", "serve", "--kubeconfig-out", kubeconfig], stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True) as serving:
        try:
            serving.stdout.readline()  # it serves when it says so
            subprocess.run([sys.executable, ROOT / "tests" / "conformance" / "conformance.py", "check", pattern, "--plain",
                            "--kubeconfig", kubeconfig, "--parallel", str(PARALLEL), "--report", report],
                           stdout=subprocess.DEVNULL, check=False)
        finally:
            serving.terminate()
    if serving.returncode not in (0, -15, 143):
        print(f"the server ended with code {serving.returncode}")
        return None
    return {name: one["problems"] for name, one in json.loads(report.read_text()).items()}


def main():
    program, pattern = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else "")
    with tempfile.TemporaryDirectory() as folder:
        found = answers(program, pathlib.Path(folder), pattern)
    if not found:
        print("no case was answered")
        return 1
    known = known_deviations()
    deviating = {name for name, problems in found.items() if problems}
    for name in sorted(deviating - known.keys()):
        print(f"{name}:", *(f"  {line}" for line in found[name]), sep="\n")
    for name in sorted((known.keys() & found.keys()) - deviating):
        print(f"{name}: agrees, but docs/sandbox.md lists it as a deviation")
    for name in sorted(known.keys() - found.keys()) if not pattern else []:
        print(f"{name}: docs/sandbox.md lists it, but there is no such case")
    print(f"{len(found)} cases, {len(found) - len(deviating)} alike, {len(deviating)} not, of which "
          f"{len(deviating & known.keys())} known")
    wrong = deviating ^ (known.keys() & found.keys()) or (not pattern and known.keys() - found.keys())
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
