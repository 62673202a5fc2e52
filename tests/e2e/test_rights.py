"""Every shipped runbook as a service account with exactly the roles that `cfkops rbac` prints: it gets through and is
refused nothing; and without any single verb of them it changes nothing."""

import json
import pathlib
import tempfile
import unittest

from shop import POLICY, ROLES, SPACE, furnish, open_shop, ready_pods, wait_until
from support import NAMESPACE, ROOT, cluster, only_full_on_lab

lab = cluster("e2e-rights")

PLACE, NAME = "ops", "runner"
ACCOUNT = f"system:serviceaccount:{PLACE}:{NAME}"

# What a role of a namespace cannot hold (docs/objects.md): who gives rights away has them.
HELD = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: held, namespace: shop}
subjects: [{kind: ServiceAccount, name: runner, namespace: ops}]
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: held}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: held}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
"""


def setUpModule():
    only_full_on_lab()
    lab.up("--nodes", 4)
    lab.tool("kafka")
    lab.wait_healthy()
    open_shop(lab)
    lab.kubectl("create", "namespace", PLACE)
    lab.kubectl("-n", PLACE, "create", "serviceaccount", NAME)


def tearDownModule():
    lab.down()


class Printed:
    """The roles that were printed and applied, and what becomes of them."""

    def __init__(self, runbook, params, namespace):
        words = [word for param in params for word in ("--param", param)]
        done = lab.cfkops("rbac", runbook, "-n", namespace, *words, "--user", ACCOUNT)
        if done.code != 0:
            raise AssertionError(done)
        self.text = done.out
        applied = json.loads(lab.kubectl("apply", "-f", "-", "-o", "json", stdin=self.text))
        objects = applied["items"] if applied["kind"] == "List" else [applied]
        self.roles = [one for one in objects if one.get("rules")]

    def verbs(self):
        """Each role with one of its rules, by number, and one of its verbs."""
        return [(role, number, verb) for role in self.roles for number, rule in enumerate(role["rules"])
                for verb in rule["verbs"]]

    @staticmethod
    def set_rules(role, rules):
        kind, meta = role["kind"].lower(), role["metadata"]
        where = ["-n", meta["namespace"]] if "namespace" in meta else []
        lab.kubectl(*where, "patch", kind, meta["name"], "--type=json", "-p",
                    json.dumps([{"op": "replace", "path": "/rules", "value": rules}]))

    def take(self, role, number, verb):
        """Takes one verb away, and waits until the server says so."""
        rule = role["rules"][number]
        fewer = {**rule, "verbs": [one for one in rule["verbs"] if one != verb]}
        self.set_rules(role, [fewer if at == number else one for at, one in enumerate(role["rules"])
                              if at != number or fewer["verbs"]])
        wait_until(f"{verb} of {rule} is taken away", lambda: not may(role, rule, verb), 10)

    def forget(self):
        lab.kubectl("delete", "-f", "-", stdin=self.text)


def may(role, rule, verb):
    """Whether the account may do that still, by the server's own word; also of kinds that it does not serve."""
    if "nonResourceURLs" in rule:
        asked = {"nonResourceAttributes": {"verb": verb, "path": rule["nonResourceURLs"][0]}}
    else:
        resource, _, part = rule["resources"][0].partition("/")
        asked = {"resourceAttributes": {
            "verb": verb, "group": rule["apiGroups"][0], "resource": resource, "subresource": part,
            "name": "".join(rule.get("resourceNames", [])[:1]), "namespace": role["metadata"].get("namespace", "")}}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": asked}
    told = lab.kubectl("create", "--as", ACCOUNT, "-o", "json", "-f", "-", stdin=json.dumps(review))
    return json.loads(told)["status"]["allowed"]


def goes_without(rule, verb, asks):
    """What cannot be missed here."""
    if "nonResourceURLs" in rule:
        return rule["nonResourceURLs"] != ["/metrics"]  # the others every cluster lets everybody read
    resource = rule["resources"][0]
    # Kafka is found by its StatefulSets, too, whose owners name it; and none mounts a certificate.
    return not asks and (resource == "kafkas" or (resource == "secrets" and verb == "get"))


