"""Reads a JVM's management beans over Jolokia's HTTP bridge."""

import http.client
import json

PORT = 7777
BROKER_STATE = "kafka.server:type=KafkaServer,name=BrokerState"
ACTIVE_CONTROLLER = "kafka.controller:type=KafkaController,name=ActiveControllerCount"
FENCED_BROKERS = "kafka.controller:type=KafkaController,name=FencedBrokerCount"
ACTIVE_BROKERS = "kafka.controller:type=KafkaController,name=ActiveBrokerCount"
UNDER_REPLICATED = "kafka.server:type=ReplicaManager,name=UnderReplicatedPartitions"
UNDER_MIN_ISR = "kafka.server:type=ReplicaManager,name=UnderMinIsrPartitionCount"


class Jolokia:
    """One JVM's agent; keeps its connection."""

    def __init__(self, address, timeout):
        self._address = address
        self._timeout = timeout
        self._connection = None

    def read(self, beans):
        """The Value of each bean, in order; None when any is not to be had.
        The true status is inside the answer: HTTP says 200 all the same."""
        question = json.dumps([{"type": "read", "mbean": bean, "attribute": "Value"}
                               for bean in beans])
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    self._address, PORT, timeout=self._timeout)
            self._connection.request("POST", "/jolokia/", body=question)
            answers = json.loads(self._connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return None
        if any(one.get("status") != 200 for one in answers):
            return None
        return [one["value"] for one in answers]

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def read_once(address, beans, timeout=2):
    agent = Jolokia(address, timeout)
    try:
        return agent.read(beans)
    finally:
        agent.close()
