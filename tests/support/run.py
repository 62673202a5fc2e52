"""The test runner behind tests/run.sh: builds, runs the parts, counts and ends with one plain line.

    run.sh              unit, lab and a short bench
    run.sh unit         the unit tests, the style checks, the tests of broker restart on the sandbox, the
                        commands of docs/ci, and the fuzz targets for half a minute
    run.sh lab          tests/lab/test_*.py and tests/e2e/test_*.py on a real cluster on this machine, and
                        what docs/ci and reports are held against, which the lab brings along
    run.sh bench        the bench (tests/bench/run.py), short
    run.sh full         all of it, clang-tidy over every file, the sanitizers, a clang build, and the
                        conformance cases (tests learn it from CFKOPS_FULL=1)

FILTER is a regular expression over test names; what has one name as a whole (bench, fuzz, tidy, clang) is
left out unless it matches that. The tests on the sandbox have the names of those on the lab. A filter that
matches nothing at all is a failure. CFKOPS_LAB=required makes a lab that cannot start a failure instead of a
skip; CFKOPS_LAB=off skips it.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = ROOT / "build" / "release" / "cfkops"
LAB = ROOT / "tests" / "lab" / "lab"
BENCH = ROOT / "tests" / "bench" / "run.py"
RECIPES = ROOT / "tests" / "ci" / "test_recipes.py"
FORMATS = ROOT / "tests" / "ci" / "test_formats.py"
# The same on the lab.
ON_SANDBOX = ("test_broker_restart.py", "test_drain.py", "test_errors.py", "test_interruptions.py", "test_secrets.py")
# On the lab in `full` alone. What test_rights.py asks, tests/rehearse/rights_test.cpp asks of a simulated cluster.
MORE_ON_SANDBOX = ("test_batches.py", "test_drain_cases.py", "test_includes.py", "test_kills.py", "test_locks.py",
                   "test_plans.py", "test_runbooks.py", "test_shipped.py")
FILE_TIMEOUT = int(os.environ.get("CFKOPS_TEST_TIMEOUT", "3600"))


class Tally:
    """What has been counted so far, and why each failure or skip is one."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.times = []
        self.notes = []

    def fail(self, name, why=""):
        self.failed += 1
        self.note("FAILED ", name, why)

    def skip(self, name, why=""):
        self.skipped += 1
        self.note("skipped", name, why)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.times += other.times
        self.notes += other.notes

    def note(self, word, name, why):
        self.notes.append(f"{word} {name}{': ' + why if why else ''}")
        print(self.notes[-1], flush=True)

    def count(self, name, done):
        if done:
            self.passed += 1
        else:
            self.fail(name)

    def line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def say(text):
    print(f"\n== {text}", flush=True)


def run(command, **options):
    """Runs a command with its output shown; True when it exits 0."""
    return subprocess.run([str(word) for word in command], cwd=ROOT, stdin=subprocess.DEVNULL,
                          **options).returncode == 0


def build(preset, tally):
    """Configures and builds a preset; counts only a failure."""
    start = time.monotonic()
    # The sweep is a test, but thousands of runs: it is built as what ships is.
    options = ["-DCFKOPS_SWEEP=ON"] if preset == "release" else []
    done = (run(["cmake", "--preset", preset, *options], stdout=subprocess.DEVNULL)
            and run(["cmake", "--build", "--preset", preset]))
    tally.times.append((f"build {preset}", time.monotonic() - start))
    if not done:
        tally.fail(f"build {preset}")
    return done


def empty_executables(folder):
    """Test binaries in which no test was found."""
    shown = subprocess.run(["ctest", "--test-dir", str(folder), "--show-only=json-v1"],
                           capture_output=True, text=True)
    known = {test["command"][0] for test in json.loads(shown.stdout)["tests"] if test.get("command")}
    listed = (folder / "test_executables.txt").read_text().split()
    return [pathlib.Path(path).name for path in listed if path not in known]


