"""Each thing that is wrong before a run gives one clear error, the next command to type, and touches nothing."""

import json
import os
import tempfile
import unittest

from support import BINARY, NAMESPACE, Started, cluster

lab = cluster("e2e-errors")


def setUpModule():
    lab.up()
    lab.tool("kafka")


def tearDownModule():
    lab.down()


class Errors(unittest.TestCase):

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
        config = lab.account("no-eviction", may_evict=False)
        self.refuse(5, r"create pods/eviction", words=(
            "run", "broker-restart", "-n", NAMESPACE, "--yes", "--param", "settle=0s", "--kubeconfig", config))

    def test_AServiceAccountWithJustTheNeededVerbsMayPlan(self):
        config = lab.account("just-enough")
        done = lab.cfkops("plan", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--kubeconfig", config)
        self.assertEqual(done.code, 0, done)

    def test_AWrongTokenSaysLogInAgain(self):
        config = lab.account("wrong-token")
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
