"""Every shipped runbook that has no file of its own: carried out, looked at through the API server, and taken back."""

import json
import pathlib
import re
import tarfile
import tempfile
import unittest

from shop import GUEST, POLICY, ROLES, SPACE, content, furnish, make_certificate, open_shop, ready_pods, wait_until
from support import cluster, only_full_on_lab, run_id

lab = cluster("e2e-runbooks")

NEVER = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "never", "namespace": SPACE},
         "spec": {"maxUnavailable": 0, "selector": {"matchLabels": {"app": "web"}}}}


def setUpModule():
    only_full_on_lab()
    lab.up_for_objects(nodes=4)
    open_shop(lab)


def tearDownModule():
    lab.down()


class Runbook(unittest.TestCase):
    """What the tests of runbooks share."""

    def carry_out(self, name, *params, code=0, **options):
        done = lab.run(name, *params, namespace=SPACE, **options)
        self.assertEqual(done.code, code, done)
        return done

    def take_back(self, done, codes=(0, 9)):
        back = lab.cfkops("rollback", run_id(done), "--yes")
        self.assertIn(back.code, codes, back)  # 9: a validation that looks for what the run was to bring about

    def reads_only(self, name, *params, code=0):
        """Carries it out and holds it to changing nothing, by the server's own record."""
        since = lab.audit_size()
        done = self.carry_out(name, *params, code=code)
        self.assertEqual(lab.writes(since), [])
        self.assertNotEqual(lab.audit_events(since), [], "the server has no record of it")
        return done


class Workloads(Runbook):

    def replicas(self):
        return lab.get("deployment", "web", SPACE)["spec"]["replicas"]

    def test_AWorkloadGetsMorePodsAndItsFormerNumberAgain(self):
        done = self.carry_out("workload-scale", "workload=deployment/web", "replicas=4")
        self.assertEqual(self.replicas(), 4)
        self.assertEqual(len(ready_pods(lab, "web")), 4)
        self.take_back(done)
        self.assertEqual(self.replicas(), 2)
        wait_until("two pods are left", lambda: len(ready_pods(lab, "web")) == 2)

    def test_ASetGetsFewerPodsTheHighestFirst(self):
        kept = lab.get("pod", "db-0", SPACE)["metadata"]["uid"]
        done = self.carry_out("workload-scale", "workload=statefulset/db", "replicas=1")
        self.assertEqual(list(ready_pods(lab, "db")), ["db-0"])
        self.take_back(done)
        wait_until("both are back", lambda: len(ready_pods(lab, "db")) == 2)
        self.assertEqual(lab.get("pod", "db-0", SPACE)["metadata"]["uid"], kept)

    def test_NoMorePodsAreAskedForThanTheQuotaLetsIn(self):
        self.carry_out("workload-scale", "workload=deployment/web", "replicas=20", code=5)
        self.assertEqual(self.replicas(), 2)


class Images(Runbook):
    """Two names of one image: what counts is which one the pods were made with."""

    BEFORE, AFTER = "busybox:1", "localhost/busybox:1"
    MISSING = "missing.sandbox.cfkops.dev/busybox:1"  # nowhere, whatever cluster asks for it

    def patch(self, workload, image, code=0):
        return self.carry_out("security-patch", f"workload={workload}", f"image={image}",
                              f"patience={lab.settle(5)}", f"settle={lab.settle(5)}", code=code)

    def pods(self, app):
        """Uid to image of those that are Ready."""
        ready = ready_pods(lab, app)
        return {pod["metadata"]["uid"]: pod["spec"]["containers"][0]["image"] for pod in lab.items("pods", SPACE)
                if pod["metadata"]["name"] in ready}

    def hold_rolled(self, app, image, before):
        """That two new pods run it, and that none of those before is left."""
        now = self.pods(app)
        self.assertEqual(list(now.values()), [image, image])
        self.assertFalse(now.keys() & before.keys())

    def test_AWorkloadGetsAnImageAndItsFormerOneAgain(self):
        for workload, app in (("deployment/web", "web"), ("statefulset/db", "db")):
            with self.subTest(workload=workload):
                before = self.pods(app)
                done = self.patch(workload, self.AFTER)
                after = self.pods(app)
                self.hold_rolled(app, self.AFTER, before)
                self.take_back(done, codes=(0,))
                self.hold_rolled(app, self.BEFORE, after)

    def test_AnImageThatCannotBePulledIsTakenBackByItself(self):
        for workload, app in (("deployment/web", "web"), ("statefulset/db", "db")):
            with self.subTest(workload=workload):
                before = self.pods(app)
                done = self.patch(workload, self.MISSING, code=1)
                self.assertRegex(done.out + done.err, "ErrImagePull|ImagePullBackOff")
                now = self.pods(app)
                self.assertEqual(list(now.values()), [self.BEFORE, self.BEFORE])
                self.assertTrue(now.keys() & before.keys(), "a pod that ran went before the new one did")
                template = lab.get(*workload.split("/"), SPACE)["spec"]["template"]
                self.assertEqual(template["spec"]["containers"][0]["image"], self.BEFORE)