def run_ctest(preset, wanted, tally):
    """The tests of one built preset, filtered or not."""
    folder = ROOT / "build" / preset
    if not wanted:
        for name in empty_executables(folder):
            tally.fail(name, "no test was found in it")
    report = folder / "junit.xml"
    report.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", str(folder), "--output-on-failure", "--no-tests=error",
               "-j", str(os.cpu_count() or 2), "--timeout", "120", "--output-junit", str(report),
               *(["--progress"] if sys.stdout.isatty() else [])]
    if wanted:
        command += ["-R", wanted]
    start = time.monotonic()
    done = run(command)
    tally.times.append((f"ctest {preset}", time.monotonic() - start))
    cases = xml.etree.ElementTree.parse(report).getroot().findall("testcase") if report.exists() else []
    failed_before = tally.failed
    print(flush=True)
    for case in cases:
        count_case(case, tally)
    if not cases and not wanted:
        tally.fail(f"ctest {preset}", "no test ran")
    elif cases and not done and tally.failed == failed_before:
        tally.fail(f"ctest {preset}", "ctest failed though no test did")


def count_case(case, tally):
    """Counts one result of ctest, which has shown a failure's output already."""
    name, status = case.get("name"), case.get("status")
    if status == "run":
        tally.passed += 1
    elif status in ("notrun", "disabled"):
        reason = case.find("skipped")
        why = reason.get("message", "") if reason is not None else ""
        if "executable" in why:
            tally.fail(name, why)
        else:
            tally.skip(name, skip_reason(case.findtext("system-out") or "") or why)
    else:
        tally.fail(name)


def skip_reason(output):
    """What a test said when it skipped itself: the line GoogleTest puts under "Skipped", or the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line, following in zip(lines, lines[1:]):
        if line.endswith(": Skipped"):
            return following
    return lines[-1] if lines else ""


def run_python(path, wanted, tally, prefix="", binary=BINARY, env=None):
    """One file of unittest tests in a process of its own, so that a crash loses no counts."""
    name = prefix + str(path.relative_to(ROOT))
    runner = pathlib.Path(__file__).with_name("run_unittest.py")
    with tempfile.NamedTemporaryFile(suffix=".json") as counts:
        command = [sys.executable, "-u", str(runner), str(path), counts.name, wanted or ""]
        start = time.monotonic()
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True,
                                 env={**os.environ, "CFKOPS_BINARY": str(binary), **(env or {})})
        why = ""
        try:
            child.wait(timeout=FILE_TIMEOUT)
        except subprocess.TimeoutExpired:
            why = f"not done after {FILE_TIMEOUT} s"
            stop(child)
        except BaseException:
            stop(child)
            raise
        tally.times.append((name, time.monotonic() - start))
        text = counts.read()
    counted = json.loads(text) if text else {"passed": 0, "failed": 0, "skipped": 0}
    tally.passed += counted["passed"]
    tally.failed += counted["failed"]
    tally.skipped += counted["skipped"]
    if why or not text:
        tally.fail(name, why or f"ended by itself with code {child.returncode}")
    elif sum(counted.values()) == 0 and not wanted:
        tally.fail(name, "no test in it")
    return sum(counted.values())


def stop(child):
    """Asks the child's whole session to end (its tests tear down), then makes it."""
    for number, grace in ((signal.SIGINT, 60), (signal.SIGKILL, 10)):
        try:
            os.killpg(child.pid, number)
            child.wait(timeout=grace)
            return
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def part_unit(wanted, tally):
    if build("dev", tally):
        run_ctest("dev", wanted, tally)
        run_on_sandbox(wanted, tally, ROOT / "build" / "dev" / "cfkops")
        run_on_sandbox(wanted, tally, ROOT / "build" / "dev" / "cfkops", MORE_ON_SANDBOX)
        run_python(RECIPES, wanted, tally, binary=ROOT / "build" / "dev" / "cfkops")


def run_on_sandbox(wanted, tally, binary, files=ON_SANDBOX):
    """The end-to-end tests that the simulated cluster can stand for the lab in. They wait for most of their time, so
    the files run side by side."""
    def count(name):
        own = Tally()
        run_python(ROOT / "tests" / "e2e" / name, wanted, own, "e2e.sandbox: ", binary, {"CFKOPS_E2E_ON": "sandbox"})
        return own

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for own in pool.map(count, files):
            tally.add(own)
    tally.times.append(("e2e.sandbox", time.monotonic() - start))


