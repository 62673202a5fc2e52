"""Runs that contend for one Kafka: real processes, and the server's own clock and records."""

import json
import re
import signal
import time

from support import BINARY, NAMESPACE, TrafficTest, cluster, log_of, only_full_on_lab, run_id

lab = cluster("e2e-locks")

LEASE = 5  # seconds; the shortest a run may have is 3


def setUpModule():
    only_full_on_lab()
    lab.up()
    lab.tool("kafka", "--brokers-only-sts-labels", "plain")


def tearDownModule():
    lab.down()


def start_run(*words, lease=f"{LEASE}s"):
    return lab.start(BINARY, "run", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--yes",
                     "--lock-lease", lease, *words)


def run_id_so_far(run):
    return re.search(r"^run (\S+) on ", "".join(list(run.lines)), re.M)[1]


def held():
    done = lab.cfkops("locks", "-n", NAMESPACE, "--output", "json")
    assert done.code == 0, done
    return json.loads(done.out)["locks"]


def notes_of(done):
    lines = [json.loads(line) for line in log_of(done).read_text().splitlines()]
    return [line["data"] for line in lines if line["phase"] == "note" and line["data"].get("kind") == "lock"]


class Locks(TrafficTest):

    def setUp(self):
        lab.wait_healthy()
        lab.forget_mark()

    def test_OfTwoRunsAtOnceExactlyOneProceeds(self):
        before = lab.pods()
        with lab.slow_return():
            runs = [start_run(), start_run()]
            until = time.monotonic() + 120
            while all(run.process.poll() is None for run in runs) and time.monotonic() < until:
                time.sleep(0.05)
        ends = [run.done() for run in runs]
        self.assertEqual(sorted(done.code for done in ends), [0, 8], "\n".join(map(str, ends)))
        winner, loser = sorted(ends, key=lambda done: done.code)
        self.assertRegex(loser.out + loser.err, rf"held by run {run_id(winner)} \S+@\S+")
        self.assertIn("cfkops locks", loser.out + loser.err)
        self.assertIn("--break-lock", loser.out + loser.err)
        self.check_restarted(before, lab.pods())
        self.assertEqual(held(), [])
        for done in ends:
            self.assertEqual(lab.cfkops("audit", "verify", run_id(done)).code, 0)
        mutations = [json.loads(line)["data"] for line in log_of(loser).read_text().splitlines()
                     if json.loads(line)["phase"] == "intent"]
        self.assertEqual([one for one in mutations if one["resource"] != "leases.coordination.k8s.io"], [])

    def test_AHolderThatWasStoppedForLongerThanItsLeaseStopsFirstOfAll(self):
        before = lab.pods()
        with lab.slow_return():
            run = start_run()
            run.wait_for(r"evicted")
            self.assertEqual([one["run"] for one in held()], [run_id_so_far(run)])
            run.process.send_signal(signal.SIGSTOP)
            time.sleep(2 * LEASE)
            stopped = lab.audit_size()
            run.process.send_signal(signal.SIGCONT)
            done = run.done()
        self.assertEqual(done.code, 8, done)
        self.assertRegex(done.out + done.err, r"the lock on .* is lost: it was last renewed")
        self.assertIn("nothing was undone", done.out)
        # Reads that were under way may end; nothing that changes anything leaves.
        self.assertEqual([one["requestURI"] for one in lab.audit_events(stopped)
                          if one["verb"] not in ("get", "list", "watch")
                          and "selfsubject" not in one["requestURI"] and "dryRun=All" not in one["requestURI"]], [])
        after = lab.pods()
        self.assertEqual(len([pod for pod in before if after[pod][0] != before[pod][0]]), 1)
        self.assertEqual(lab.cfkops("audit", "verify", run_id(done)).code, 0)
        self.assertIn("lost", [note["event"] for note in notes_of(done)])
        # It is taken by the next one, when it has not changed for as long as it holds.
        lab.wait_healthy()
        again = start_run().done()
        self.assertEqual(again.code, 0, again)
        self.assertRegex(again.err, r"it was not renewed for \S+ by run " + run_id(done))

    def test_ALockOfAKilledRunIsListedAndCanBeBrokenForAReason(self):
        with lab.slow_return():
            run = start_run(lease="1h")  # longer than anybody waits
            run.wait_for(r"evicted")
            run.process.kill()
            killed = run.done()
        self.assertEqual([one["run"] for one in held()], [run_id(killed)])
        listed = lab.cfkops("locks", "-A")
        self.assertEqual(listed.code, 0, listed)
        self.assertRegex(listed.out, rf"holder +{run_id(killed)} \S+@\S+\n +runbook +broker-restart")
        lab.wait_healthy()
        refused = start_run().done()
        self.assertEqual(refused.code, 8, refused)
        self.assertIn(run_id(killed), refused.out + refused.err)
        done = start_run("--break-lock", "its machine is gone").done()
        self.assertEqual(done.code, 0, done)
        broken = [note for note in notes_of(done) if note["event"] == "broken"]
        self.assertEqual(len(broken), 1)
        self.assertIn("its machine is gone", broken[0]["text"])
        self.assertIn(run_id(killed), broken[0]["text"])
        self.assertEqual(held(), [])
