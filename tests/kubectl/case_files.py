"""The case files: kubectl commands, and the manifests they read."""

import pathlib
import re

import yaml

FOLDER = pathlib.Path(__file__).resolve().parent
KEYS = {"what", "files", "commands", "exclusive", "needs"}
COMMAND_KEYS = {"run", "wait", "stdin", "until", "seconds", "sorted", "last", "mask"}


class Command:
    """One command line, and how its output is to be taken."""

    def __init__(self, given, where):
        given = {"run": given} if isinstance(given, str) else dict(given)
        unknown = given.keys() - COMMAND_KEYS
        if unknown or ("run" in given) == ("wait" in given):
            raise ValueError(f"{where}: a command has either run or wait, and of {sorted(COMMAND_KEYS)} what it needs: "
                             f"{given}")
        self.line = given.get("run", given.get("wait"))
        self.recorded = "run" in given
        self.stdin = given.get("stdin")
        self.until = given.get("until")
        self.seconds = given.get("seconds", 60)
        self.sorted = given.get("sorted", False)
        self.last = given.get("last", False)
        self.mask = given.get("mask", [])


class Case:
    """A file of cases/."""

    def __init__(self, path):
        self.name = path.stem
        given = yaml.safe_load(path.read_text())
        unknown = given.keys() - KEYS
        if unknown:
            raise ValueError(f"{path.name}: unknown keys {sorted(unknown)}")
        self.what = given["what"]
        self.files = given.get("files", {})
        self.exclusive = given.get("exclusive", False)
        self.needs = given.get("needs", [])
        self.commands = [Command(one, path.name) for one in given["commands"]]
        self.answer_file = FOLDER / "answers" / f"{path.stem}.txt"


def load(pattern=""):
    """The cases whose names match, by name."""
    paths = sorted((FOLDER / "cases").glob("*.yaml"))
    return [Case(path) for path in paths if re.search(pattern, path.stem)]
