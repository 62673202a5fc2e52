#!/usr/bin/env python3
"""completion_test.py CFKOPS: TAB in real shells, with a cluster that `sandbox serve` simulates. Of bash, zsh and fish
those that are installed."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PATIENCE = 30
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()

# What is typed before TAB, and what is to stand there afterwards.
CASES = [
    ("cfkops rehea", "cfkops rehearse "),
    ("cfkops run brok", "cfkops run broker-restart "),
    ("cfkops run broker-restart --dry", "--dry-run"),
    ("cfkops lint --profile prod", "production"),
    ("cfkops lint --output=sar", "sarif"),
    ("cfkops run broker-restart --param set", "settle="),
    ("cfkops run broker-restart --param roles=con", "roles=controllers"),
    ("cfkops run broker-restart --param restart_all=tr", "restart_all=true"),
    ("cfkops run broker-restart --kubeconfig kubeconfig -n conf", "confluent"),
    ("cfkops run broker-restart --kubeconfig kubeconfig -n confluent --param target=", "target=kafka/kafka"),
]
# Nothing answers there; nothing is offered, and nothing is said.
SILENT = "cfkops run broker-restart -s https://127.0.0.1:1 --param target="


class Terminal:
    """A shell on a terminal of its own."""

    def __init__(self, words, folder):
        self.said = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(PATH=f"{folder}/bin:{os.environ['PATH']}", HOME=str(folder), TERM="dumb", PS1="ready> ",
                              INPUTRC="/dev/null", LC_ALL="C.UTF-8", COLUMNS="400")
            os.execvp(words[0], words)

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait_for(self, pattern):
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.said):
            if not select.select([self.fd], [], [], max(end - time.monotonic(), 0))[0]:
                raise AssertionError(f"no {pattern!r} in {self.said!r}")
            self.said += os.read(self.fd, 65536).decode(errors="replace")


class Completion(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        (cls.folder / "bin").mkdir()
        (cls.folder / "bin" / "cfkops").symlink_to(PROGRAM)
        serving = subprocess.Popen([PROGRAM, "sandbox", "serve", "--scenario", "healthy", "--kubeconfig-out",
                                    cls.folder / "kubeconfig"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(serving.stdout.close)
        cls.addClassCleanup(serving.wait)
        cls.addClassCleanup(serving.terminate)
        if "answers at" not in serving.stdout.readline():
            raise AssertionError("the sandbox did not start")

    def on_terminal(self, words, load):
        """TAB behind each case; a shell whose line editor is asked in its own way."""
        for typed, wanted in CASES:
            terminal = Terminal(words, self.folder)
            try:
                terminal.wait_for("ready> ")
                terminal.type(load + "; echo load''ed\n")
                terminal.wait_for("loaded\r?\n")
                terminal.said = ""
                terminal.type(typed + "\t")
                with self.subTest(typed):
                    terminal.wait_for(re.escape(wanted))
            finally:
                terminal.type("\x15exit\n")
                terminal.close()

    def test_Bash(self):
        if not shutil.which("bash"):
            self.skipTest("bash is not installed")
        self.on_terminal(["bash", "--norc", "--noprofile", "-i"], "source <(cfkops completion bash)")

    def test_Zsh(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        self.on_terminal(["zsh", "-f", "-i"],
                         "autoload -U compinit; compinit -u -D; source <(cfkops completion zsh)")

    def test_Fish(self):
        if not shutil.which("fish"):
            self.skipTest("fish is not installed")
        for typed, wanted in CASES:
            done = subprocess.run(["fish", "--no-config", "-c",
                                   f"cfkops completion fish | source; complete -C '{typed}'"],
                                  cwd=self.folder, env={**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                                                        "HOME": str(self.folder)},
                                  capture_output=True, text=True, check=True, timeout=PATIENCE)
            with self.subTest(typed):
                self.assertIn(wanted.strip().split(" ")[-1], done.stdout.split())

    def test_ASilentClusterCostsNobodyMoreThanAMoment(self):
        begin = time.monotonic()
        done = subprocess.run([PROGRAM, "__complete", "--", *SILENT.split()[1:]], capture_output=True, text=True,
                              check=True, timeout=PATIENCE, cwd=self.folder)
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        self.assertLess(time.monotonic() - begin, 10)


if __name__ == "__main__":
    unittest.main()