def lab_is_missing():
    """Why the lab cannot start on this machine, or nothing."""
    if os.environ.get("CFKOPS_LAB") == "off":
        return "CFKOPS_LAB=off"
    if not LAB.exists():
        return "tests/lab/lab is not there"
    done = subprocess.run([str(LAB), "check"], cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return "" if done.returncode == 0 else (lines[-1] if lines else "tests/lab/lab check failed")


def part_lab(wanted, tally):
    why = lab_is_missing()
    if why:
        required = os.environ.get("CFKOPS_LAB") == "required"
        (tally.fail if required else tally.skip)("lab", why)
        return
    if not build("release", tally):
        return
    start = time.monotonic()
    if not run([LAB, "build"]):
        tally.fail("tests/lab/lab build")
        return
    tally.times.append(("lab build", time.monotonic() - start))
    files = sorted((ROOT / "tests" / "lab").glob("test_*.py"))
    files += sorted((ROOT / "tests" / "e2e").glob("test_*.py"))
    ran = sum([run_python(path, wanted, tally) for path in [FORMATS, *files]])
    if ran == 0 and not wanted:
        tally.fail("lab", "no test ran")


def chosen(name, wanted):
    """Whether a part that has one name as a whole is meant."""
    return not wanted or re.search(wanted, name) is not None


def part_bench(wanted, tally, options=()):
    if not chosen("bench", wanted) or not build("release", tally):
        return
    code = subprocess.run([sys.executable, "-u", str(BENCH), *options], cwd=ROOT, stdin=subprocess.DEVNULL,
                          env={**os.environ, "CFKOPS_BINARY": str(BINARY)}).returncode
    tally.count("bench", code == 0)


def part_bench_full(wanted, tally):
    part_bench(wanted, tally, ["--full", "--strict"])


def part_tidy(wanted, tally):
    if chosen("tidy", wanted):
        tally.count("tidy over every file", run([sys.executable, ROOT / "cmake" / "tidy.py", "all"]))


def part_sanitizers(wanted, tally):
    if build("asan", tally):
        run_ctest("asan", wanted, tally)


def part_fuzz(wanted, tally):
    """Half a minute of each fuzz target, where clang is there to build them."""
    if not chosen("fuzz", wanted):
        return
    if not shutil.which("clang++-14"):
        tally.skip("fuzz", "there is no clang++-14")
    elif build("fuzz", tally):
        start = time.monotonic()
        tally.count("fuzz", run([sys.executable, "-u", ROOT / "tests" / "fuzz" / "run.py", "--seconds", "30"]))
        tally.times.append(("fuzz", time.monotonic() - start))


def part_clang(wanted, tally):
    if chosen("clang", wanted) and build("clang", tally):
        tally.passed += 1


PARTS = {
    "unit": [part_unit, part_fuzz],
    "lab": [part_lab],
    "bench": [part_bench],
    "default": [part_unit, part_fuzz, part_lab, part_bench],
    "full": [part_unit, part_fuzz, part_tidy, part_sanitizers, part_clang, part_lab, part_bench_full],
}


def main():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=sorted(PARTS), default="default", metavar="PART")
    parser.add_argument("filter", nargs="?", metavar="FILTER")
    arguments = parser.parse_args()
    if arguments.filter:
        re.compile(arguments.filter)
    if arguments.part == "full":
        os.environ["CFKOPS_FULL"] = "1"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tally = Tally()
    try:
        for part in PARTS[arguments.part]:
            name = part.__name__.removeprefix("part_")
            say(name)
            start = time.monotonic()
            part(arguments.filter, tally)
            tally.times.append((f"{name}, all of it", time.monotonic() - start))
        if arguments.filter and tally.passed + tally.failed + tally.skipped == 0:
            tally.fail("the run", f"nothing matches '{arguments.filter}'")
    except KeyboardInterrupt:
        tally.fail("the run", "interrupted")
    except BaseException as broken:
        tally.fail("the run", f"it broke: {broken!r}")
        raise
    finally:
        if tally.notes:
            say("failed or skipped")
            print("\n".join(tally.notes))
        say("times")
        for name, seconds in tally.times:
            print(f"{seconds:8.1f} s  {name}")
        print()
        print(tally.line(), flush=True)
    return 1 if tally.failed or tally.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
