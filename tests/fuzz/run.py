#!/usr/bin/env python3
"""run.py [--seconds N] [FOLDER]: runs the fuzz targets that are built in FOLDER (build/fuzz), side by side.

Each begins with seeds that are made of files of this tree, and with tests/fuzz/found/TARGET: what was found once, kept so
that it stays mended. What ends a target is left in FOLDER/found; once it is mended, move it to tests/fuzz/found and write
a test. Exits 1 when a target found something, 77 where none is built.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = 77
METHODS = ["hover", "completion", "definition"]


def runbooks():
    """Shipped ones, and what the rules of lint show as bad and good."""
    for path in sorted(ROOT.glob("runbooks/*.yaml")):
        yield path.read_bytes()
    head = (ROOT / "runbooks" / "broker-restart.yaml").read_bytes().split(b"\nprerequisites:")[0]
    for path in sorted((ROOT / "tests" / "golden" / "lint" / "rules").glob("*.case")):
        for part in re.split(rb"^--- .*\n", path.read_bytes(), flags=re.MULTILINE)[1:]:
            yield part if part.startswith(b"apiVersion") else head + b"\n" + part


def expressions():
    """The cases of the expression tests, one a line, up to what they come to."""
    for path in sorted((ROOT / "tests" / "runbook").glob("expression*.txt")):
        for line in path.read_bytes().splitlines():
            if line.strip() and not line.startswith(b"#"):
                yield line
                yield line.split(b" => ")[0]


def messages():
    """Conversations: bytes as they are, contents of messages, and texts with places."""
    contents = [{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {
        "textDocument": {"uri": "file:///x.yaml", "version": 1, "languageId": "yaml", "text": "kind: Runbook\n"}}}]
    contents += [{"jsonrpc": "2.0", "id": number, "method": "textDocument/" + method, "params": {
        "textDocument": {"uri": "file:///x.yaml"}, "position": {"line": 0, "character": 2}}}
        for number, method in enumerate(METHODS)]
    contents.append({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}})
    texts = [json.dumps(content).encode() for content in contents]
    yield b"m" + b"\0".join(texts)
    yield b"r" + b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(text), text) for text in texts)
    for text in runbooks():
        yield b"d" + text


def procedures():
    """The handbook of the import's tests, its sections, and a procedure for each of their commands."""
    handbook = (ROOT / "tests" / "authoring" / "procedures" / "streaming.md").read_bytes()
    yield handbook
    for section in re.split(rb"^(?=## )", handbook, flags=re.MULTILINE):
        yield section
    for command in re.findall(rb"kubectl [^`\n]+", handbook):
        yield b"# Do it\n\n**Procedure**\n\n1. `" + command + b"`\n\n**Rollback**\n\n1. Take it back.\n"
    yield b"Restart\n=======\n\n*Prerequisites:*\n- kubectl access\n\n**Option yes**\n1. Go.\n\n**Option no**\n1. Stay.\n"


SEEDS = {"loader": runbooks, "expression": expressions, "lsp": messages, "import": procedures}


def fuzz(name, folder, seconds):
    """One target; what it said where it found something."""
    seeds, found, corpus = (folder / kind / name for kind in ("seeds", "found", "corpus"))
    for path in (seeds, found, corpus):
        path.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]()):
        (seeds / str(number)).write_bytes(seed)
    kept = ROOT / "tests" / "fuzz" / "found" / name
    done = subprocess.run([folder / "tests" / "fuzz" / f"{name}_fuzz", f"-max_total_time={seconds}", "-timeout=10",
                           "-rss_limit_mb=1024", "-max_len=20000", f"-artifact_prefix={found}/", "-print_final_stats=1",
                           corpus, seeds, *([kept] if kept.exists() else [])],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    print(f"{name}: {runs.group(1) if runs else 'no'} inputs, exit {done.returncode}", flush=True)
    return done.stderr if done.returncode else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT / "build" / "fuzz")
    options = parser.parse_args()
    built = [name for name in SEEDS if (options.folder / "tests" / "fuzz" / f"{name}_fuzz").exists()]
    if not built:
        print(f"no fuzz target is built in {options.folder}")
        return SKIPPED
    with concurrent.futures.ThreadPoolExecutor() as pool:
        said = list(pool.map(lambda name: fuzz(name, options.folder, options.seconds), built))
    for name, text in zip(built, said):
        if text:
            print(f"== {name}\n{text[-6000:]}")
    return 1 if any(said) else 0


if __name__ == "__main__":
    sys.exit(main())