class Quotas(Runbook):

    def hard(self, part="spec"):
        return lab.get("resourcequota", "small", SPACE)[part]["hard"]

    def test_AQuotaIsRaisedAndGetsItsFormerAmountAgain(self):
        done = self.carry_out("namespace-quota", "quota=small", "hard=pods=20")
        self.assertEqual(self.hard(), {"pods": "20", "services": "5"})
        self.assertEqual(self.hard("status"), self.hard())
        self.take_back(done)
        self.assertEqual(self.hard(), {"pods": "12", "services": "5"})

    def test_AQuotaIsNotSetBelowWhatIsUsed(self):
        self.carry_out("namespace-quota", "quota=small", "hard=pods=1", code=5)
        self.assertEqual(self.hard()["pods"], "12")

    def test_WithoutAnAmountItOnlyTells(self):
        before = lab.get("resourcequota", "small", SPACE)
        done = self.carry_out("namespace-quota", "quota=small")
        self.assertRegex(done.out + done.err, r"pods: \d+ of 12 used")
        self.assertEqual(lab.get("resourcequota", "small", SPACE), before)


class Volumes(Runbook):

    def sizes(self):
        return {claim["metadata"]["name"]: claim["status"]["capacity"]["storage"] for claim in lab.items("pvc", SPACE)}

    def test_EachClaimIsToldOf(self):
        done = self.reads_only("volume-status")
        for claim in self.sizes():
            self.assertIn(claim, done.out + done.err)

    def test_TheVolumesOfASetGrow(self):
        wanted = {claim: "2Gi" for claim in self.sizes()}
        with lab.disk_driver(SPACE):
            self.carry_out("volume-expand", "target=statefulset/db", "size=2Gi")
        self.assertEqual(self.sizes(), wanted)
        self.assertEqual(len(ready_pods(lab, "db")), 2)
        self.carry_out("volume-expand", "target=statefulset/db", "size=1Gi")
        self.assertEqual(self.sizes(), wanted, "a volume gets no smaller")

    def test_NothingGrowsWhereTheClassDoesNotLetIt(self):
        lab.kubectl("patch", "storageclass", "disks", "-p", '{"allowVolumeExpansion": false}')
        try:
            before = self.sizes()
            done = self.carry_out("volume-expand", "target=statefulset/db", "size=4Gi", code=5)
            self.assertIn("does not let volumes grow", done.out + done.err)
            asked = {claim["spec"]["resources"]["requests"]["storage"] for claim in lab.items("pvc", SPACE)}
            self.assertEqual(self.sizes(), before)
            self.assertNotIn("4Gi", asked)
        finally:
            lab.kubectl("patch", "storageclass", "disks", "-p", '{"allowVolumeExpansion": true}')


class Room(Runbook):

    def test_WhatIsLeftIsCountedAsTheApiTellsIt(self):
        nodes = [node for node in lab.items("node") if not node["spec"].get("unschedulable")]
        pods = [pod for pod in lab.items("pod", SPACE) if pod["spec"].get("nodeName")]
        done = self.reads_only("capacity-report")
        self.assertRegex(done.out + done.err, rf"cluster \({len(nodes)} nodes?\): cpu: ")
        counted = re.search(r"cluster \(.*\): pods: (\d+) of", done.out + done.err)
        self.assertGreaterEqual(int(counted.group(1)), len(pods))