class Rights(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cfkops-rights-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.config = lab.kubeconfig_of(PLACE, NAME)

    def as_account(self, runbook, params, namespace):
        if runbook in ("cluster-health", "system-status"):
            lab.elect_leaders()
        flags = ("--yes", "--kubeconfig", self.config)
        if runbook != "node-maintenance":
            return lab.run(runbook, *params, namespace=namespace, flags=flags)
        words = [word for param in params for word in ("--param", param)]
        return lab.at_terminal(lambda _: "yes", "run", runbook, "-n", namespace, *words, *flags)

    def refused(self, since):
        """What the account was not allowed. Which cluster it is stands in the log by the uid of a namespace, or else
        by its address."""
        return [f"{one['verb']} {one['requestURI']}" for one in lab.audit_events(since)
                if one["user"]["username"] == ACCOUNT and one["responseStatus"]["code"] == 403
                and one["requestURI"] != "/api/v1/namespaces/kube-system"]

    def hold(self, runbook, *params, namespace=SPACE, extra=""):
        """That the printed roles are enough for this run, and that none of their verbs is too many."""
        if extra:
            lab.kubectl("apply", "-f", "-", stdin=extra)
            self.addCleanup(lab.kubectl, "delete", "-f", "-", stdin=extra)
        printed = Printed(runbook, params, namespace)
        try:
            self.assertNotEqual(printed.roles, [], printed.text)
            self.miss_each(printed, (runbook, params, namespace))
            since = lab.audit_size()
            done = self.as_account(runbook, params, namespace)
            self.assertEqual(done.code, 0, done)
            self.assertEqual(self.refused(since), [])
        finally:
            printed.forget()

    def miss_each(self, printed, run):
        asks = "check: permission" in (ROOT / "runbooks" / f"{run[0]}.yaml").read_text()
        for role, number, verb in printed.verbs():
            rule = role["rules"][number]
            if not goes_without(rule, verb, asks):
                with self.subTest(runbook=run[0], rule=json.dumps(rule), without=verb):
                    self.miss(printed, (role, number, verb), run, asks)
        for role, number, verb in printed.verbs():
            rule = role["rules"][number]
            wait_until(f"{verb} of {rule} is given again", lambda r=role, u=rule, v=verb: may(r, u, v), 10)

    def miss(self, printed, taken, run, asks):
        role, number, verb = taken
        printed.take(role, number, verb)
        try:
            since = lab.audit_size()
            done = self.as_account(*run)
            self.assertEqual(lab.writes(since), [])
            # What only looks goes on, and does not call well what it could not see.
            self.assertIn(done.code, (5,) if asks else (1, 5, 9), done)
            self.assertRegex(done.out + done.err, r"(?i)forbidden|may not|not allowed|permission", done)
        finally:
            printed.set_rules(role, role["rules"])

    # Nothing of these is to be taken back.

    def test_ClusterHealth(self):
        wait_until("the cluster is well", self.is_well, 180)
        self.hold("cluster-health")
        self.hold("cluster-health", "profile=sop")

    def test_SystemStatus(self):
        wait_until("the cluster is well", self.is_well, 180)
        self.hold("system-status")

    def test_ClusterUpgradeCheck(self):
        version = json.loads(lab.kubectl("version", "-o", "json"))["serverVersion"]
        self.hold("cluster-upgrade-check", f"to_version={version['major']}.{int(version['minor']) + 1}")

    def is_well(self):
        lab.elect_leaders()
        return lab.run("cluster-health", namespace=SPACE).code == 0

    def test_CertificatesExpiry(self):
        self.hold("certificates-expiry")
        self.hold("certificates-expiry", f"in_namespace={SPACE}")

    def test_VolumeStatus(self):
        self.hold("volume-status")

    def test_CapacityReport(self):
        self.hold("capacity-report")

    def test_LogsCollect(self):
        self.hold("logs-collect", f"to={self.folder}/shop.tar.gz")
        self.hold("logs-collect", f"to={self.folder}/kafka.tar.gz", "accept_gaps=true", namespace=NAMESPACE)

    def test_ObjectsBackup(self):
        self.hold("objects-backup", f"to={self.folder}/shop", f"namespaces={SPACE}")
        self.hold("objects-backup", f"to={self.folder}/secrets", f"namespaces={SPACE}", "secrets=true", "kinds=secrets")

    # Each is given its former state again.

    def test_WorkloadScale(self):
        self.addCleanup(furnish, lab)
        self.hold("workload-scale", "workload=deployment/web", "replicas=3")
        self.hold("workload-scale", "workload=statefulset/db", "replicas=1")

    def test_SecurityPatch(self):
        self.addCleanup(furnish, lab)
        for workload in ("deployment/web", "statefulset/db"):
            self.hold("security-patch", f"workload={workload}", "image=localhost/busybox:1", "settle=0s")

    def test_NamespaceQuota(self):
        self.addCleanup(furnish, lab)
        self.hold("namespace-quota", "quota=small")
        self.hold("namespace-quota", "quota=small", "hard=pods=20")

    def test_VolumeExpand(self):
        with lab.disk_driver(SPACE):
            self.hold("volume-expand", "target=persistentvolumeclaim/data-db-0", "size=2Gi")
            self.hold("volume-expand", "target=statefulset/db", "size=3Gi")

    def test_ObjectsRestore(self):
        backup = self.folder / "shop"
        done = lab.run("objects-backup", f"to={backup}", f"namespaces={SPACE}",
                       "kinds=configmaps,services,deployments.apps", namespace=SPACE)
        self.assertEqual(done.code, 0, done)
        lab.kubectl("create", "namespace", "copy")  # one that is yet to be made has no roles
        self.addCleanup(lab.kubectl, "delete", "namespace", "copy", "--wait=false")
        self.hold("objects-restore", f"from={backup}", "in_namespace=copy")

    def test_RbacApply(self):
        file = self.folder / "roles.yaml"
        file.write_text(ROLES.format(verbs="get"))
        self.addCleanup(lab.kubectl, "delete", "-f", file, "--ignore-not-found")
        self.hold("rbac-apply", f"file={file}", extra=HELD)

    def test_NetworkPolicyApply(self):
        file = self.folder / "policies.yaml"
        self.addCleanup(lab.kubectl, "delete", "-f", file, "--ignore-not-found")
        for friend in ("db", "nobody"):  # once it is made, once it is replaced
            file.write_text(POLICY.format(friend=friend))
            self.hold("network-policy-apply", f"file={file}")

    def test_NodeCordonAndUncordon(self):
        node = lab.nodes()[0]
        self.addCleanup(lab.kubectl, "uncordon", node)
        self.hold("node-cordon", f"node={node}", "reason=a test of rights", namespace="default")
        self.hold("node-uncordon", f"node={node}", namespace="default")

    def test_NodeDrain(self):
        self.empty("node-drain")

    def test_NodeMaintenance(self):
        self.empty("node-maintenance")

    def test_NodeRemoveAndAdd(self):
        volumes = ",".join(one["metadata"]["name"] for one in lab.items("pv"))
        nodes = {one["metadata"]["name"]: one for one in lab.items("nodes")}
        node = self.empty("node-remove", f"waiver_volumes={volumes}")
        lab.join_again(nodes[node])
        wait_until("it is there again", lambda: lab.get("node", node))
        lab.kubectl("cordon", node)
        self.hold("node-add", f"node={node}", namespace="default")

    def empty(self, runbook, *params):
        """A node with a broker, and with a part of the shop where there is such; tells which."""
        lab.wait_healthy()
        front = set(ready_pods(lab, "web").values())
        brokers = sorted(set(ready_pods(lab, "kafka", NAMESPACE).values()))
        node = next((name for name in brokers if name in front), brokers[0])
        self.addCleanup(lab.kubectl, "uncordon", node)
        self.hold(runbook, f"node={node}", "reason=a test of rights", "settle=0s", *params, namespace="default")
        return node

    def test_BrokerRestart(self):
        lab.wait_healthy()
        for roles in ("brokers", "controllers"):
            self.hold("broker-restart", "settle=0s", f"roles={roles}", namespace=NAMESPACE)

    def test_EachShippedRunbookIsAmongThem(self):
        text = pathlib.Path(__file__).read_text()
        for file in sorted((ROOT / "runbooks").glob("*.yaml")):
            self.assertIn(f'"{file.stem}"', text)


if __name__ == "__main__":
    unittest.main()
