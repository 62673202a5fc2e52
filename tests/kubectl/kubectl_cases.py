#!/usr/bin/env python3
"""kubectl_cases.py record|check|list [PATTERN]: kubectl commands and what they said against the real cluster.

    record   runs the cases and writes down the normalised output
    check    runs the cases and prints what differs from the record; exit 1 when anything does
    list     names the cases and says what each is about

PATTERN is a regular expression over the cases' names. docs/kubectl.md has the format.
"""

import argparse
import concurrent.futures
import pathlib
import shutil
import sys
import tempfile

import case_files
import session

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import records  # noqa: E402

PARALLEL = 4


def run_all(cases, target, parallel):
    """Pairs of case and transcript, which is None where it could not be run; exclusive cases come one by one, last."""
    shared = [case for case in cases if not case.exclusive]
    with concurrent.futures.ThreadPoolExecutor(parallel) as pool:
        yield from zip(shared, pool.map(lambda case: session.run(case, target), shared))
    for case in cases:
        if case.exclusive:
            yield case, session.run(case, target)


def runnable(cases):
    """Those whose programs are here; the others are named aloud."""
    found = []
    for case in cases:
        missing = [program for program in case.needs if not shutil.which(program)]
        if missing:
            print(f"{case.name}: SKIPPED, {', '.join(missing)} is not installed")
        else:
            found.append(case)
    return found


def record(results):
    failed = 0
    for case, outcome in results:
        if outcome.error:
            failed += 1
            print(f"{case.name}: {outcome.error}")
        elif not case.answer_file.exists() or case.answer_file.read_text() != outcome.text:
            case.answer_file.parent.mkdir(parents=True, exist_ok=True)
            case.answer_file.write_text(outcome.text)
            print(f"{case.name}: recorded")
    return failed


def check(results, report=None):
    return records.check(((case, outcome.problems(case), outcome.seconds) for case, outcome in results), report)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["record", "check", "list"])
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--kubeconfig", help="whose cluster to use (default: $KUBECONFIG)")
    parser.add_argument("--kubectl", default="kubectl", help="the program (default: kubectl in $PATH)")
    parser.add_argument("--parallel", type=int, default=PARALLEL, help="cases at once")
    parser.add_argument("--report", help="file for the results as JSON")
    options = parser.parse_args()
    wanted = case_files.load(options.pattern)
    if not wanted:
        parser.error(f"no case matches '{options.pattern}'")
    if options.command == "list":
        for case in wanted:
            print(f"{case.name}: {case.what}")
        return 0
    wanted = runnable(wanted)
    with tempfile.TemporaryDirectory() as folder:
        target = session.Target(options.kubectl, options.kubeconfig, pathlib.Path(folder))
        results = run_all(wanted, target, options.parallel)
        failed = record(results) if options.command == "record" else check(results, options.report)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
