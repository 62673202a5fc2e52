#!/usr/bin/env python3
"""neovim_test.py CFKOPS: what a person sees in Neovim, who has the program behind it as a language server.

Without Neovim the test is skipped (code 77); CFKOPS_NEOVIM=required makes that a failure.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77
HERE = pathlib.Path(__file__).resolve().parent
RUNBOOK = """\
apiVersion: cfkops/v1
kind: Runbook
name: example
title: An example of things
purpose: "To be edited \N{SLIGHTLY SMILING FACE}"
owner: me
risk: low
params:
  settle:
    type: duration
    default: 30s
    doc: How long to watch
steps:
  - id: look
    title: Look at it
    do: object.get
    with: {kind: configmap, name: "a \N{SLIGHTLY SMILING FACE}"}
    when: params.settle > duration('1s')
    timout: 1m
"""


class Neovim(unittest.TestCase):
    """One session; each test is one thing that was seen in it."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            runbook, seen = pathlib.Path(folder, "an example.yaml"), pathlib.Path(folder, "seen.json")
            runbook.write_text(RUNBOOK, encoding="utf-8")
            environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder,
                           "XDG_STATE_HOME": folder, "XDG_CACHE_HOME": folder, "CFKOPS_BINARY": cls.program,
                           "CFKOPS_RUNBOOK": str(runbook), "CFKOPS_SEEN": str(seen)}
            done = subprocess.run(["nvim", "--clean", "--headless", "-n", "-S", str(HERE / "editor.lua")],
                                  env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90,
                                  check=False)
            if not seen.exists():
                raise AssertionError(f"nvim ended with {done.returncode} and saw nothing: {done.stderr}")
            cls.seen = json.loads(seen.read_text(encoding="utf-8"))
        if cls.seen["problem"]:
            raise AssertionError(f"{cls.seen}\n{done.stderr}")

    def test_shows_what_lint_finds(self):
        [finding] = self.seen["diagnostics"]
        self.assertEqual((finding["line"], finding["from"], finding["to"]), (18, 4, 10))
        self.assertEqual((finding["code"], finding["severity"]), ("CFK-S001", 1))
        self.assertIn("did you mean 'timeout'?", finding["message"])

    def test_tells_of_the_key_under_the_cursor(self):
        self.assertIn("step.timeout", self.seen["hover"])

    def test_goes_to_the_declaration(self):
        self.assertEqual(self.seen["definition"]["start"], {"line": self.seen["declared"]["line"], "character": 2})

    def test_completes_parameters(self):
        self.assertEqual(self.seen["completion"], ["settle"])

    def test_completes_actions_in_a_text_that_cannot_be_loaded(self):
        self.assertIn("kafka.roll", self.seen["actions"])
        self.assertNotIn("kafka.replication", self.seen["actions"])

    def test_ends_with_the_editor(self):
        self.assertEqual(self.seen["ended"], {"code": 0, "signal": 0})


if __name__ == "__main__":
    if not shutil.which("nvim"):
        print("there is no Neovim here: install the package neovim")
        sys.exit(1 if os.environ.get("CFKOPS_NEOVIM") == "required" else SKIPPED)
    Neovim.program = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
