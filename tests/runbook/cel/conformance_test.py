#!/usr/bin/env python3
"""conformance_test.py RUNNER: expressions do what CEL's own conformance cases say.

The cases come from the Go module that go.mod pins; main.go turns them into JSON, RUNNER (cel_conformance) tries them.
docs/expressions.md says which files are claimed, with their counts, and which of their cases are exceptions. A claimed
case that fails, an exception that passes and a wrong count fail. Where there is neither Go nor the module, the test is
skipped (code 77), or fails with CFKOPS_LAB=required. `--list` prints the counts and what fails, for whoever edits the page.
"""

import collections
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
PAGE = ROOT / "docs" / "expressions.md"
MODULE = "cel.dev/expr"
SKIPPED = 77
sys.path.insert(0, str(ROOT / "tests" / "lab"))
from labkit import golang  # noqa: E402
from labkit.errors import LabError  # noqa: E402


class Missing(Exception):
    """What the cases need is not there; says what."""


def find_go():
    """A Go that is new enough: the machine's, or the one that the lab would fetch."""
    try:
        return golang.find([HERE / "go.mod"])
    except (LabError, OSError, subprocess.SubprocessError) as problem:
        raise Missing(f"there is no Go, and none could be fetched: {problem}") from problem


def go_output(go, *words):
    done = subprocess.run([go, *words], cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          env={**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"})
    if done.returncode != 0:
        raise Missing(f"go {words[0]} failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
    return done.stdout


def load_cases():
    go = find_go()
    go_output(go, "mod", "download")
    module = pathlib.Path(go_output(go, "list", "-m", "-f", "{{.Dir}}", MODULE).strip())
    return json.loads(go_output(go, "run", ".", str(module / "tests" / "simple" / "testdata")))


def name_cases(cases):
    """Gives each the name file/section/name, with #2 behind the second of that name."""
    seen = collections.Counter()
    for case in cases:
        name = f"{case['file']}/{case['section']}/{case['name']}"
        seen[name] += 1
        case["id"] = name if seen[name] == 1 else f"{name}#{seen[name]}"


def try_cases(runner, cases):
    """Name to what is wrong with it, "" where nothing is."""
    done = subprocess.run([runner], input=json.dumps(cases), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{runner} ended with code {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def read_page():
    """The claimed files with (cases, pass, exceptions), the files not claimed, and pattern to reason of the exceptions."""
    text = PAGE.read_text().split("\n## Conformance")[1].split("\n## ")[0]
    claims = {row[0]: tuple(map(int, row[1:]))
              for row in re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)}
    others = dict(re.findall(r"^\| `(\w+)` \| ([^|]*[a-z][^|]*) \|$", text, re.MULTILINE))
    exceptions = dict(re.findall(r"^\| `([^`]+/[^`]+)` \| (.+?) \|$", text, re.MULTILINE))
    return claims, others, exceptions


def judge(found):
    """What is wrong, a line each."""
    claims, others, exceptions = read_page()
    files = {name.split("/")[0] for name in found}
    wrong = [f"{name}: the page says nothing about this file" for name in sorted(files - claims.keys() - others.keys())]
    wrong += [f"{name}: the page names it, but there is no such file"
              for name in sorted((claims.keys() | others.keys()) - files)]
    excepted = set()
    for pattern in exceptions:
        meant = fnmatch.filter(found, pattern)
        excepted.update(meant)
        if not meant:
            wrong.append(f"{pattern}: the page lists this exception, but there is no such case")
        wrong += [f"{name}: passes, but the page lists it as an exception ({pattern})" for name in meant if not found[name]]
    for file, claimed in sorted(claims.items()):
        mine = {name: problem for name, problem in found.items() if name.split("/")[0] == file}
        wrong += [f"{name}: {problem}" for name, problem in mine.items() if problem and name not in excepted]
        real = (len(mine), sum(not problem for problem in mine.values()), len(mine.keys() & excepted))
        if real != claimed:
            wrong.append(f"{file}: {real[0]} cases, {real[1]} pass, {real[2]} are exceptions; the page says {claimed}")
    return wrong


def print_all(found):
    counts = collections.Counter((name.split("/")[0], not problem) for name, problem in found.items())
    for file in sorted({file for file, _ in counts}):
        print(f"| `{file}` | {counts[file, True] + counts[file, False]} | {counts[file, True]} | {counts[file, False]} |")
    for name, problem in found.items():
        if problem:
            print(f"{name}: {problem}")


def main():
    try:
        cases = load_cases()
    except Missing as problem:
        required = os.environ.get("CFKOPS_LAB") == "required"
        print(f"{'failed' if required else 'skipped'}: {problem}")
        return 1 if required else SKIPPED
    name_cases(cases)
    found = try_cases(sys.argv[1], cases)
    if "--list" in sys.argv:
        print_all(found)
        return 0
    wrong = judge(found)
    print("\n".join(wrong))
    print(f"{len(found)} cases, {sum(not problem for problem in found.values())} pass, {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
