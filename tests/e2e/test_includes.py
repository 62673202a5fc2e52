"""Runbooks in runbooks: planned, carried out, gone on with and taken back as one."""

import json
import unittest

from support import cluster, log_of, only_full_on_lab, run_id

lab = cluster("e2e-includes")

SPACE = "includes"
HEAD = """
apiVersion: cfkops/v1
kind: Runbook
name: {name}
title: Raise the level of parts
purpose: Changes config maps, one runbook inside another.
owner: tests
risk: low
"""
PART = HEAD.format(name="raise-level") + """
params:
  name: {type: string, required: true}
  level: {type: enum, values: [middle, high], default: high}
prerequisites:
  - {id: named, check: expr, that: params.name != 'x', else: "x is to stay as it is"}
steps:
  - id: raise
    title: Raise the level
    do: object.patch
    with: {kind: configmap, name: "${params.name}", patch: {data: {level: "${params.level}"}}}
  - id: judge
    title: Look whether that may be
    do: object.get
    with: {kind: configmap, name: "${params.name}-may"}
    on_failure: stop
validation:
  - {check: expr, that: steps.raise.uid == steps.raise.uid}
rollback:
  - id: note
    title: Write down that it was taken back
    do: object.patch
    with: {kind: configmap, name: "${params.name}", patch: {data: {taken: back}}}
"""
MAIN = HEAD.format(name="levels") + """
params:
  names: {type: list<string>, required: true}
steps:
  - {id: each, title: Raise them, each: {in: params.names, as: one}, include: parts/raise-level.yaml, with: {name: "${one}"}}
  - {id: last, title: Raise the last one, include: ./parts/raise-level.yaml, with: {name: d, level: middle}}
"""


def setUpModule():
    only_full_on_lab()
    lab.up_for_objects()
    lab.kubectl("create", "namespace", SPACE)


def tearDownModule():
    lab.down()


class Includes(unittest.TestCase):

    def setUp(self):
        (lab.state / "parts").mkdir(exist_ok=True)
        self.part = lab.state / "parts" / "raise-level.yaml"
        self.part.write_text(PART)
        self.main = lab.state / "levels.yaml"
        self.main.write_text(MAIN)
        for name in "abd":
            lab.kubectl("-n", SPACE, "delete", "configmap", name, f"{name}-may", "--ignore-not-found")
            lab.kubectl("-n", SPACE, "create", "configmap", name, "--from-literal=level=low")
            lab.kubectl("-n", SPACE, "create", "configmap", f"{name}-may")

    def run_it(self, *words, names="a,b"):
        return lab.cfkops("run", self.main, "-n", SPACE, "--yes", "--param", f"names={names}", *words)

    def levels(self):
        got = json.loads(lab.kubectl("-n", SPACE, "get", "configmap", *"abd", "-o", "json"))
        return {item["metadata"]["name"]: (item["data"]["level"], item["data"].get("taken")) for item in got["items"]}

    def test_AreCarriedOutAsOneRun(self):
        done = self.run_it()
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.levels(), {"a": ("high", None), "b": ("high", None), "d": ("middle", None)})
        start = json.loads(log_of(done).read_text().splitlines()[0])["data"]["runbook"]
        self.assertEqual([one["step"] for one in start["includes"]], ["each", "last"])
        self.assertEqual(lab.cfkops("audit", "verify", run_id(done)).code, 0)

    def test_ThePlanNamesThemAndAsksTheirPrerequisites(self):
        done = lab.cfkops("plan", self.main, "-n", SPACE, "--param", "names=x,b", "-o", "json")
        plan = json.loads(done.out)
        self.assertEqual(done.code, 5, done)
        self.assertEqual([(one["id"], one["verdict"]) for one in plan["prerequisites"]][:2],
                         [("each_named[1]", "fail"), ("each_named[2]", "pass")])
        self.assertEqual([one["name"] for one in plan["includes"]], ["raise-level", "raise-level"])
        self.assertEqual(self.levels()["b"], ("low", None))

    def test_AreGoneOnWithWhenTheirFilesAreGone(self):
        lab.kubectl("-n", SPACE, "delete", "configmap", "b-may")
        done = self.run_it()
        self.assertNotEqual(done.code, 0, done)
        self.assertEqual(self.levels(), {"a": ("high", None), "b": ("high", None), "d": ("low", None)})
        self.part.write_text(PART + "# changed\n")
        changed = lab.cfkops("resume", run_id(done), "--yes")
        self.assertEqual(changed.code, 4, changed)
        self.assertIn("raise-level.yaml has changed since the run began", changed.err)
        self.part.unlink()
        lab.kubectl("-n", SPACE, "create", "configmap", "b-may")
        resumed = lab.cfkops("resume", run_id(done), "--yes")
        self.assertEqual(resumed.code, 0, resumed)
        self.assertEqual(self.levels()["d"], ("middle", None))
        back = lab.cfkops("rollback", run_id(done), "--yes")
        self.assertEqual(back.code, 0, back)
        self.assertEqual(self.levels(), {"a": ("low", "back"), "b": ("low", "back"), "d": ("low", "back")})

    def test_ASavedPlanIsCarriedOutAsItWasMade(self):
        plan = lab.state / "levels.json"
        done = lab.cfkops("plan", self.main, "-n", SPACE, "--param", "names=a", "--out", plan, "--force")
        self.assertEqual(done.code, 0, done)
        self.part.write_text(PART.replace("level: \"${params.level}\"", "level: other"))
        done = lab.cfkops("run", "--plan", plan, "--yes")
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.levels(), {"a": ("high", None), "b": ("low", None), "d": ("middle", None)})

    def test_WhatIsWrongInsideIsFoundByLint(self):
        self.part.write_text(PART.replace("kind: configmap, name", "knd: configmap, name", 1))
        done = lab.cfkops("lint", self.main, "--profile", "basic")
        self.assertEqual(done.code, 2, done)
        self.assertIn("cannot be included", done.out)
        self.assertIn("raise-level.yaml:18:", done.out)


if __name__ == "__main__":
    unittest.main()
