"""What the suites share that hold the sandbox, and the lab, against what a real cluster is on record to have said."""

import json
import pathlib
import subprocess
import sys
import tempfile


def check(rows, report=None):
    """How many differ, of (case, problems, seconds); prints what does, and writes all as JSON to `report`."""
    failed, reported = 0, {}
    for case, problems, seconds in rows:
        reported[case.name] = {"problems": problems, "seconds": round(seconds, 2)}
        if problems:
            failed += 1
            print(f"{case.name}: {case.what}", *(f"  {line}" for line in problems), sep="\n")
    print(f"{len(reported) - failed} alike, {failed} not")
    if report:
        pathlib.Path(report).write_text(json.dumps(reported))
    return failed


def problems_on_sandbox(program, checker):
    """Case to its differences where `checker` (a Python program with its options, up to the cluster) asks a simulated
    cluster that `program` serves; None where that cluster came to a bad end."""
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig, report = pathlib.Path(folder) / "kubeconfig", pathlib.Path(folder) / "report.json"
        with subprocess.Popen([program, "sandbox", "serve", "--kubeconfig-out", kubeconfig], stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, text=True) as serving:
            try:
                serving.stdout.readline()  # it serves when it says so
                subprocess.run([sys.executable, *checker, "--kubeconfig", kubeconfig, "--report", report],
                               stdout=subprocess.DEVNULL, check=False)
            finally:
                serving.terminate()
        if serving.returncode not in (0, -15, 143):
            print(f"the server ended with code {serving.returncode}")
            return None
        return {name: one["problems"] for name, one in json.loads(report.read_text()).items()}


def judge(found, known, page, whole):
    """0 where exactly the `known` deviations, which `page` lists, deviate; prints the others. `whole`: all cases ran."""
    if not found:
        print("no case was answered")
        return 1
    deviating = {name for name, problems in found.items() if problems}
    for name in sorted(deviating - known.keys()):
        print(f"{name}:", *(f"  {line}" for line in found[name]), sep="\n")
    for name in sorted((known.keys() & found.keys()) - deviating):
        print(f"{name}: agrees, but {page} lists it as a deviation")
    missing = known.keys() - found.keys() if whole else set()
    for name in sorted(missing):
        print(f"{name}: {page} lists it, but there is no such case")
    print(f"{len(found)} cases, {len(found) - len(deviating)} alike, {len(deviating)} not, of which "
          f"{len(deviating & known.keys())} known")
    return 1 if deviating ^ (known.keys() & found.keys()) or missing else 0
