"""What kubectl drain evicts, leaves and refuses, so does node.drain: both are asked about the same node, with every
combination of their flags, and neither is let do it."""

import itertools
import json
import os
import re
import subprocess
import tempfile
import time
import unittest

from support import cluster, only_full_on_lab

lab = cluster("e2e-drain")

OBJECTS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: it, image: busybox:1, command: [sleep, "3600"]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec:
      containers: [{name: it, image: busybox:1, command: [sleep, "3600"]}]
      volumes: [{name: tmp, emptyDir: {}}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: it, image: busybox:1, command: [sleep, "3600"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: shop, labels: {app: bare}}
spec: {containers: [{name: it, image: busybox:1, command: [sleep, "3600"]}]}
"""

RUNBOOK = """
apiVersion: cfkops/v1
kind: Runbook
name: drain
title: Drain
purpose: To be planned.
owner: tests
risk: low
params: {node: {type: ref<Node>}}
steps:
  - id: drain
    do: node.drain
    with: {node: "${params.node}", %s}
"""

FLAGS = {"ignore_daemonsets": "--ignore-daemonsets", "delete_emptydir": "--delete-emptydir-data", "force": "--force"}
SELECTORS = ("", "app=web", "app!=bare")


def setUpModule():
    only_full_on_lab()
    lab.up()
    lab.tool("kafka")
    lab.kubectl("apply", "-f", "-", stdin=OBJECTS)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        pods = json.loads(lab.kubectl("-n", "shop", "get", "pods", "-o", "json"))["items"]
        if len(pods) >= 6 and all(pod["spec"].get("nodeName") for pod in pods):
            return
        time.sleep(0.2)
    raise AssertionError("the shop's pods have no nodes")


def tearDownModule():
    lab.down()


def by_kubectl(node, flags, selector):
    """The pods that it would evict, or None where it refuses."""
    words = ["drain", node, "--dry-run=client", *(FLAGS[flag] for flag in flags)]
    done = subprocess.run([*map(str, lab.kubectl_argv()), *words, *(["--pod-selector", selector] if selector else [])],
                          text=True, capture_output=True, env={**os.environ, **lab.env})
    if done.returncode != 0:
        if "cannot delete" not in done.stderr:
            raise AssertionError(done.stderr)
        return None
    return set(re.findall(r"evicting pod (\S+) \(", done.stdout + done.stderr))


def by_cfkops(node, flags, selector):
    given = ", ".join([f"{flag}: true" for flag in flags] + ([f'pod_selector: "{selector}"'] if selector else []))
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(RUNBOOK.lstrip() % given if given else RUNBOOK.lstrip().replace(", %s", ""))
        file.flush()
        done = lab.cfkops("plan", file.name, "--param", f"node={node}", "-o", "json")
    changes = json.loads(done.out)["steps"][0]["changes"]
    pods = {change["object"].removeprefix("pod ") for change in changes if change["object"]}
    mine = [change for change in changes if change["refused"] and "true" in change["verdict"]]
    return None if mine else pods


class Drain(unittest.TestCase):

    def test_TheSamePodsGoAndTheSameDrainsAreRefused(self):
        seen = set()
        for node in lab.nodes():
            for count in range(len(FLAGS) + 1):
                for flags in itertools.combinations(FLAGS, count):
                    for selector in SELECTORS:
                        with self.subTest(node=node, flags=flags, selector=selector):
                            theirs = by_kubectl(node, flags, selector)
                            self.assertEqual(by_cfkops(node, flags, selector), theirs)
                            seen.add(theirs is None)
        self.assertEqual(seen, {True, False}, "both answers were seen")
