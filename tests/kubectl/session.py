"""Runs one case's commands, in a namespace, a folder and a cache of its own."""

import difflib
import json
import os
import re
import secrets
import shlex
import subprocess
import time

from plain import Plain

PAUSE = 0.3  # between two looks at what is waited for


class Outcome:
    """The transcript of a case, or why there is none."""

    def __init__(self, text="", seconds=0, error=None):
        self.text, self.seconds, self.error = text, seconds, error

    def problems(self, case):
        if self.error:
            return [self.error]
        if not case.answer_file.exists():
            return ["nothing is recorded"]
        return list(difflib.unified_diff(case.answer_file.read_text().splitlines(), self.text.splitlines(), "recorded",
                                         "now", n=2, lineterm=""))


class Target:
    """A cluster, and the program to reach it with."""

    def __init__(self, kubectl, kubeconfig, folder):
        self.kubectl, self.folder = kubectl, folder
        words = [kubectl, *(["--kubeconfig", kubeconfig] if kubeconfig else [])]
        shown = subprocess.run([*words, "config", "view", "--raw", "--flatten", "--minify", "-o", "json"],
                               capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
        self.config = json.loads(shown.stdout)
        self.server = self.config["clusters"][0]["cluster"]["server"]
        nodes = subprocess.run([*words, "get", "nodes", "-o", "json"], capture_output=True, text=True, check=True,
                               stdin=subprocess.DEVNULL)
        self.nodes = json.loads(nodes.stdout)["items"]


class Session:
    """One run of a case."""

    def __init__(self, case, target):
        self._case, self._target = case, target
        self._namespace = f"kubectl-{secrets.token_hex(4)}"
        self._folder = target.folder / self._namespace
        self._plain = Plain(target, self._namespace, self._folder)

    def transcript(self):
        self._prepare()
        try:
            return "".join(self._step(command) for command in self._case.commands)
        finally:
            self._kubectl("delete", "namespace", self._namespace, "--wait=false")

    def _prepare(self):
        self._folder.mkdir()
        config = json.loads(json.dumps(self._target.config))
        config["contexts"][0]["context"]["namespace"] = self._namespace
        (self._folder / "kubeconfig").write_text(json.dumps(config))
        for name, text in self._case.files.items():
            (self._folder / name).write_text(self._fill(text))
        made = self._kubectl("create", "namespace", self._namespace)
        if made.returncode != 0:
            raise RuntimeError(f"namespace: {made.stderr}")
        self._until(lambda: self._kubectl("get", "serviceaccount/default", "configmap/kube-root-ca.crt"), None, 60)

    def _fill(self, text):
        return text.replace("{ns}", self._namespace).replace("{node}", self._target.nodes[0]["metadata"]["name"])

    def _environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self._folder), "KUBECONFIG": str(self._folder / "kubeconfig"),
                "KUBECACHEDIR": str(self._folder / "cache"), "TZ": "UTC"}

    def _run(self, words, stdin=None):
        words = [self._target.kubectl if words[0] == "kubectl" else words[0], *words[1:]]
        try:
            return subprocess.run(words, capture_output=True, text=True, input=stdin or "", timeout=180, check=False,
                                  cwd=self._folder, env=self._environment())
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"'{shlex.join(words)}' did not end") from None

    def _kubectl(self, *words):
        return self._run(["kubectl", *words])

    @staticmethod
    def _until(ask, pattern, seconds):
        """The first answer that is good and matches; the last one after that time."""
        end = time.monotonic() + seconds
        while True:
            done = ask()
            good = re.search(pattern, done.stdout, re.MULTILINE) if pattern else done.returncode == 0
            if good:
                return done, True
            if time.monotonic() > end:
                return done, False
            time.sleep(PAUSE)

    def _step(self, command):
        words = shlex.split(self._fill(command.line))
        stdin = self._fill(command.stdin) if command.stdin else None

        def ask():
            return self._run(words, stdin)

        if command.until or not command.recorded:
            done, good = self._until(ask, self._fill(command.until) if command.until else None, command.seconds)
            if not good:
                raise RuntimeError(f"'{command.line}' did not become true: {done.stdout}{done.stderr}")
        else:
            done = ask()
        return self._written(command, done) if command.recorded else ""

    def _written(self, command, done):
        out = [f"$ {command.line}", *self._plain.lines(done.stdout, command),
               *(f"! {line}" for line in self._plain.lines(done.stderr, command))]
        if done.returncode != 0:
            out.append(f"[exit {done.returncode}]")
        return "\n".join(out) + "\n\n"


def run(case, target):
    """Never fails: one case that cannot be carried out must not hide the others."""
    begun = time.monotonic()
    try:
        return Outcome(Session(case, target).transcript(), time.monotonic() - begun)
    except Exception as error:
        return Outcome(seconds=time.monotonic() - begun, error=f"{type(error).__name__}: {error}")
