"""The simulated cluster in the place of the lab: the same tests, without root, in a fraction of the time.

What the lab measures around a run (load, samples) the simulation reckons itself: a producer with acks=all on every
partition, asked for what it saw. Its traffic is that of the scenario, whatever a test asks for. Time runs SPEED times
as fast as the real one, in which cfkops lives: `nap` waits for the cluster's.
"""

import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from support import BINARY, DISKS, Cluster

SPEED = float(os.environ.get("CFKOPS_SANDBOX_SPEED", "20"))

# As the lab's own Kafka, with the load that the tests of slow catch-up put on it.
SCENARIO = """
apiVersion: cfkops/v1
kind: Scenario
name: like-the-lab
{nodes}
kafka:
  - name: kafka
    layout: {layout}
    {operator}
    topics:
      - {{name: lab-load, partitions: 30, recordsPerSecond: 200, recordBytes: 5000, stored: 1Mi}}
      - {{name: __consumer_offsets, partitions: 3, recordsPerSecond: 1, recordBytes: 100}}
"""

OBJECTS = """
apiVersion: cfkops/v1
kind: Scenario
name: without-kafka
{nodes}
"""

# How many disks a node takes is told by what its driver writes there; without that it is not known.
DRIVER = """
  - apiVersion: storage.k8s.io/v1
    kind: CSINode
    metadata: {{name: node-{number}}}
    spec: {{drivers: [{{name: sandbox.cfkops.dev/disk, nodeID: node-{number}}}]}}"""

# Longer than any delay of a server that comes back, and told to end before.
AWAY = "apiVersion: cfkops/v1\nkind: Faults\nfaults: [{fault: server-away, at: 1ms, lasting: 1h}]\n"

CATCH_UP = {"off": 50_000_000, "on": 1_500_000}  # bytes per second; the lab's own rate when slow


