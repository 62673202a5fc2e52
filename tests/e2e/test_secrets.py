"""A secret appears nowhere, however it came in and whatever goes wrong: each canary is looked for in all that is said,
kept and shown to other processes."""

import base64
import contextlib
import glob
import json
import os
import pathlib
import threading
import time
import unittest
import urllib.parse

from support import BINARY, NAMESPACE, cluster, log_of, only_full_on_lab, run_id

lab = cluster("e2e-secrets")

# Each place has its own, so that a leak says where it comes from.
CANARIES = {place: f"canary-{place}-Zq7".ljust(30, "x") for place in (
    "file", "environment", "object", "last", "typed", "misspelt", "token", "password", "plugin", "proxy", "key")}

BOOK = """
apiVersion: cfkops/v1
kind: Runbook
name: uses-secrets
title: Has secrets of every kind about it
purpose: Shows that none of them gets out
owner: tests
risk: low
params:
  password: {password}
steps:
{steps}
"""
READ = """
  - id: read
    when: has(params.password)
    do: object.get
    with: {kind: secret, name: canary}
"""
ECHO = """
  - id: echo
    when: has(params.password)
    do: object.get
    with: {kind: configmap, name: echo}
"""
REFUSED = """
  - id: refused
    do: object.patch
    with: {kind: configmap, name: echo, patch: {data: {"no good key": x}}}
"""

PLUGIN = """#!/bin/sh
cp /proc/$$/environ "$SEEN.environ"
cp /proc/$$/cmdline "$SEEN.cmdline"
cat "$SEEN.answer"
"""


def setUpModule():
    only_full_on_lab()
    lab.up()
    lab.tool("kafka")
    lab.kubectl("-n", NAMESPACE, "apply", "-f", "-", stdin=json.dumps({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "canary"},
        "stringData": {"password": CANARIES["object"]}}))
    lab.kubectl("-n", NAMESPACE, "annotate", "--overwrite", "secret", "canary",
                "kubectl.kubernetes.io/last-applied-configuration=" + json.dumps(
                    {"data": {"password": encoded(CANARIES["last"])}, "stringData": {"plain": CANARIES["last"]}}))
    lab.kubectl("-n", NAMESPACE, "create", "configmap", "echo", f"--from-literal=said={CANARIES['file']}")


def tearDownModule():
    lab.down()


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def forms(canary):
    return canary, encoded(canary), urllib.parse.quote(canary), encoded("x:" + canary)[4:-4]