class Health(Runbook):

    def test_ACertificateThatEndsSoonIsFound(self):
        self.addCleanup(lab.kubectl, "-n", SPACE, "delete", "secret", "web-tls", "--ignore-not-found")
        make_certificate(lab, days=20)
        done = self.reads_only("certificates-expiry", f"in_namespace={SPACE}", code=9)
        self.assertIn("warning", done.out + done.err)
        self.reads_only("certificates-expiry", f"in_namespace={SPACE}", "fail_on=critical")
        make_certificate(lab, days=400)
        self.reads_only("certificates-expiry", f"in_namespace={SPACE}")

    def well(self, *params, runbook="cluster-health"):
        lab.elect_leaders()
        since = lab.audit_size()
        done = lab.run(runbook, *params, namespace=SPACE)
        self.assertEqual(lab.writes(since), [])
        self.assertIn(done.code, (0, 9), done)
        return done.code == 0

    def test_AClusterIsWellUntilSomethingIsWrong(self):
        wait_until("the cluster is well", lambda: self.well("profile=sop"))
        wait_until("all of it is well", self.well)
        lab.kubectl("apply", "-f", "-", stdin=json.dumps(NEVER))
        try:
            wait_until("the budget that blocks for ever is found", lambda: not self.well())
        finally:
            lab.kubectl("-n", SPACE, "delete", "pdb", "never")
        wait_until("all of it is well again", self.well)

    def test_EachQuestionHasAnAnswerUntilSomethingIsWrong(self):
        def well(*params):
            return self.well(*params, runbook="system-status")

        wait_until("the cluster is well", well)
        lab.kubectl("apply", "-f", "-", stdin=json.dumps(NEVER))
        try:
            wait_until("the budget that blocks for ever is found", lambda: not well(f"in_namespace={SPACE}"))
            wait_until("it is nothing to another namespace", lambda: well("in_namespace=default"))
        finally:
            lab.kubectl("-n", SPACE, "delete", "pdb", "never")
        wait_until("all of it is well again", lambda: well(f"in_namespace={SPACE}"))

    def test_AClusterIsReadyForTheNextMinorVersionUntilABudgetBlocks(self):
        version = json.loads(lab.kubectl("version", "-o", "json"))["serverVersion"]
        following, after = (f"to_version={version['major']}.{int(version['minor']) + more}" for more in (1, 2))
        self.reads_only("cluster-upgrade-check", following)
        skips = self.reads_only("cluster-upgrade-check", after, code=9)
        self.assertRegex(skips.out + skips.err, "it goes to .* next")
        lab.kubectl("apply", "-f", "-", stdin=json.dumps(NEVER))
        self.addCleanup(lab.kubectl, "-n", SPACE, "delete", "pdb", "never")
        wait_until("the budget that blocks for ever is found",
                   lambda: not self.well(following, runbook="cluster-upgrade-check"))