def find_kubectl():
    """$KUBECTL, the one in $PATH, or the lab's."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "cfkops-lab" / "cache"
    found = [os.environ.get("KUBECTL"), shutil.which("kubectl"), *sorted(cache.glob("kube-*/kubectl"))]
    return next(filter(None, found), None)


class Sandbox(Cluster):
    """A simulated cluster with Kafka, for one test file."""

    def __init__(self, name):
        super().__init__(name)
        self.env = {"CFKOPS_STATE_DIR": str(self.state)}
        self.server = None
        self.nodes_are = "nodes: [{count: 3}]"

    def up(self, *options):
        """Only looks for what is needed: the scenario is chosen with the tool `kafka`. With more nodes than brokers all
        are in one zone, where a broker's disk may go from node to node."""
        if options[:1] == ("--nodes",):
            drivers = "".join(DRIVER.format(number=number) for number in range(1, options[1] + 1))
            self.nodes_are = f"nodes: [{{count: {options[1]}, zones: [z1]}}]\nobjects:{drivers}"
        unittest.addModuleCleanup(self.down)  # also where it does not start
        self.program = find_kubectl()
        if not self.program:
            raise unittest.SkipTest("there is no kubectl: set KUBECTL, or build the lab's with tests/lab/lab build")

    def up_for_objects(self, nodes=3):
        self.up("--nodes", nodes)
        self._serve(OBJECTS.format(nodes=self.nodes_are))

    def join_again(self, node):
        """Makes a node that was deleted anew, as its kubelet would: what others have written into it is gone."""
        meta, told = node["metadata"], node["status"]
        self.kubectl("create", "-f", "-", stdin=json.dumps({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": meta["name"], "labels": meta["labels"], "annotations": {
                key: value for key, value in meta["annotations"].items() if not key.startswith("cfkops.dev/")}},
            "spec": {key: node["spec"][key] for key in ("podCIDR", "podCIDRs")},
            "status": {key: value for key, value in told.items() if key != "conditions"}}))

    def down(self):
        if self.server:
            self.server.terminate()
            self.server.wait(30)
            self.server.stdout.close()
            self.server = None
        super().down()

    def path(self, what):
        return {"kubeconfig": self.state / "kubeconfig", "audit-log": self.state / "audit.log",
                "kubectl": self.program}[what]

    def argv(self, *words):
        return words

    def kubectl_argv(self):
        return [self.program]

    # What the lab's tool does.

    def tool(self, *words):
        match words:
            case ("kafka",):
                self._serve(SCENARIO.format(nodes=self.nodes_are, layout="cfk", operator="operator: false"))
            case ("kafka", "--brokers-only-sts-labels", "plain"):
                self._serve(SCENARIO.format(nodes=self.nodes_are, layout="plain", operator=""))
            case ("apiserver", "stop"):
                self.ask("POST", "/sandbox/faults", AWAY)
            case ("apiserver", "start"):
                self.ask("DELETE", "/sandbox/faults")
            case ("slow-replication", state, *rate):
                rate = rate[1] if rate else CATCH_UP[state]
                self.ask("PATCH", "/sandbox/kafka", json.dumps({"catchUpBytesPerSecond": rate}))
            case _:
                raise AssertionError(f"the sandbox has no tool {words}")

    def spoil_disks(self):
        self.ask("PATCH", "/sandbox/kafka", '{"disksFailAtStart": true}')

    def repair_disks(self):
        self.ask("PATCH", "/sandbox/kafka", '{"disksFailAtStart": false}')

    def make_disks(self, _namespace, *_claims):
        self.kubectl("apply", "-f", "-", stdin=DISKS.format(provisioner="sandbox.cfkops.dev/disk",
                                                            binding="WaitForFirstConsumer"))

    def disks_folder(self):
        return "/disks"

    def place_static_pod(self, node, pod):
        """Its mirror alone: what a kubelet would run is not simulated."""
        meta = pod["metadata"]
        mirror = {**meta, "name": f"{meta['name']}-{node}", "annotations": {
            "kubernetes.io/config.mirror": "0", "kubernetes.io/config.hash": "0",
            "kubernetes.io/config.source": "file"}}
        self.kubectl("create", "-f", "-",
                     stdin=json.dumps({**pod, "metadata": mirror, "spec": {**pod["spec"], "nodeName": node}}))

    def remove_static_pods(self, node, namespace):
        """They go with the others of their namespace."""

    def disk_driver(self, _namespace):
        return contextlib.nullcontext()

    def elect_leaders(self):
        """They have theirs."""

    def nap(self, seconds):
        time.sleep(seconds / SPEED)

    def settle(self, seconds):
        return f"{max(1, round(1000 * seconds / SPEED))}ms"

    @contextlib.contextmanager
    def slow_return(self):
        self.tool("slow-replication", "on", "--rate", 100000)
        try:
            yield
        finally:
            self.tool("slow-replication", "off")

    def wait_healthy(self, seconds=180):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            kafka = self._report()
            if kafka["brokersRunning"] == kafka["brokers"] and kafka["underReplicated"] == 0 \
                    and all(ready for _, ready in self.pods().values()):
                return
            time.sleep(0.05)
        raise AssertionError(f"Kafka did not get healthy: {self.pods()}, {self._report()}")

    @contextlib.contextmanager
    def observed(self, **_load):
        """Yields a dict filled in at the end with what the simulated producers saw."""
        self.ask("POST", "/sandbox/kafka/reset")
        seen = {}
        yield seen
        seen["load"] = seen["sample"] = {"simulated": self._report()}

    # Its HTTP.

    def ask(self, method, path, body=None):
        """Whatever the server answers, as JSON; an error with its text."""
        request = urllib.request.Request(self.address + path, method=method, data=body.encode() if body else None,
                                         headers={"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, context=self.trust, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{method} {path}: {refused.code} {refused.read().decode()}") from None
        return json.loads(text) if text else None

    def _report(self):
        return self.ask("GET", "/sandbox/kafka")["kafka"][0]

    def _serve(self, scenario):
        file = self.state / "scenario.yaml"
        file.write_text(scenario)
        self.server = subprocess.Popen(
            [BINARY, "sandbox", "serve", "--scenario", file, "--speed", str(SPEED),
             "--kubeconfig-out", self.path("kubeconfig"), "--audit-log", self.path("audit-log")],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if not self.server.stdout.readline():  # it serves when it says so
            raise AssertionError(f"the sandbox did not start: code {self.server.wait()}")
        config = self.path("kubeconfig").read_text()
        self.address, self.token, authority = (
            re.search(rf"{key}: (\S+)", config)[1] for key in ("server", "token", "certificate-authority-data"))
        self.trust = ssl.create_default_context(cadata=base64.b64decode(authority).decode())
        self.env["KUBECONFIG"] = str(self.path("kubeconfig"))
        # Its log begins before any run does: later the cluster's clock is ahead of a run's by more than a run lasts.
        self.ask("GET", "/version")
