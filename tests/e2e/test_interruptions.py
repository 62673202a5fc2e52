"""What happens to a broker restart when the world does not play along."""

import re
import shutil
import signal

from support import BINARY, NAMESPACE, TrafficTest, cluster, log_of, run_id

lab = cluster("e2e-trouble")


def setUpModule():
    lab.up()
    # A StatefulSet without the operator's labels will do.
    lab.tool("kafka", "--brokers-only-sts-labels", "plain")


def tearDownModule():
    lab.down()


def start_run(*words):
    return lab.start(BINARY, "run", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--yes", *words)


class Interruptions(TrafficTest):

    def setUp(self):
        lab.wait_healthy()
        lab.forget_mark()

    def test_GoesOnWhenTheApiServerIsKilledAndComesBack(self):
        before = lab.pods()
        # Not an administrator: a server that comes up refuses others until it knows the roles again.
        config = lab.account("restarter")
        with lab.observed() as seen:
            run = start_run("--kubeconfig", config)
            run.wait_for(r"evicted")
            lab.tool("apiserver", "stop")
            lab.nap(8)
            lab.tool("apiserver", "start")
            done = run.done()
        self.assertEqual(done.code, 0, done)
        self.check_restarted(before, lab.pods())
        # The samples share the cores with the server's start, so their spacing is not asked about here.
        self.check_one_silent_at_a_time(seen["sample"])
        self.check_nothing_lost(seen)

    def kill_at_the_first_broker(self):
        """The end of a run that was killed then, and the pod."""
        before = lab.pods()
        with lab.slow_return():
            run = start_run("--lock-lease", "5s")  # the next one waits for so long
            run.wait_for(r"evicted")
            run.process.kill()
            killed = run.done()
            self.assertEqual(killed.code, -signal.SIGKILL)
            verified = lab.cfkops("audit", "verify", run_id(killed))
            self.assertEqual(verified.code, 1, verified)
            self.assertRegex(verified.out, r"open: run \S+ has no end yet")
            refused = start_run().done()
            self.assertEqual(refused.code, 5, refused)
        lab.wait_healthy()
        after = lab.pods()
        touched = [pod for pod in before if after[pod][0] != before[pod][0]]
        self.assertEqual(len(touched), 1, touched)
        return killed, touched[0]

    def evicted_since(self, since):
        """The pods, each as often as it was evicted."""
        lab.nap(2)
        return sorted(event["objectRef"]["name"] for event in lab.audit_events(since)
                      if event.get("objectRef", {}).get("subresource") == "eviction"
                      and event["responseStatus"]["code"] < 300 and "dryRun" not in event["requestURI"])

    def test_ANewRunThatKnowsNothingOfAKilledOneRestartsJustTheOthers(self):
        killed, touched = self.kill_at_the_first_broker()
        before = lab.pods()
        mark = lab.mark()
        self.assertEqual((mark["run"], mark["roles"], set(mark["pods"])), (run_id(killed), "brokers", set(before)))
        self.assertEqual([pod for pod in before if mark["pods"][pod] != before[pod][0]], [touched])
        shutil.rmtree(log_of(killed).parent)  # another machine has no log of it either
        said = rf"{touched} was restarted by the roll of run {run_id(killed)} \(\S+@\S+\), begun \S+: left out"
        plan = lab.cfkops("plan", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s")
        self.assertRegex(plan.out, said)
        # No lock, whoever looks.
        self.assertNotIn("cfkops.roll", lab.cfkops("locks", "-n", NAMESPACE, "--output", "json").out)
        since = lab.audit_size()
        with lab.observed() as seen:
            done = start_run().done()
        self.assertEqual(done.code, 0, done)
        self.assertRegex(done.out + done.err, said)
        self.assertEqual(self.evicted_since(since), sorted(set(before) - {touched}))
        after = lab.pods()
        self.assertEqual([pod for pod in before if after[pod] == before[pod]], [touched])
        self.check_nothing_lost(seen)
        self.check_one_silent_at_a_time(seen["sample"])
        self.assertIsNone(lab.mark())

    def test_ANewRunRestartsAllWhereItIsAskedTo(self):
        self.kill_at_the_first_broker()
        before = lab.pods()
        done = start_run("--param", "restart_all=true").done()
        self.assertEqual(done.code, 0, done)
        self.assertIn("because restart_all is true", done.out + done.err)
        self.check_restarted(before, lab.pods())
        self.assertIsNone(lab.mark())

    def test_TwoRunsInARowRestartAllTwice(self):
        for _ in range(2):
            before = lab.pods()
            done = start_run().done()
            self.assertEqual(done.code, 0, done)
            self.check_restarted(before, lab.pods())
            self.assertIsNone(lab.mark())

    def test_StopsAtABrokerThatNeverGetsReadyAndTouchesNoOther(self):
        before = lab.pods()
        lab.spoil_disks()
        try:
            done = start_run().done(timeout=300)
        finally:
            lab.repair_disks()
        self.assertEqual(done.code, 1, done)
        after = lab.pods()
        touched = [pod for pod in before if after[pod][0] != before[pod][0]]
        self.assertEqual(len(touched), 1, touched)
        said = done.out + done.err
        self.assertIn(touched[0], done.out)
        self.assertRegex(said, r"CrashLoopBackOff|exit code|Error")
        self.assertRegex(said, rf"{touched[0]} \| .*[Kk]afka")  # the broker's own last lines
        self.assertRegex(done.out, r"left: .*" + touched[0])
        lab.wait_healthy(300)

    def test_StopsAtASafePointOnTheFirstInterrupt(self):
        before = lab.pods()
        run = start_run()
        run.wait_for(r"evicted")
        run.process.send_signal(signal.SIGINT)
        done = run.done()
        self.assertEqual(done.code, 130, done)
        after = lab.pods()
        touched = [pod for pod in before if after[pod][0] != before[pod][0]]
        self.assertEqual(len(touched), 1, touched)
        self.assertTrue(all(ready for _, ready in after.values()), "it stopped with a broker down")
        self.assertRegex(done.out, r"next: cfkops ")
        self.assertRegex(done.out, rf"restarted 1 of 3|1 of 3 restarted")
        self.assertEqual(lab.cfkops("audit", "verify", str(log_of(done))).code, 0)
