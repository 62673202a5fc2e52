"""What happens to a broker restart when the world does not play along."""

import re
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

    def test_ANewRunRefusesWhatAKilledOneLeftAndThenDoesItAll(self):
        with lab.slow_return():
            run = start_run()
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
        before = lab.pods()
        done = start_run().done()
        self.assertEqual(done.code, 0, done)
        self.check_restarted(before, lab.pods())

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