class Arguments(threading.Thread):
    """Reads what every process of the machine has on its command line, which anybody may."""

    def __init__(self):
        super().__init__()
        self.seen = set()
        self.stop = threading.Event()

    def run(self):
        while not self.stop.is_set():
            for path in glob.glob("/proc/[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    self.seen.add(pathlib.Path(path).read_bytes())
            time.sleep(0.01)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.join()


class Secrets(unittest.TestCase):

    def setUp(self):
        self.kept = lab.state / self._testMethodName  # by the runs of this test alone
        self.kept.mkdir()
        self.secret_file = lab.state / "password.txt"
        self.secret_file.write_text(CANARIES["file"] + "\n")

    def book(self, *steps, password="{type: secret}"):
        file = lab.state / "book.yaml"
        file.write_text(BOOK.format(password=password, steps="".join(steps)))
        return file

    def clean(self, text, where, skip=()):
        text = text if isinstance(text, bytes) else text.encode()
        for place in CANARIES.keys() - set(skip):
            for form in forms(CANARIES[place]):
                self.assertFalse(form.encode() in text, f"the secret of '{place}' is in {where}: "
                                 f"{text[max(0, text.find(form.encode()) - 200):][:400]!r}")

    def run_it(self, *words, env=None, typed=()):
        """Runs cfkops, and looks for every canary in what comes of it; those `typed` are on our own command line."""
        with Arguments() as arguments:
            done = lab.cfkops(*words, env={"CFKOPS_STATE_DIR": str(self.kept), **(env or {})})
        self.clean(done.out, f"standard output of {words[:2]}")
        self.clean(done.err, f"standard error of {words[:2]}")
        for one in arguments.seen:
            self.clean(one, "a command line", skip=typed)
        for path in sorted(self.kept.rglob("*")):
            if path.is_file():
                self.clean(path.read_bytes(), path)
        return done

    def run_book(self, book, *words, env=None, param=None, typed=()):
        return self.run_it("run", book, "-n", NAMESPACE, "--yes", "-v",
                           "--param", f"password={param or f'@{self.secret_file}'}", *words, env=env, typed=typed)

    def config(self, user, name="kubeconfig-canary", cluster=None):
        """A kubeconfig of another user, or with more about the cluster."""
        shown = json.loads(lab.kubectl("--kubeconfig", lab.path("kubeconfig"), "config", "view", "--raw", "-o", "json"))
        if user is not None:
            shown["users"] = [{"name": "me", "user": user}]
            shown["contexts"] = [{"name": "me", "context": {"cluster": shown["clusters"][0]["name"], "user": "me"}}]
            shown["current-context"] = "me"
        shown["clusters"][0]["cluster"].update(cluster or {})
        file = lab.state / name
        file.write_text(json.dumps(shown))
        return file

    # Parameters.

    def test_ASecretFromAFileIsInNothingThatARunWrites(self):
        for words in ((), ("--output", "json")):
            done = self.run_book(self.book(READ), *words)
            self.assertEqual(done.code, 0, done)
            self.assertIn("***", done.out + done.err)

    def test_ASecretFromTheEnvironmentIsInNothingThatARunWrites(self):
        done = self.run_book(self.book(READ), param="env:CFKOPS_CANARY", env={"CFKOPS_CANARY": CANARIES["environment"]})
        self.assertEqual(done.code, 0, done)

    def test_WhatIsKeptOfARunIsShownWithoutSecrets(self):
        done = self.run_book(self.book(READ))
        self.assertEqual(done.code, 0, done)
        for words in (("show",), ("show", "--output", "json"), ("export", "--output", "json"),
                      ("export", "--output", "csv"), ("export", "--output", "markdown")):
            shown = self.run_it("runs", words[0], run_id(done), *words[1:])
            self.assertEqual(shown.code, 0, shown)
        self.assertIn(b"***", log_of(done).read_bytes())

    def test_ASecretThatIsTypedIsRefusedAndNotRepeated(self):
        for words in ((), ("--output", "json")):
            done = self.run_book(self.book(READ), *words, param=CANARIES["typed"], typed=("typed",))
            self.assertEqual(done.code, 2, done)
            self.assertIn("a secret is not taken from the command line", done.out + done.err)
            if not words:
                self.assertIn("--param password=@FILE, or --param password=env:VARIABLE", done.out + done.err)

    def test_ASecretUnderAMisspeltNameIsNotRepeated(self):
        done = self.run_it("run", self.book(READ), "-n", NAMESPACE, "--yes", "-v",
                           "--param", f"pasword={CANARIES['misspelt']}", typed=("misspelt",))
        self.assertEqual(done.code, 2, done)
        self.assertRegex(done.err + done.out, r"did you mean 'password'")

    def test_ASecretThatCannotBeReadIsNamedByItsPlace(self):
        done = self.run_book(self.book(READ), param="@/does/not/exist")
        self.assertEqual(done.code, 2, done)
        self.assertIn("/does/not/exist", done.out + done.err)
        done = self.run_book(self.book(READ), param="env:CFKOPS_NOT_SET")
        self.assertEqual(done.code, 2, done)
        self.assertIn("CFKOPS_NOT_SET", done.out + done.err)

    def test_ASecretIsTakenByNothingThatWouldShowIt(self):
        for step in ("do: pod.exec\n    with: {pod: kafka-0, argv: [echo, '${params.password}']}",
                     "do: pod.exec\n    with: {pod: kafka-0, argv: [cat], input: '${params.password}'}",
                     "do: object.patch\n    with: {kind: secret, name: canary, "
                     "patch: {stringData: {password: '${params.password}'}}}",
                     "do: object.patch\n    with: {kind: configmap, name: echo, patch: {data: {a: '${params.password}'}}}",
                     "do: object.get\n    with: {kind: configmap, name: 'a-${params.password}'}",
                     "when: params.password == 'x'\n    do: object.get\n    with: {kind: configmap, name: echo}"):
            book = self.book(f"  - id: one\n    {step}\n", password="{type: secret, required: true}")
            done = self.run_book(book)
            self.assertEqual(done.code, 2, f"{step}: {done}")
            self.assertIn("secret", done.out + done.err)

    # Objects and what the server says.

    def test_WhatASecretHoldsIsInNoOutput(self):
        for words in ((), ("--output", "json")):
            done = self.run_book(self.book(READ), *words)
            self.assertEqual(done.code, 0, done)

    def test_ASecretThatTheServerRepeatsIsShownNowhere(self):
        for words in ((), ("--output", "json")):
            done = self.run_book(self.book(ECHO), *words)
            self.assertEqual(done.code, 0, done)

    def test_ASecretIsNotPatched(self):
        book = self.book("  - id: one\n    do: object.patch\n    with: {kind: secret, name: canary, "
                         "patch: {data: {'no good key': eA==}}}\n")
        done = self.run_book(book)
        self.assertNotEqual(done.code, 0, done)

    def test_AnInvalidPatchIsRefusedWithoutASecret(self):
        done = self.run_book(self.book(READ, REFUSED))
        self.assertNotEqual(done.code, 0, done)

    def test_ASavedPlanPinsASecretWithoutItsContent(self):
        plan = lab.state / "plan.json"
        plan.unlink(missing_ok=True)
        done = self.run_it("plan", self.book(READ), "-n", NAMESPACE, "--out", plan, "-v",
                           "--param", f"password=@{self.secret_file}")
        self.assertEqual(done.code, 0, done)
        self.clean(plan.read_bytes(), plan)

    def test_ASnapshotHasNoContentOfSecretsAndConfigMaps(self):
        out = lab.state / "snapshot.yaml"
        done = self.run_it("snapshot", "-n", NAMESPACE, "--out", out, "--force", "-v")
        self.assertEqual(done.code, 0, done)
        self.clean(out.read_bytes(), out)

    # Credentials.

    def test_AWrongTokenIsNotRepeated(self):
        config = self.config({"token": CANARIES["token"]})
        done = self.run_book(self.book(READ), "--kubeconfig", config)
        self.assertNotEqual(done.code, 0, done)

    def test_AWrongPasswordIsNotRepeated(self):
        config = self.config({"username": "x", "password": CANARIES["password"]})
        done = self.run_book(self.book(READ), "--kubeconfig", config)
        self.assertNotEqual(done.code, 0, done)

    def test_AKeyThatIsNoneIsNotRepeated(self):
        pem = f"-----BEGIN PRIVATE KEY-----\n{CANARIES['key']}\n-----END PRIVATE KEY-----\n"
        config = self.config({"client-certificate-data": encoded(pem), "client-key-data": encoded(pem)})
        done = self.run_book(self.book(READ), "--kubeconfig", config)
        self.assertNotEqual(done.code, 0, done)

    def test_TheCredentialsOfAProxyAreNotRepeated(self):
        config = self.config(None, cluster={"proxy-url": f"http://me:{CANARIES['proxy']}@127.0.0.1:1"})
        done = self.run_book(self.book(READ), "--kubeconfig", config)
        self.assertNotEqual(done.code, 0, done)
        self.assertIn("127.0.0.1:1", done.out + done.err)
        # One that is no URL is not repeated either.
        config = self.config(None, cluster={"proxy-url": f"http://me:{CANARIES['proxy']}@127.0.0.1:port"})
        done = self.run_book(self.book(READ), "--kubeconfig", config)
        self.assertNotEqual(done.code, 0, done)

    def plugin(self, answer, names=()):
        """A user with an exec plug-in that keeps what it is started with."""
        program = lab.state / "plugin"
        program.write_text(PLUGIN)
        program.chmod(0o700)
        seen = lab.state / "seen"
        (lab.state / "seen.answer").write_text(answer)
        return seen, self.config({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": str(program), "interactiveMode": "Never",
            "env": [{"name": "SEEN", "value": str(seen)}, *names]}})

    def test_WhatAPlugInAnswersIsNotRepeated(self):
        good = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                "status": {"token": CANARIES["plugin"]}}
        for answer in (json.dumps(good), json.dumps(good)[:-3], CANARIES["plugin"],
                       json.dumps({**good, "status": {**good["status"], "expirationTimestamp": CANARIES["plugin"]}}),
                       json.dumps({**good, "status": {"clientKeyData": CANARIES["plugin"]}})):
            _, config = self.plugin(answer)
            done = self.run_book(self.book(READ), "--kubeconfig", config)
            self.assertNotEqual(done.code, 0, done)

    def test_APlugInInheritsNoVariableWithASecretUnlessItIsNamed(self):
        env = {"CFKOPS_CANARY": CANARIES["environment"], "CFKOPS_OTHER": "is handed on"}
        seen, config = self.plugin("{}")
        self.run_book(self.book(READ), "--kubeconfig", config, param="env:CFKOPS_CANARY", env=env)
        inherited = pathlib.Path(f"{seen}.environ").read_bytes()
        self.assertIn(b"CFKOPS_OTHER=is handed on", inherited)
        self.clean(inherited, "the plug-in's environment")
        self.clean(pathlib.Path(f"{seen}.cmdline").read_bytes(), "the plug-in's command line")
        named = [{"name": "CFKOPS_CANARY", "value": CANARIES["environment"]}]
        seen, config = self.plugin("{}", named)
        self.run_book(self.book(READ), "--kubeconfig", config, param="env:CFKOPS_CANARY", env=env)
        self.assertIn(CANARIES["environment"].encode(), pathlib.Path(f"{seen}.environ").read_bytes())

    # The process.

    def test_TheProcessLeavesNoCoreDump(self):
        run = lab.start(BINARY, "run", "broker-restart", "-n", NAMESPACE, "--yes", "--param", "settle=0s")
        try:
            run.wait_for(r"evicted")
            limits = pathlib.Path(f"/proc/{run.process.pid}/limits").read_text()
        finally:
            run.process.terminate()
            run.done()
        self.assertRegex(limits, r"Max core file size\s+0\s+0\s")
