"""Watches every broker's own view of its partitions, several times a second.

Asks each broker's Jolokia directly, past the API server's proxy, so that its word
does not depend on the tool under test or on what that tool asks through."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from labkit import kafka  # noqa: E402
from labkit.api import Api  # noqa: E402
from labkit.jolokia import UNDER_MIN_ISR, UNDER_REPLICATED, Jolokia  # noqa: E402
from labkit.lab import Lab  # noqa: E402

PERIOD = 0.15
# An answer is needed well within the period, or the sample would be stale.
PATIENCE = 0.18


class Address(threading.Thread):
    """Keeps the last address that the pod was known to have. The API server knows a new one first and may be
    away; cluster DNS, which learns from it, comes later still."""

    def __init__(self, lab, namespace, pod):
        super().__init__(daemon=True)
        self.known = None
        self._api = Api(lab, timeout=2)
        self._path = f"/api/v1/namespaces/{namespace}/pods/{pod}"

    def run(self):
        while True:
            status, pod = self._api.get(self._path)
            if status == 200:
                self.known = pod["status"].get("podIP") or self.known
            time.sleep(2 * PERIOD)


class Broker(threading.Thread):
    """Asks one broker again and again; `latest` is its last answer."""

    def __init__(self, number, address):
        super().__init__(daemon=True)
        self.number = number
        self.latest = None  # (time, under min ISR, under-replicated)
        self.answers = []
        self._address = address
        self._agent, self._agent_at = None, None

    def run(self):
        self._address.start()
        while True:
            began = time.time()
            values = self._ask()
            now = time.time()
            if values is not None:
                self.latest = (now, *values)
                self.answers.append(now)
            time.sleep(max(0.02, began + PERIOD / 2 - now))

    def _ask(self):
        address = self._address.known
        if address != self._agent_at:  # the pod is another one
            if self._agent:
                self._agent.close()
            self._agent, self._agent_at = Jolokia(address, PATIENCE), address
        return self._agent.read([UNDER_MIN_ISR, UNDER_REPLICATED]) if self._agent else None


def silences(answers, started, ended, longer_than=2 * PERIOD):
    """Intervals in which no answer came."""
    points = [started, *[one for one in answers if started <= one <= ended], ended]
    return [[round(a, 3), round(b, 3)] for a, b in zip(points, points[1:]) if b - a > longer_than]


def sample(brokers, options, stopping):
    """One row per period: what each broker said since the row before."""
    rows, started = [], time.time()
    due = before = started
    while not stopping.is_set():
        if options.until_file and os.path.exists(options.until_file):
            break
        if time.time() >= started + options.seconds:
            break
        due += PERIOD
        time.sleep(max(0.0, due - time.time()))
        now = time.time()
        said = {}
        for broker in brokers:
            latest = broker.latest
            if latest and latest[0] > before:
                said[str(broker.number)] = {"under_min_isr": latest[1],
                                            "under_replicated": latest[2]}
        rows.append({"at": round(now, 3), "brokers": said})
        before = now
    return rows, started, time.time()


def report(brokers, rows, started, ended):
    def highest(what):
        return max((sum(one[what] for one in row["brokers"].values()) for row in rows), default=0)

    times = [started, *[row["at"] for row in rows]]
    return {
        "started": round(started, 3),
        "ended": round(ended, 3),
        "samples": len(rows),
        # Sums over brokers: each partition is counted by its leader alone.
        "max_under_min_isr": highest("under_min_isr"),
        "max_under_replicated": highest("under_replicated"),
        "longest_interval_s": round(max((b - a for a, b in zip(times, times[1:])), default=0), 3),
        "samples_per_broker": {
            str(broker.number): sum(str(broker.number) in row["brokers"] for row in rows)
            for broker in brokers},
        "silences": {str(broker.number): silences(broker.answers, started, ended)
                     for broker in brokers},
        "rows": rows,
    }


def main():
    parser = argparse.ArgumentParser(prog="lab sample", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=3600, help="at most this long")
    parser.add_argument("--out", metavar="FILE", help="the report; without it, standard output")
    parser.add_argument("--ready-file", metavar="FILE", help="written when every broker has answered")
    parser.add_argument("--until-file", metavar="FILE", help="sampling ends when this appears")
    options = parser.parse_args()
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, lambda *_: stopping.set())
    lab = Lab(options.lab)
    cluster = kafka.deployed(lab)
    brokers = [Broker(number, Address(lab, cluster.namespace, f"kafka-{number}"))
               for number in range(cluster.brokers)]
    # Beside starting brokers a sampler without precedence would sample when they let it.
    os.nice(-10)
    for broker in brokers:
        broker.start()
    patience = time.time() + 15
    while any(broker.latest is None for broker in brokers) and time.time() < patience:
        time.sleep(0.05)
    if options.ready_file:
        Path(options.ready_file).write_text(f"{os.getpid()}\n")
    text = json.dumps(report(brokers, *sample(brokers, options, stopping))) + "\n"
    if options.out:
        draft = Path(f"{options.out}.new")
        draft.write_text(text)
        draft.replace(options.out)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
