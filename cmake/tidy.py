#!/usr/bin/env python3
"""clang-tidy over some or all of our files, two at a time, remembering what was clean.

    tidy.py changed     what is uncommitted or in the last commits, newest first, for --seconds at most
    tidy.py all         every file of the build
    tidy.py FILE...     these

The flags come from the tidy preset's compilation database (clang, no precompiled headers), configured
here when it is missing. A clean file is remembered by a hash over itself, every header of ours it
reaches, its flags, the profile and the tool, so that it is looked at again only when one of them changes.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "tidy"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "cfkops-tidy"
NOT_INSTALLED = NOT_KNOWN = 77  # ctest counts it as skipped
RECENT_COMMITS = 5


def git(*arguments):
    """The lines git prints; none when it fails, as outside a checkout."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else []


def compile_commands():
    """Source file (relative to the root) to its command; configures the tidy preset first."""
    subprocess.run(["cmake", "--preset", "tidy"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    commands = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if ROOT in path.parents and BUILD not in path.parents:
            commands[str(path.relative_to(ROOT))] = entry["command"]
    return commands


def changed_files():
    """What is uncommitted, then what the last commits touched, the newest first."""
    names = git("diff", "--name-only", "HEAD") + git("ls-files", "--others", "--exclude-standard")
    names += git("log", "-n", str(RECENT_COMMITS), "--name-only", "--format=")
    return list(dict.fromkeys(name for name in names if name))


def sources_for(names, commands):
    """Files of the build for these names: a header stands for a source that includes it."""
    found = {}
    for name in names:
        if name in commands:
            found[name] = True
        elif name.endswith(".hpp"):
            inside = name.removeprefix("include/").removeprefix("tests/")
            inside = re.sub(r"^src/[a-z]+/", "", inside)
            own = re.sub(r"^(include/cfkops|src)/", "src/", name).removesuffix(".hpp") + ".cpp"
            if own in commands:
                found[own] = True
                continue
            for source in commands:
                if f'#include "{inside}"' in (ROOT / source).read_text():
                    found[source] = True
                    break
    return list(found)


class Fingerprint:
    """Hashes a source together with everything of ours it reaches."""

    def __init__(self):
        tool = subprocess.run(["clang-tidy-14", "--version"], capture_output=True, text=True).stdout
        self.tool = tool.encode()
        self.includes = {}

    def reached(self, path):
        """The headers of ours a file names, resolved like the compiler would."""
        if path not in self.includes:
            names = re.findall(r'^\s*#\s*include\s*"([^"]+)"', path.read_text(), re.MULTILINE)
            folders = [path.parent, ROOT / "include", ROOT / "tests", *(ROOT / "src").glob("*")]
            self.includes[path] = [
                next((folder / name for folder in folders if (folder / name).is_file()), None)
                for name in names]
        return [header.resolve() for header in self.includes[path] if header]

    def of(self, source, command):
        nearest = ROOT / "tests" if source.startswith("tests/") else ROOT
        digest = hashlib.sha256(self.tool + (nearest / ".clang-tidy").read_bytes())
        digest.update(command.replace(str(ROOT), "").encode())
        pending, seen = [(ROOT / source).resolve()], set()
        while pending:
            path = pending.pop()
            if path not in seen:
                seen.add(path)
                pending += self.reached(path)
        for path in sorted(seen):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()


def tidy(source):
    start = time.monotonic()
    done = subprocess.run(["clang-tidy-14", "--quiet", "-p", str(BUILD), source],
                          cwd=ROOT, capture_output=True, text=True)
    findings = done.stdout.strip()
    if done.returncode != 0 and not findings:
        findings = done.stderr.strip()
    return source, done.returncode == 0, findings.replace(str(ROOT) + "/", ""), time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", nargs="+", help="changed, all or files")
    parser.add_argument("--seconds", type=int, default=300, help="for 'changed': begin no file later (default 300)")
    arguments = parser.parse_args()
    if not shutil.which("clang-tidy-14") or not shutil.which("clang++-14"):
        print("clang-tidy-14 or clang-14 is not installed")
        return NOT_INSTALLED
    commands = compile_commands()
    if arguments.what == ["all"]:
        wanted = sorted(commands)
    elif arguments.what == ["changed"]:
        if not git("rev-parse", "HEAD"):
            print("this is no git checkout: what changed is not known")
            return NOT_KNOWN
        wanted = sources_for(changed_files(), commands)
    else:
        names = [os.path.relpath(os.path.abspath(name), ROOT) for name in arguments.what]
        wanted = sources_for(names, commands)

    fingerprint = Fingerprint()
    marks = {source: CACHE / fingerprint.of(source, commands[source]) for source in wanted}
    todo = [source for source in wanted if not marks[source].exists()]
    clean = len(wanted) - len(todo)
    until = time.monotonic() + arguments.seconds if arguments.what == ["changed"] else float("inf")
    CACHE.mkdir(parents=True, exist_ok=True)
    failed, looked_at = [], 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for result in pool.map(lambda source: tidy(source) if time.monotonic() < until else None, todo):
            if result is None:
                continue
            looked_at += 1
            source, passed, findings, seconds = result
            print(f"{'clean ' if passed else 'FAILED'} {source} ({seconds:.1f} s)", flush=True)
            if passed:
                marks[source].touch()
            else:
                failed.append(source)
                print(findings, flush=True)
    left_off = len(todo) - looked_at
    print(f"{looked_at} looked at, {clean} unchanged since they were clean, {len(failed)} failed"
          + (f", {left_off} left to 'tests/run.sh full'" if left_off else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
