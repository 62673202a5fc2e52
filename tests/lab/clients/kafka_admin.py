"""Topics and broker settings, by the Kafka client of the lab's cache."""

import argparse
import time

from confluent_kafka import ElectionType, KafkaException
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource,
                                   NewTopic, ResourceType)


def create_topic(admin, options):
    """Creates the topic and waits until every partition has a leader."""
    topic = NewTopic(options.topic, options.partitions, options.replication,
                     config={"min.insync.replicas": str(max(1, options.replication - 1))})
    try:
        admin.create_topics([topic])[options.topic].result(60)
    except KafkaException as error:
        if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
            raise
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        known = admin.list_topics(options.topic, 10).topics[options.topic]
        full = [p for p in known.partitions.values()
                if p.leader >= 0 and len(p.isrs) == options.replication]
        if len(full) == options.partitions:
            return
        time.sleep(0.1)
    raise SystemExit(f"topic {options.topic} does not settle")


def slow_replication(admin, options):
    """Makes catching up slow, or as fast as ever again. The leaders' throttle holds
    only followers that are not in the in-sync set. The followers' own would also hold
    one that is in it but a record behind, and so can hold acknowledgements up."""
    on = options.state == "on"
    kind = AlterConfigOpType.SET if on else AlterConfigOpType.DELETE

    def change(resource_type, name, settings):
        return ConfigResource(resource_type, name, incremental_configs=[
            ConfigEntry(key, value, incremental_operation=kind)
            for key, value in settings.items()])

    throttle = "leader.replication.throttled"
    wanted = [change(ResourceType.TOPIC, options.topic, {f"{throttle}.replicas": "*"})]
    wanted += [change(ResourceType.BROKER, str(broker), {f"{throttle}.rate": str(options.rate)})
               for broker in admin.list_topics(timeout=10).brokers]
    for one in wanted:  # a call takes one broker only
        for done in admin.incremental_alter_configs([one]).values():
            done.result(30)


def preferred_leaders(admin, _options):
    """Gives every partition its preferred leader back, which a roll that takes
    several brokers away at once leaves to the last that stands."""
    admin.elect_leaders(ElectionType.PREFERRED).result(30)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if all(partition.leader == partition.replicas[0]
               for topic in admin.list_topics(timeout=10).topics.values()
               for partition in topic.partitions.values()):
            return
        time.sleep(0.1)
    raise SystemExit("some partition does not get its preferred leader")


ACTIONS = {"create-topic": create_topic, "slow-replication": slow_replication,
           "preferred-leaders": preferred_leaders}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=sorted(ACTIONS))
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic")
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--replication", type=int, default=3)
    parser.add_argument("--rate", type=int, default=1500000)
    parser.add_argument("--state", choices=["on", "off"])
    options = parser.parse_args()
    admin = AdminClient({"bootstrap.servers": options.bootstrap, "log_level": 0})
    ACTIONS[options.action](admin, options)


if __name__ == "__main__":
    main()
