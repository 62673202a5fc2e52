"""A run that is killed again and again: `cfkops resume` goes on each time, and what was promised holds."""

import collections
import os
import random
import re
import time

from support import BINARY, NAMESPACE, TrafficTest, cluster, only_full_on_lab

lab = cluster("e2e-kills")

SIMULATED = os.environ.get("CFKOPS_E2E_ON", "lab") == "sandbox"
KILLS = int(os.environ.get("CFKOPS_KILLS", "100" if SIMULATED else "10"))
# Of real time, between the start of a process and its death; the sandbox's clock runs faster.
SHORTEST, LONGEST = (0.02, 0.6) if SIMULATED else (0.3, 6)
SEED = 20261126


def setUpModule():
    only_full_on_lab()
    lab.up()
    lab.tool("kafka")


def tearDownModule():
    lab.down()


class Killed(TrafficTest):

    def setUp(self):
        lab.wait_healthy()
        lab.forget_mark()

    def start(self, run):
        words = ["resume", run, "--yes"] if run else \
            ["run", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--yes"]
        return lab.start(BINARY, *words)

    def kill_after(self, started, seconds):
        """Kills it that long after it began; its end, where it was faster, else nothing."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if started.process.poll() is not None:
                return started.done()
            time.sleep(0.005)
        started.process.kill()
        started.done()
        return None

    def run_of(self, started):
        """The run that a process which was killed has begun, if it came that far."""
        said = re.search(r"^run (\S+) on ", "".join(started.lines), re.M)
        return said[1] if said else None

    def has_ended(self, run):
        """It was killed after the end of its log had been written: there is nothing to go on with."""
        return run is not None and lab.cfkops("audit", "verify", run).code == 0

    def evicted_by(self, run, since):
        """The pods, each with how often it was evicted."""
        return collections.Counter(
            event["objectRef"]["name"] for event in lab.audit_events(since)
            if event["auditID"].startswith(run + "/") and event["responseStatus"]["code"] < 300
            and event.get("objectRef", {}).get("subresource") == "eviction" and "dryRun" not in event["requestURI"])

    def check_run(self, run, since):
        verified = lab.cfkops("audit", "verify", run)
        self.assertEqual(verified.code, 0, verified)
        lab.nap(2)
        joined = lab.cfkops("audit", "join", run, "--cluster-log", lab.path("audit-log"))
        self.assertEqual(joined.code, 0, joined)
        evicted = self.evicted_by(run, since)
        self.assertEqual(set(evicted.values()), {1}, evicted)
        self.assertEqual(len(evicted), 3, evicted)

    def test_KilledAtAnyMomentItGoesOnAndEndsWell(self):
        dice = random.Random(SEED)
        kills, finished = 0, []
        since = lab.audit_size()
        with lab.observed() as seen:
            run = None
            while kills < KILLS or run:
                started = self.start(run)
                if kills >= KILLS:
                    done = started.done()
                else:
                    done = self.kill_after(started, dice.uniform(SHORTEST, LONGEST))
                if done is None:
                    kills += 1
                    run = run or self.run_of(started)
                    if not self.has_ended(run):
                        continue
                elif "nothing was done yet: begin a new run" in done.err:
                    self.assertFalse(self.evicted_by(run, since), "nothing is on record")
                    run = None
                    continue
                else:
                    self.assertEqual(done.code, 0, done)
                finished.append(run or self.run_of(started))
                run = None
        print(f"{kills} kills, {len(finished)} runs finished", flush=True)
        self.check_nothing_lost(seen)
        self.check_one_silent_at_a_time(seen["sample"])
        for one in finished:
            self.check_run(one, since)
