"""Each thing that is wrong before a run gives one clear error, the next command to type, and touches nothing."""

import json
import os
import pathlib
import tempfile
import unittest

from support import BINARY, NAMESPACE, Lab, Started

lab = Lab("e2e-errors")


def setUpModule():
    lab.up()
    lab.tool("kafka")


def tearDownModule():
    lab.down()


ROLE = """
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}, namespace: confluent}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: {name}, namespace: confluent}}
rules:
- {{apiGroups: [""], resources: [pods], verbs: [get, list]}}
- {{apiGroups: [""], resources: [pods/proxy, pods/log], verbs: [get]}}
- {{apiGroups: [apps], resources: [statefulsets], verbs: [get, list]}}
- {{apiGroups: [policy], resources: [poddisruptionbudgets], verbs: [get, list]}}
{eviction}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: {name}, namespace: confluent}}
subjects: [{{kind: ServiceAccount, name: {name}, namespace: confluent}}]
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {name}}}
"""
EVICTION = '- {apiGroups: [""], resources: [pods/eviction], verbs: [create]}'


class Errors(unittest.TestCase):

    def run_as(self, name, eviction):
        lab.kubectl("apply", "-f", "-", stdin=ROLE.format(name=name, eviction=eviction))
        token = lab.kubectl("-n", NAMESPACE, "create", "token", name).strip()
        config = pathlib.Path(tempfile.mkdtemp(prefix="cfkops-kubeconfig-")) / "config"
        config.write_text(lab.path("kubeconfig").read_text())
        shown = json.loads(lab.kubectl("--kubeconfig", config, "config", "view", "--raw", "-o", "json"))
        shown["users"] = [{"name": "me", "user": {"token": token}}]
        shown["contexts"] = [{"name": "me", "context": {"cluster": shown["clusters"][0]["name"], "user": "me"}}]
        shown["current-context"] = "me"
        config.write_text(json.dumps(shown))
        return config

    def refuse(self, code, *patterns, words=("run", "broker-restart", "-n", NAMESPACE, "--yes"), env=None):
        before = lab.pods()
        done = lab.cfkops(*words, env=env)
        self.assertEqual(done.code, code, done)
        for pattern in patterns:
            self.assertRegex(done.out + done.err, pattern)
        self.assertRegex(done.out + done.err, r"next: ", "no next step")
        self.assertEqual(lab.pods(), before)
        return done

    def test_AMissingRbacVerbIsNamedBeforeAnythingIsTouched(self):
        config = self.run_as("no-eviction", "")
        self.refuse(5, r"create pods/eviction", words=(
            "run", "broker-restart", "-n", NAMESPACE, "--yes", "--param", "settle=0s", "--kubeconfig", config))

    def test_AServiceAccountWithJustTheNeededVerbsMayPlan(self):
        config = self.run_as("just-enough", EVICTION)
        done = lab.cfkops("plan", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--kubeconfig", config)
        self.assertEqual(done.code, 0, done)

    def test_AWrongTokenSaysLogInAgain(self):
        config = self.run_as("wrong-token", "")
        shown = json.loads(config.read_text())
        shown["users"][0]["user"]["token"] = "not-a-token"
        config.write_text(json.dumps(shown))
        self.refuse(5, r"(?i)unauthorized|logged in", words=(
            "run", "broker-restart", "-n", NAMESPACE, "--yes", "--kubeconfig", config))

    def test_AnUnknownRunbookIsAnsweredWithTheNearestName(self):
        self.refuse(2, r"broker-restrat", r"did you mean 'broker-restart'",
                    words=("run", "broker-restrat", "-n", NAMESPACE))

    def test_AnUnknownParameterIsAnsweredWithTheNearestName(self):
        self.refuse(2, r"setle", r"did you mean 'settle'",
                    words=("run", "broker-restart", "-n", NAMESPACE, "--yes", "--param", "setle=3s"))

    def test_AWrongParameterSaysWhatWasExpected(self):
        self.refuse(2, r"settle", r"30s", words=(
            "run", "broker-restart", "-n", NAMESPACE, "--yes", "--param", "settle=soon"))

    def test_AWrongTargetIsAnsweredWithWhatThereIs(self):
        self.refuse(2, r"statefulset/kafka", words=(
            "run", "broker-restart", "-n", NAMESPACE, "--yes", "--param", "target=statefulset/kafak"))

    def test_AnEmptyNamespaceSaysWhatWasLookedFor(self):
        self.refuse(2, r"default", words=("run", "broker-restart", "-n", "default", "--yes"))

    def test_WithoutATerminalAndWithoutYesNothingIsDone(self):
        self.refuse(4, r"--yes", words=("run", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s"))

    def test_AnUnreachableServerIsNamedAtOnce(self):
        self.refuse(1, r"127\.0\.0\.1:1", words=(
            "run", "broker-restart", "-n", NAMESPACE, "--yes", "--server", "https://127.0.0.1:1"))

    def test_NoKubeconfigAtAllSaysWhereItLooked(self):
        with tempfile.TemporaryDirectory() as home:
            env = {"HOME": home, "KUBECONFIG": "", "CFKOPS_STATE_DIR": home}
            env["PATH"] = os.environ["PATH"]
            done = Started([BINARY, "run", "broker-restart", "--yes"], env).done()
        self.assertEqual(done.code, 2, done)
        self.assertIn(".kube/config", done.err)
        self.assertRegex(done.err, r"next: .*--kubeconfig")
