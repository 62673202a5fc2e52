"""Elements of a list in batches: carried out together, left out and taken back on their own."""

import json
import unittest

from support import cluster, log_of, only_full_on_lab, run_id

lab = cluster("e2e-batches")

SPACE = "batches"
RUNBOOK = """
apiVersion: cfkops/v1
kind: Runbook
name: levels
title: Raise the level of every part
purpose: Changes config maps batch by batch, and goes on behind one that is not to be changed.
owner: tests
risk: low
params:
  names: {type: list<string>, required: true}
steps:
  - id: parts
    each: {in: params.names, as: name, batch: [1, 100%], max_failures: 1}
    steps:
      - id: raise
        title: Raise the level
        do: object.patch
        with: {kind: configmap, name: "${name}", patch: {data: {level: high}}}
      - id: judge
        title: Look whether that may be
        do: object.get
        with: {kind: configmap, name: "${name}-may"}
      - id: tell
        title: Tell of it
        do: object.patch
        with: {kind: configmap, name: "${name}", patch: {data: {told: "yes"}}}
"""


def setUpModule():
    only_full_on_lab()
    lab.up_for_objects()
    (lab.state / "levels.yaml").write_text(RUNBOOK)
    lab.kubectl("create", "namespace", SPACE)


def tearDownModule():
    lab.down()


class Batches(unittest.TestCase):

    def setUp(self):
        for name in "abcd":
            lab.kubectl("-n", SPACE, "delete", "configmap", name, f"{name}-may", "--ignore-not-found")
            lab.kubectl("-n", SPACE, "create", "configmap", name, "--from-literal=level=low")
            lab.kubectl("-n", SPACE, "create", "configmap", f"{name}-may")

    def run_it(self, *words):
        return lab.cfkops("run", lab.state / "levels.yaml", "-n", SPACE, "--yes", "--param", "names=a,b,c,d", *words)

    def levels(self):
        got = json.loads(lab.kubectl("-n", SPACE, "get", "configmap", *"abcd", "-o", "json"))
        return {item["metadata"]["name"]: (item["data"]["level"], item["data"].get("told")) for item in got["items"]}

    def changed(self, done):
        """The config maps that were changed, in order."""
        lines = [json.loads(line) for line in log_of(done).read_text().splitlines()]
        return [line["data"]["name"] for line in lines
                if line["phase"] == "intent" and line["data"]["resource"] == "configmaps"]

    def test_TheFirstGoesAloneAndTheOthersTogether(self):
        done = self.run_it()
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.levels(), {name: ("high", "yes") for name in "abcd"})
        self.assertEqual(self.changed(done), list("aabcdbcd"))
        self.assertEqual(lab.cfkops("audit", "verify", run_id(done)).code, 0)

    def test_OneThatFailsIsTakenBackAndTheOthersGoOn(self):
        lab.kubectl("-n", SPACE, "delete", "configmap", "c-may")
        done = self.run_it()
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.levels(), {"a": ("high", "yes"), "b": ("high", "yes"), "c": ("low", None),
                                         "d": ("high", "yes")})
        self.assertIn("element 3 of 4 of step 'parts' failed, is taken back, and the others went on", done.out)
        self.assertEqual(self.changed(done), list("aabcdcbd"))

    def test_OneMoreThanMayFailTakesAllBack(self):
        for name in "ac":
            lab.kubectl("-n", SPACE, "delete", "configmap", f"{name}-may")
        done = self.run_it()
        self.assertEqual(done.code, 1, done)
        self.assertEqual(self.levels(), {name: ("low", None) for name in "abcd"})
        self.assertIn("2 elements of 4 failed, and 1 may", done.out + done.err)


if __name__ == "__main__":
    unittest.main()
