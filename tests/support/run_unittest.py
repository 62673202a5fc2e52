"""run_unittest.py FILE COUNTS [FILTER]: runs one file of unittest tests, a line each, and writes
{"passed": N, "failed": N, "skipped": N} to COUNTS when it is through."""

import importlib.util
import json
import pathlib
import re
import sys
import time
import traceback
import unittest


class Lines(unittest.TestResult):
    """One line for a test when it ends; a failure with its traceback at once."""

    def __init__(self):
        super().__init__()
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.begun = {}
        self.spoilt = set()

    def startTest(self, test):
        super().startTest(test)
        self.begun[test.id()] = time.monotonic()
        print(f"        {test.id()} …", flush=True)

    def tell(self, word, test, detail=""):
        seconds = time.monotonic() - self.begun.get(test.id(), time.monotonic())
        print(f"{word:7} {test.id()} ({seconds:.1f} s){': ' + detail if detail else ''}", flush=True)

    def addSuccess(self, test):
        self.counts["passed"] += 1
        self.tell("ok", test)

    def addFailure(self, test, err):
        self.counts["failed"] += 1
        self.tell("FAILED", test)
        print("".join(traceback.format_exception(*err)), flush=True)

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        # A test with failing parts gets no addSuccess, so it is counted here, once.
        if err is not None:
            if test.id() not in self.spoilt:
                self.spoilt.add(test.id())
                self.counts["failed"] += 1
            print(f"FAILED  {subtest.id()}\n" + "".join(traceback.format_exception(*err)), flush=True)

    def addSkip(self, test, reason):
        self.counts["skipped"] += 1
        self.tell("skipped", test, reason)

    def addExpectedFailure(self, test, err):
        self.addSuccess(test)

    def addUnexpectedSuccess(self, test):
        self.counts["failed"] += 1
        self.tell("FAILED", test, "was expected to fail and did not")


def chosen(suite, pattern):
    """The tests of a suite whose id the pattern matches."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from chosen(test, pattern)
        elif pattern.search(test.id()):
            yield test


def main():
    path, counts, wanted = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    result = Lines()
    try:
        spec.loader.exec_module(module)
    except unittest.SkipTest as skip:
        result.counts["skipped"] += 1
        print(f"skipped {path.name}: {skip}", flush=True)
    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    if wanted:
        suite = unittest.TestSuite(chosen(suite, re.compile(wanted)))
    suite.run(result)
    pathlib.Path(counts).write_text(json.dumps(result.counts))
    return 1 if result.counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
