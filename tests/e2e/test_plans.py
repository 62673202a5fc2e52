"""Saved plans: carried out as they were approved, or not at all."""

import json
import subprocess
import time

from support import NAMESPACE, TrafficTest, cluster, log_of, only_full_on_lab

lab = cluster("e2e-plans")

EVENT = """
apiVersion: v1
kind: Event
metadata: {{name: seen.{number}, namespace: {namespace}}}
involvedObject: {{apiVersion: v1, kind: Pod, name: kafka-0, namespace: {namespace}}}
reason: Seen
message: of no consequence
type: Normal
"""


def setUpModule():
    only_full_on_lab()
    lab.up()
    lab.tool("kafka", "--brokers-only-sts-labels", "plain")


def tearDownModule():
    lab.down()


class SavedPlans(TrafficTest):

    def setUp(self):
        lab.wait_healthy()
        self.plan = lab.state / f"{self._testMethodName}.json"
        done = lab.cfkops("plan", "broker-restart", "-n", NAMESPACE, "--param", f"settle={lab.settle(1)}",
                          "--out", self.plan)
        self.assertEqual(done.code, 0, done)
        self.requester = json.loads(self.plan.read_text())["requester"]["user"]
        self.signers = lab.state / "allowed_signers"

    def run_plan(self, *words):
        return lab.cfkops("run", "--plan", self.plan, "--yes", *words)

    def approved_run(self):
        return self.run_plan("--require-approval", "1", "--allowed-signers", self.signers)

    def keys(self):
        """The requester's key and somebody else's, both allowed to sign."""
        lines = []
        for who, principal in (("requester", self.requester), ("other", "bob@example.com")):
            key = lab.state / who
            if not key.exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
            lines.append(f"{principal} {key.with_suffix('.pub').read_text()}")
        self.signers.write_text("".join(lines))
        return lab.state / "requester", lab.state / "other"

    def approve(self, key, *words):
        done = lab.cfkops("approve", self.plan, "--key", key, "--yes", *words)
        self.assertEqual(done.code, 0, done)

    def test_OneRelevantFieldChangedIsRefusedWithThatFieldAndNoiseIsNot(self):
        before = lab.pods()
        lab.kubectl("-n", NAMESPACE, "label", "sts/kafka", "drift=yes")
        try:
            done = self.run_plan()
        finally:
            lab.kubectl("-n", NAMESPACE, "label", "sts/kafka", "drift-")
        self.assertEqual(done.code, 6, done)
        self.assertIn('/metadata/labels/drift: planned from none, now "yes"', done.out)
        self.assertEqual(lab.pods(), before)

        lab.kubectl("create", "-f", "-", stdin=EVENT.format(number=time.time_ns(), namespace=NAMESPACE))
        lab.nap(15)  # heartbeats, leases
        done = self.run_plan()
        self.assertEqual(done.code, 0, done)
        self.check_restarted(before, lab.pods())

    def test_ItTakesSomebodyElsesApprovalOfExactlyThisPlanThatHasNotExpired(self):
        requester, other = self.keys()
        before = lab.pods()
        self.approve(requester)
        done = self.approved_run()
        self.assertEqual(done.code, 4, done)
        self.assertIn("signed by the requester", done.err)

        self.approve(other, "--valid-for", "1s")
        time.sleep(1.5)
        done = self.approved_run()
        self.assertEqual(done.code, 4, done)
        self.assertIn("it expired at", done.err)

        self.approve(other)
        text = self.plan.read_text()
        self.plan.write_text(text.replace('"settle":"', '"settle":"0', 1))
        self.assertNotEqual(self.plan.read_text(), text)
        done = self.approved_run()
        self.assertEqual(done.code, 4, done)
        self.plan.write_text(text)
        self.assertEqual(lab.pods(), before)

        done = self.approved_run()
        self.assertEqual(done.code, 0, done)
        start = json.loads(log_of(done).read_text().splitlines()[0])
        self.assertEqual([one["principal"] for one in start["data"]["savedPlan"]["approvals"]],
                         ["bob@example.com"])
        self.check_restarted(before, lab.pods())
