"""What the tests of docs/ci share: the recipes, and a repository of runbooks to try them in."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RECIPES = ROOT / "docs" / "ci"
BINARY = pathlib.Path(os.environ.get("CFKOPS_BINARY", ROOT / "build" / "dev" / "cfkops")).resolve()

GOOD = """\
apiVersion: cfkops/v1
kind: Runbook
name: broker-restart
title: Restart the web servers
purpose: To have them read their certificates again, which they do when they start.
owner: team-streaming
risk: low

steps:
  - id: look
    title: Look at the root certificate
    do: object.get
    with: {kind: configmap, name: kube-root-ca.crt}

validation:
  - check: expr
    title: The certificate is there
    that: steps.look.exists
"""

TESTS = """\
apiVersion: cfkops/v1
kind: RunbookTest
runbook: ../broker-restart.yaml
tests:
  - name: looks at it
    given: {scenario: healthy}
    expect: {steps: {look: done}}
"""

# A pause, and two spaces at the end of a line.
BAD = GOOD.replace("""\
    do: object.get
    with: {kind: configmap, name: kube-root-ca.crt}
""", """\
    do: pod.exec
    with: {pod: web-0, argv: [sleep, "60"]}  \n""").replace("steps.look.exists", "steps.look.exit_code == 0")


class Repository:
    """A repository of runbooks, with cfkops beside it as the recipes want it: checked out, and built."""

    def __init__(self, runbook=GOOD):
        self._folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self._folder.name) / "repository"
        self.write("runbooks/broker-restart.yaml", runbook)
        self.write("runbooks/tests/broker-restart.test.yaml", TESTS)
        # The recipes build as any user; here everything is installed, or the tests' runner has said so.
        tools = pathlib.Path(self._folder.name) / "tools"
        tools.mkdir()
        (tools / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
        (tools / "sudo").chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"

    def close(self):
        self._folder.cleanup()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def read(self, name):
        return (self.root / name).read_text()

    def check_out_cfkops(self):
        shutil.copytree(ROOT / "cmake", self.root / ".cfkops" / "cmake")
        self.put_binary()

    def put_binary(self):
        """As a cache brings it."""
        folder = self.root / ".cfkops" / "build" / "release"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cfkops").symlink_to(BINARY)

    def bash(self, script, options, env):
        return subprocess.run(["bash", "--noprofile", "--norc", *options, "-c", script], cwd=self.root, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "PATH": self.path, **{key: str(env[key]) for key in env}})


def read(name):
    """A recipe as data; what YAML 1.1 takes for true is the key `on`."""
    recipe = yaml.safe_load((RECIPES / name).read_text())
    if isinstance(recipe, dict) and True in recipe:
        recipe["on"] = recipe.pop(True)
    return recipe


def github_steps(repository):
    """Runs every `run` of the workflow, whatever became of those before it; the outcomes by their names."""
    workflow = read("github.yaml")
    outcomes = {}
    added, summary = repository.root / "added-path", repository.root / "summary"
    for step in workflow["jobs"]["runbooks"]["steps"]:
        if "run" not in step:
            continue
        added.write_text("")
        env = {**workflow["env"], **step.get("env", {}), "GITHUB_PATH": added, "GITHUB_STEP_SUMMARY": summary,
               "GITHUB_SERVER_URL": "https://github.example"}
        outcomes[step["name"]] = repository.bash(step["run"], ["-e"], env)
        repository.path = ":".join([*reversed(added.read_text().split()), repository.path])
    return outcomes


def gitlab_job(repository, commit, url):
    """Runs the job, but for what installs git."""
    job = read("gitlab.yaml")["runbooks"]
    lines = [line for line in job["before_script"] + job["script"] if not line.startswith("apt-get")]
    env = {**job["variables"], "CFKOPS_URL": url, "CFKOPS_COMMIT": commit}
    return repository.bash("\n".join(lines), ["-e", "-o", "pipefail"], env)
