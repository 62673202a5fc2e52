#!/usr/bin/env python3
"""conformance.py record|check|list [PATTERN]: API requests and what the real API server answered.

    record   runs the cases and writes down the normalised answers
    check    runs the cases and prints what differs from the record; exit 1 when anything does
    list     names the cases and says what each is about

PATTERN is a regular expression over `area/scenario`. docs/conformance.md has the format.
"""

import argparse
import concurrent.futures
import json
import pathlib
import sys

import cases
import compact
import compare
import runner
import server

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import records  # noqa: E402

PARALLEL = 8


class Result:
    """What became of one case: answers, or why there are none."""

    def __init__(self, case, answers=None, seconds=0, error=None):
        self.case, self.answers, self.seconds, self.error = case, answers, seconds, error

    def problems(self):
        if self.error:
            return [self.error]
        if not self.case.answers_file.exists():
            return ["nothing is recorded"]
        recorded = json.loads(self.case.answers_file.read_text())["answers"]
        return compare.differences(recorded, self.answers)


def run_one(case, target):
    try:
        answers, seconds = runner.run(case, target)
        return Result(case, answers, seconds)
    except Exception as error:  # one case that cannot be carried out must not hide the others
        return Result(case, error=f"{type(error).__name__}: {error}")


def run_all(wanted, target, parallel=PARALLEL):
    """Results in the order of the cases."""
    with concurrent.futures.ThreadPoolExecutor(parallel) as pool:
        yield from pool.map(lambda case: run_one(case, target), wanted)


def record(results):
    failed = 0
    for result in results:
        if result.error:
            failed += 1
            print(f"{result.case.name}: {result.error}")
            continue
        file = result.case.answers_file
        text = compact.dumps({"answers": result.answers}) + "\n"
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            print(f"{result.case.name}: recorded")
    return failed


def check(results, report=None):
    return records.check(((result.case, result.problems(), result.seconds) for result in results), report)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["record", "check", "list"])
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--plain", action="store_true",
                        help="the kubeconfig has one cluster and a token, as `cfkops sandbox serve` writes it")
    parser.add_argument("--kubeconfig", help="whose server to ask (default: $KUBECONFIG)")
    parser.add_argument("--parallel", type=int, default=PARALLEL, help="cases at once")
    parser.add_argument("--report", help="file for the results as JSON")
    options = parser.parse_args()
    wanted = cases.load(options.pattern)
    if not wanted:
        parser.error(f"no case matches '{options.pattern}'")
    if options.command == "list":
        for case in wanted:
            print(f"{case.name}: {case.what}")
        return 0
    connect = server.from_plain_kubeconfig if options.plain else server.from_kubeconfig
    results = run_all(wanted, connect(options.kubeconfig), options.parallel)
    failed = record(results) if options.command == "record" else check(results, options.report)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