class Objects(Runbook):

    KEPT = (("deployment", "web"), ("statefulset", "db"), ("service", "web"), ("configmap", "settings"),
            ("secret", "key"), ("resourcequota", "small"))

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="cfkops-backup-")
        self.addCleanup(self.folder.cleanup)
        self.backup = pathlib.Path(self.folder.name, "shop")

    def back_up(self, *params):
        return self.reads_only("objects-backup", f"to={self.backup}", f"namespaces={SPACE}", *params)

    def test_ABackupHasWhatKubectlTakes(self):
        self.back_up()
        index = json.loads((self.backup / "index.json").read_text())
        kept = {(one["kind"].lower(), one["name"]) for one in index["objects"]}
        self.assertLessEqual({one for one in self.KEPT if one[0] != "secret"}, kept)
        self.assertNotIn(("secret", "key"), kept)
        self.assertFalse({"pod", "replicaset", "event"} & {kind for kind, _ in kept})
        for one in index["objects"]:
            if one["kind"] not in ("Namespace", "PersistentVolumeClaim"):
                lab.kubectl("apply", "--dry-run=server", "-f", self.backup / one["file"])

    def test_ABackupIsRestoredIntoAFreshNamespaceAndTakenBack(self):
        self.back_up("secrets=true", "kinds=configmaps,secrets,services,deployments.apps,statefulsets.apps,"
                     "resourcequotas")
        lab.make_disks("copy", "data-db-0", "data-db-1")
        done = self.carry_out("objects-restore", f"from={self.backup}", "in_namespace=copy")
        for kind, name in self.KEPT:
            there = content(lab, kind, name, SPACE)
            self.assertEqual(content(lab, kind, name, "copy"), there, f"{kind} {name}")
        wait_until("the copy runs", lambda: len(ready_pods(lab, "web", "copy")) == 2
                   and len(ready_pods(lab, "db", "copy")) == 2)
        again = self.carry_out("objects-restore", f"from={self.backup}", "in_namespace=copy")
        self.take_back(again)
        self.assertIsNotNone(content(lab, "configmap", "settings", "copy"), "what another run has made stays")
        # The set has made them: the namespace would stay for them.
        lab.kubectl("-n", "copy", "delete", "pvc", "--all", "--wait=false")
        self.take_back(done)
        for kind, name in self.KEPT:
            self.assertIsNone(content(lab, kind, name, "copy"), f"{kind} {name}")
        self.assertIsNotNone(content(lab, "configmap", "settings", SPACE))

    def test_ARestoreTouchesNothingWhereSomethingDiffers(self):
        self.back_up("kinds=configmaps,services")
        lab.kubectl("-n", SPACE, "delete", "service", "web")
        lab.kubectl("-n", SPACE, "patch", "configmap", "settings", "-p", '{"data": {"color": "red"}}')
        try:
            self.carry_out("objects-restore", f"from={self.backup}", code=5)
            self.assertIsNone(lab.get("service", "web", SPACE))
            replaced = self.carry_out("objects-restore", f"from={self.backup}", "conflict=replace")
            self.assertIsNotNone(lab.get("service", "web", SPACE))
            self.assertEqual(lab.get("configmap", "settings", SPACE)["data"], {"color": "blue"})
            self.take_back(replaced)
            self.assertIsNone(lab.get("service", "web", SPACE))
            self.assertEqual(lab.get("configmap", "settings", SPACE)["data"], {"color": "red"})
        finally:
            furnish(lab)


class Access(Runbook):

    def write(self, text):
        file = lab.state / "objects.yaml"
        file.write_text(text)
        return file

    def may(self, verb):
        return lab.kubectl("-n", SPACE, "auth", "can-i", verb, "configmaps", "--as",
                           f"system:serviceaccount:{SPACE}:clerk", check=False).strip() == "yes"

    def apply(self, runbook, text):
        """Where the file is gone at its undo, that goes by the run's log."""
        file = self.write(text)
        done = self.carry_out(runbook, f"file={file}", f"in_namespace={SPACE}")
        file.unlink()
        return done

    def test_RolesGiveRightsAndTakeThemAgain(self):
        self.assertFalse(self.may("get"))
        first = self.apply("rbac-apply", ROLES.format(verbs="get"))
        wait_until("the clerk may get", lambda: self.may("get"))
        self.assertFalse(self.may("delete"))
        file = self.write(ROLES.format(verbs="get, delete"))
        plan = lab.cfkops("plan", "rbac-apply", "-n", SPACE, "--param", f"file={file}", "--param",
                          f"in_namespace={SPACE}")
        self.assertIn(f"{SPACE}/clerk gains in namespace {SPACE}: delete configmaps", plan.out)
        second = self.apply("rbac-apply", file.read_text())
        wait_until("the clerk may delete", lambda: self.may("delete"))
        self.take_back(second)
        wait_until("the clerk may not delete any more", lambda: not self.may("delete"))
        self.assertTrue(self.may("get"))
        self.take_back(first)
        wait_until("the clerk may not get any more", lambda: not self.may("get"))
        self.assertIsNone(lab.get("rolebinding", "reader", SPACE))

    def friends(self):
        policy = lab.get("networkpolicy", "web", SPACE)
        return policy and policy["spec"]["ingress"][0]["from"][0]["podSelector"]["matchLabels"]["app"]

    def test_NetworkPoliciesAreAppliedAndTakenBack(self):
        first = self.apply("network-policy-apply", POLICY.format(friend="db"))
        self.assertEqual(self.friends(), "db")
        second = self.apply("network-policy-apply", POLICY.format(friend="nobody"))
        self.assertEqual(self.friends(), "nobody")
        self.take_back(second)
        self.assertEqual(self.friends(), "db")
        self.take_back(first)
        self.assertIsNone(self.friends())

    def test_AConnectionThatIsToStayIsNotCutOff(self):
        file = self.write(POLICY.format(friend="nobody"))
        self.carry_out("network-policy-apply", f"file={file}", "keep=* -> shop/web:*", code=5)
        self.assertIsNone(self.friends())


