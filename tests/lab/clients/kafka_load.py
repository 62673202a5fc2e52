"""Steady load on every partition of a topic, and what became of each message.

Sends with acks=all from an idempotent producer, so an acknowledged message
must be there afterwards, once; then reads the topic back and says whether it
is. Meanwhile keeps the longest time that no acknowledgement came, from any
partition and from each."""

import argparse
import collections
import json
import os
import signal
import sys
import time
import uuid
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition

STALL = 0.5  # seconds without an acknowledgement that are worth a line of their own


class Gaps:
    """The longest silence in a row of events, and every one over STALL."""

    def __init__(self, start):
        self.last = start
        self.longest, self.began = 0.0, start
        self.stalls = []

    def event(self, now):
        gap = now - self.last
        if gap > self.longest:
            self.longest, self.began = gap, self.last
        if gap > STALL:
            self.stalls.append([self.last, now])
        self.last = now


class Load:
    """One run: the producer, and the books kept about its messages."""

    def __init__(self, options):
        self.options = options
        self.run = uuid.uuid4().hex.encode()
        self.sent = 0
        self.acked = set()
        self.failed = collections.Counter()
        self.client_errors = collections.Counter()
        self.latencies = []
        self.gaps = None
        self.partition_gaps = {}
        self.stopping = False
        self.producer = Producer({
            "bootstrap.servers": options.bootstrap, "acks": "all", "enable.idempotence": True,
            "linger.ms": 0, "delivery.timeout.ms": options.delivery_timeout_ms,
            "reconnect.backoff.max.ms": 500, "retry.backoff.max.ms": 200,
            "topic.metadata.refresh.fast.interval.ms": 100,
            "error_cb": lambda error: self.client_errors.update([error.name()]), "log_level": 0})
        self.partitions = len(self.producer.list_topics(options.topic, 30)
                              .topics[options.topic].partitions)
        self.filling = b" " * max(0, options.size - 10)

    def consumer(self):
        consumer = Consumer({
            "bootstrap.servers": self.options.bootstrap, "enable.auto.commit": False,
            "group.id": f"lab-load-{uuid.uuid4().hex}", "log_level": 0,
            "error_cb": lambda error: None})
        consumer.list_topics(self.options.topic, 30)
        return consumer

    def ends(self, consumer):
        return {one: consumer.get_watermark_offsets(
            TopicPartition(self.options.topic, one), 30)[1] for one in range(self.partitions)}

    def send(self):
        number = self.sent
        partition = number % self.partitions
        began = time.time()

        def delivered(error, message):
            now = time.time()
            if error:
                self.failed[error.name()] += 1
                return
            self.acked.add(number)
            self.latencies.append(now - began)
            if self.gaps:
                self.gaps.event(now)
                self.partition_gaps[message.partition()].event(now)

        self.sent += 1
        try:
            self.producer.produce(self.options.topic, key=self.run, partition=partition,
                                  value=b"%09d " % number + self.filling, on_delivery=delivered)
        except BufferError:
            self.failed["queue_full"] += 1

    def warm_up(self):
        """One message through each partition; before that nothing is measured."""
        for _ in range(self.partitions):
            self.send()
        if self.producer.flush(60):
            raise SystemExit("load: the topic takes no messages")
        self.latencies.clear()
        now = time.time()
        self.gaps = Gaps(now)
        self.partition_gaps = {one: Gaps(now) for one in range(self.partitions)}

    def over(self, end):
        until = self.options.until_file
        return self.stopping or time.time() >= end or (until and os.path.exists(until))

    def send_all(self):
        started = due = time.time()
        while not self.over(started + self.options.seconds):
            now = time.time()
            while due <= now:
                self.send()
                due += 1 / self.options.rate
            self.producer.poll(max(0.0, min(0.01, due - time.time())))
        ended = time.time()
        unflushed = self.producer.flush(self.options.delivery_timeout_ms / 1000 + 5)
        # A silence that lasts until the end has no acknowledgement to end it.
        for gaps in [self.gaps, *self.partition_gaps.values()]:
            if gaps.last < ended:
                gaps.event(ended)
        return started, ended, unflushed

    def read_back(self, starts):
        """Where in the topic each message of this run is: (partition, offset). A consumer that an election makes
        fetch again may be given one place twice; that is one message in the log."""
        consumer = self.consumer()
        ends = self.ends(consumer)
        consumer.assign([TopicPartition(self.options.topic, one, starts[one]) for one in ends])
        wanted = sum(ends[one] - starts[one] for one in ends)
        read, seen = set(), collections.defaultdict(set)
        heard = time.time()
        while len(read) < wanted and time.time() - heard < 30:
            for message in consumer.consume(500, 0.5):
                if message.error() is not None:
                    continue
                place = (message.partition(), message.offset())
                read.add(place)
                heard = time.time()
                if message.key() == self.run:
                    seen[int(message.value()[:9])].add(place)
        consumer.close()
        return seen

    def report(self, started, ended, unflushed, seen):
        worst = max(self.partition_gaps, key=lambda one: self.partition_gaps[one].longest)
        ordered = sorted(self.latencies) or [0.0]

        def share(part):
            return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))], 1)

        return {
            "topic": self.options.topic,
            "partitions": self.partitions,
            "started": round(started, 3),
            "ended": round(ended, 3),
            "sent": self.sent,
            "acked": len(self.acked),
            "failed": sum(self.failed.values()),
            "failures": dict(self.failed),
            "unflushed": unflushed,
            "acked_but_lost": len(self.acked - set(seen)),
            "duplicates": sum(len(places) - 1 for places in seen.values()),
            "duplicate_places": [sorted(places) for places in seen.values() if len(places) > 1][:20],
            "longest_gap_s": round(self.gaps.longest, 3),
            "longest_gap_at": round(self.gaps.began, 3),
            "longest_partition_gap_s": round(self.partition_gaps[worst].longest, 3),
            "longest_partition_gap_partition": worst,
            "longest_partition_gap_at": round(self.partition_gaps[worst].began, 3),
            "stalls": [[round(a, 3), round(b, 3)] for a, b in self.gaps.stalls],
            "partition_stalls": {one: [[round(a, 3), round(b, 3)] for a, b in gaps.stalls]
                                 for one, gaps in self.partition_gaps.items() if gaps.stalls},
            "latency_ms": {"p50": share(0.5), "p99": share(0.99), "max": share(1.0)},
            "client_errors": dict(self.client_errors),
        }


def parse():
    parser = argparse.ArgumentParser(prog="lab load", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--topic", default="lab-load")
    parser.add_argument("--seconds", type=float, default=30, help="at most this long")
    parser.add_argument("--rate", type=float, default=200, help="messages per second")
    parser.add_argument("--size", type=int, default=100, help="bytes of a message, 10 or more")
    parser.add_argument("--delivery-timeout-ms", type=int, default=120000)
    parser.add_argument("--out", metavar="FILE", help="the report; without it, standard output")
    parser.add_argument("--ready-file", metavar="FILE", help="written when the load is steady")
    parser.add_argument("--until-file", metavar="FILE", help="the load ends when this appears")
    return parser.parse_args()


def main():
    options = parse()
    load = Load(options)

    def stop(*_):
        load.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    consumer = load.consumer()
    starts = load.ends(consumer)
    consumer.close()
    load.warm_up()
    if options.ready_file:
        Path(options.ready_file).write_text(f"{os.getpid()}\n")
    started, ended, unflushed = load.send_all()
    text = json.dumps(load.report(started, ended, unflushed, load.read_back(starts)), indent=2) + "\n"
    if options.out:
        draft = Path(f"{options.out}.new")
        draft.write_text(text)
        draft.replace(options.out)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