class Logs(Runbook):

    def test_AnArchiveHasWhatKubectlShowsLessTheSecrets(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "incident.tar.gz")
            self.reads_only("logs-collect", f"to={file}", "since=100h")
            with tarfile.open(file) as archive:
                files = {name.split("/", 1)[1]: archive.extractfile(name).read().decode()
                         for name in archive.getnames() if archive.getmember(name).isfile()}
        self.assertFalse([name for name, text in files.items() if "hunter2" in text])
        for pod in [*ready_pods(lab, "web"), *ready_pods(lab, "db")]:
            shown = lab.kubectl("-n", SPACE, "logs", pod, "--timestamps").splitlines()
            self.assertNotEqual(shown, [])
            kept = files[f"logs/{SPACE}/{pod}/it.log"].splitlines()
            self.assertEqual([line.split()[0] for line in kept], [line.split()[0] for line in shown])
            self.assertEqual(kept[-1], shown[-1])
            if pod.startswith("web"):
                self.assertRegex(kept[0], r"password=\[redacted password [0-9a-f]+\]")
        index = json.loads(files["index.json"])
        self.assertEqual({one["coverage"]["complete"] for one in index["logs"]}, {"yes"}, files["coverage.txt"])


class Nodes(Runbook):

    def setUp(self):
        self.node = sorted(ready_pods(lab, "web").values())[0]
        self.addCleanup(lab.kubectl, "uncordon", self.node)

    def cordoned(self):
        return lab.get("node", self.node)["spec"].get("unschedulable", False)

    def mark(self):
        return lab.get("node", self.node)["metadata"].get("annotations", {}).get("cfkops.dev/cordon")

    def test_ANodeIsCordonedAndTakesPodsAgain(self):
        done = self.carry_out("node-cordon", f"node={self.node}", "reason=a test of it")
        self.assertTrue(self.cordoned())
        self.assertIn("a test of it", self.mark())
        self.take_back(done)
        self.assertFalse(self.cordoned())
        self.assertIsNone(self.mark())

    def test_ANodeThatWasCordonedIsUncordonedAndCordonedAgain(self):
        lab.kubectl("cordon", self.node)
        done = self.carry_out("node-uncordon", f"node={self.node}")
        self.assertFalse(self.cordoned())
        self.take_back(done)
        self.assertTrue(self.cordoned())

    def test_ANodeIsEmptiedStaysCordonedAndTakesPodsAgain(self):
        done = self.carry_out("node-drain", f"node={self.node}", "reason=a new disk")
        self.assertTrue(self.cordoned())
        for app in ("web", "db"):
            self.assertNotIn(self.node, ready_pods(lab, app).values())
            self.assertEqual(len(ready_pods(lab, app)), 2)
        self.take_back(done)
        self.assertFalse(self.cordoned())

    def test_NothingGoesWhereABudgetNeverAllowsIt(self):
        before = ready_pods(lab, "web")
        lab.kubectl("apply", "-f", "-", stdin=json.dumps(NEVER))
        self.addCleanup(lab.kubectl, "-n", SPACE, "delete", "pdb", "never")
        wait_until("the budget counts", lambda: lab.get("pdb", "never", SPACE)["status"].get("currentHealthy") == 2)
        done = self.carry_out("node-drain", f"node={self.node}", "reason=a new disk", code=5)
        self.assertIn("never", done.out + done.err)
        self.assertEqual(ready_pods(lab, "web"), before)
        self.assertFalse(self.cordoned())

    def maintain(self, *answers):
        """node-maintenance with a person who answers so; also whether the node was cordoned at each question."""
        left, seen = list(answers), []

        def answer(_):
            seen.append(self.cordoned())
            return left.pop(0)

        done = lab.at_terminal(answer, "run", "node-maintenance", "-n", SPACE, "--param", f"node={self.node}",
                               "--param", "reason=a new kernel", "--yes")
        return done, seen

    def test_ANodeIsEmptyWhileAPersonWorksOnItAndTakesPodsAfterwards(self):
        done, seen = self.maintain("yes", "yes")
        self.assertEqual(done.code, 0, done)
        self.assertEqual(seen, [False, True], "it was cordoned while the work was done")
        self.assertFalse(self.cordoned())
        self.assertNotIn(self.node, ready_pods(lab, "web").values())
        self.assertEqual(len(ready_pods(lab, "web")), 2)

    def test_ANodeStaysCordonedWhereTheWorkIsNotDone(self):
        done, _ = self.maintain("yes", "no")
        self.assertEqual(done.code, 1, done)
        self.assertTrue(self.cordoned())
        self.assertRegex(done.out + done.err, r"next: cfkops (resume|run node-uncordon)")

    def remove(self, *params, code=0):
        return self.carry_out("node-remove", f"node={self.node}", "reason=worn out", *params, code=code)

    def add(self, zone, *params, code=0):
        return self.carry_out("node-add", f"node={self.node}", f"zone={zone}", *params, code=code)

    def test_ANodeGoesForGoodAndIsLetInWhenItHasJoinedAgain(self):
        gone = lab.get("node", self.node)
        zone = gone["metadata"]["labels"]["topology.kubernetes.io/zone"]
        self.remove(f"waiver_volumes={','.join(one['metadata']['name'] for one in lab.items('pv'))}")
        self.assertIsNone(lab.get("node", self.node))
        for app in ("web", "db"):
            self.assertNotIn(self.node, ready_pods(lab, app).values())
            self.assertEqual(len(ready_pods(lab, app)), 2)
        lab.join_again(gone)
        wait_until("it is there again", lambda: lab.get("node", self.node))
        self.assertNotEqual(lab.get("node", self.node)["metadata"]["uid"], gone["metadata"]["uid"])
        lab.kubectl("cordon", self.node)
        lab.kubectl("apply", "-f", "-", stdin=GUEST.format(node=self.node))
        self.addCleanup(lab.kubectl, "-n", SPACE, "delete", "pod", "guest")
        self.add("elsewhere", "within=0s", code=5)
        self.assertTrue(self.cordoned())
        done = self.add(zone)
        self.assertFalse(self.cordoned())
        wait_until("a pod runs there", lambda: ready_pods(lab, "guest") == {"guest": self.node})
        self.take_back(done)
        self.assertTrue(self.cordoned())

    def test_ANodeStaysWhereAVolumeIsOnItAlone(self):
        lab.place_disk(SPACE, "old", node=self.node)
        self.addCleanup(lab.kubectl, "delete", "pv", f"{SPACE}-old")
        before = lab.get("node", self.node)["metadata"]["uid"]
        done = self.remove(code=5)
        self.assertIn(f"{SPACE}-old", done.out + done.err)
        self.assertEqual(lab.get("node", self.node)["metadata"]["uid"], before)
        self.assertFalse(self.cordoned())
        self.assertIn(self.node, ready_pods(lab, "web").values())

    def test_NothingIsDoneWhereNobodyIsThere(self):
        self.carry_out("node-maintenance", f"node={self.node}", "reason=a new kernel", code=4)
        self.assertFalse(self.cordoned())


if __name__ == "__main__":
    unittest.main()
