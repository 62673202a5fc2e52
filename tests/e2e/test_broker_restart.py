"""`cfkops run broker-restart` on real brokers under load: nothing lost, nothing stalled, everything on record."""

import json
import re

from support import BINARY, NAMESPACE, ROOT, TrafficTest, cluster, log_of, run_id

lab = cluster("e2e-restart")


def setUpModule():
    lab.up()
    lab.tool("kafka")


def tearDownModule():
    lab.down()


# What of the operator's definition matters here: the names.
KAFKA_DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "kafkas.platform.confluent.io"},
    "spec": {"group": "platform.confluent.io", "scope": "Namespaced",
             "names": {"kind": "Kafka", "plural": "kafkas", "singular": "kafka"},
             "versions": [{"name": "v1beta1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                 "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}
KAFKA = {
    "apiVersion": "platform.confluent.io/v1beta1", "kind": "Kafka",
    "metadata": {"name": "kafka", "namespace": NAMESPACE},
    "spec": {"replicas": 3, "dependencies": {"kRaftController": {"clusterRef": {"name": "kraftcontroller"}}}}}


def is_active(controller):
    bean = "kafka.controller:type=KafkaController,name=ActiveControllerCount"
    return json.loads(lab.kubectl("get", "--raw", f"/api/v1/namespaces/{NAMESPACE}/pods/{controller}:7777/proxy"
                                                  f"/jolokia/read/{bean}"))["value"]["Value"] == 1


class BrokerRestart(TrafficTest):

    def setUp(self):
        lab.wait_healthy()

    def test_RestartsEveryBrokerUnderLoad(self):
        before = lab.pods()
        with lab.observed() as seen:
            done = lab.cfkops("run", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--yes")
        self.assertEqual(done.code, 0, done)
        self.check_restarted(before, lab.pods())
        self.check_traffic(seen)
        self.check_one_silent_at_a_time(seen["sample"])
        verified = lab.cfkops("audit", "verify", run_id(done))
        self.assertEqual(verified.code, 0, verified)
        joined = lab.cfkops("audit", "join", run_id(done), "--cluster-log", lab.path("audit-log"))
        self.assertEqual(joined.code, 0, joined)
        self.assertIn("both sides agree", joined.out)

    def test_WaitsForSlowCatchUpWhereThePlainRollStalls(self):
        # So slow that some partition is certainly seen behind; once it was, at the rate of the bench.
        lab.tool("slow-replication", "on", "--rate", 100000)
        try:
            with lab.observed(size=5000) as seen:
                run = lab.start(BINARY, "run", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--yes")
                run.wait_for(r"waiting for broker kafka-\d to be in sync again: \d+ of 33 partitions are not in sync "
                             r"yet, [\d,]+ records? behind \[lab-load-\d+: [\d,]+ records? behind its leader on kafka-\d")
                lab.tool("slow-replication", "on")
                done = run.done()
        finally:
            lab.tool("slow-replication", "off")
        self.assertEqual(done.code, 0, done)
        self.check_traffic(seen)

    def test_PlanAndDryRunSendOnlyWhatAReaderMay(self):
        for words in (["plan"], ["run", "--dry-run"]):
            with self.subTest(words=words):
                before, since = lab.pods(), lab.audit_size()
                done = lab.cfkops(*words, "broker-restart", "-n", NAMESPACE, "--param", "settle=0s")
                self.assertEqual(done.code, 0, done)
                self.assertEqual(lab.pods(), before)
                lab.nap(1)
                events = lab.audit_events(since)
                self.assertGreater(len(events), 5)
                for event in events:
                    reads = event["verb"] in ("get", "list", "watch")
                    reviews = event["verb"] == "create" and \
                        event.get("objectRef", {}).get("resource", "").startswith("selfsubject")
                    dry = "dryRun=All" in event["requestURI"]
                    self.assertTrue(reads or reviews or dry, event)

    def test_EveryRequestOfARunIsInTheClustersOwnAuditLog(self):
        since = lab.audit_size()
        done = lab.cfkops("run", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--yes")
        self.assertEqual(done.code, 0, done)
        sent = int(re.search(r"(\d+) requests", done.out)[1])
        lab.nap(2)
        run = run_id(done)
        ids = {event["auditID"] for event in lab.audit_events(since)}
        mine = {one for one in ids if one.startswith(run + "/")}
        # Whoever sends numbers its own: the run, and who keeps its locks.
        of_locks = {one for one in mine if "/lock/" in one}
        of_steps = {one for one in mine if "/hello/" not in one} - of_locks
        self.assertEqual(len(of_steps) + len(of_locks), sent)
        for ours in (of_steps, of_locks):
            self.assertEqual({int(one.rsplit("/", 1)[1]) for one in ours}, set(range(1, len(ours) + 1)))
        self.assertEqual(ids - mine, set(), "requests of this time without the run's id")
        journal = [json.loads(line) for line in log_of(done).read_text().splitlines()]
        effects = [line for line in journal if line["phase"] == "effect"]
        changes = [one for one in lab.audit_events(since)
                   if (one.get("objectRef", {}).get("subresource") == "eviction"
                       or one.get("objectRef", {}).get("resource") == "leases" and one["verb"] in ("create", "patch", "delete"))
                   and "dryRun" not in one["requestURI"]]
        claimed = {audit_id for line in effects for audit_id in line["data"]["auditIds"]}
        self.assertEqual(claimed, {one["auditID"] for one in changes})
        self.assertEqual(len([line for line in journal if line["phase"] == "intent"]), len(effects))

    def test_ASnapshotOfTheClusterCanBeRehearsed(self):
        taken = lab.state / "snapshot.yaml"
        done = lab.cfkops("snapshot", "-n", NAMESPACE, "--out", taken)
        self.assertEqual(done.code, 0, done)
        self.assertEqual(taken.stat().st_mode & 0o777, 0o600)
        done = lab.cfkops("rehearse", "broker-restart", "--snapshot", taken, "-n", NAMESPACE, "--param", "settle=0s",
                          "--faults", ROOT / "tests" / "scenarios" / "faults" / "node-goes.yaml", "--output", "json")
        self.assertEqual(done.code, 0, done)
        report = json.loads(done.out)
        self.assertEqual((report["plain"]["result"], report["harm"]), ("Succeeded", False), report)

    def test_AChangedByteInTheLogIsFoundWithItsLine(self):
        done = lab.cfkops("run", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", "--yes")
        self.assertEqual(done.code, 0, done)
        log = log_of(done)
        self.assertEqual(log.stat().st_mode & 0o777, 0o600)
        good = log.read_bytes()
        for at in [len(good) * part // 10 for part in range(10)] + [len(good) - 1]:
            log.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            verified = lab.cfkops("audit", "verify", str(log))
            self.assertNotEqual(verified.code, 0, f"byte {at}")
            line = good[:at].count(b"\n") + 1
            self.assertIn(f"{log}:{line}:", verified.out)

    def test_RestartsControllersBeforeBrokersAndTheActiveOneLast(self):
        before = {**lab.pods(), **lab.pods("app=kraftcontroller")}
        active = [pod for pod in before if pod.startswith("kraftcontroller") and is_active(pod)]
        self.assertEqual(len(active), 1)
        with lab.observed() as seen:
            done = lab.cfkops("run", "broker-restart", "-n", NAMESPACE, "--param", f"settle={lab.settle(2)}",
                              "--param", "roles=all", "--yes")
        self.assertEqual(done.code, 0, done)
        order = re.findall(r"pod (\S+) evicted", done.err)
        self.assertEqual(sorted(order), sorted(before))
        self.assertTrue(all(pod.startswith("kraftcontroller") for pod in order[:3]), order)
        self.assertEqual(order[2], active[0])
        self.check_restarted(before, {**lab.pods(), **lab.pods("app=kraftcontroller")})
        self.check_traffic(seen)
        self.check_one_silent_at_a_time(seen["sample"])

    def test_FindsTheClusterByItsConfluentResource(self):
        lab.kubectl("apply", "-f", "-", stdin=json.dumps(KAFKA_DEFINITION))
        self.addCleanup(lab.kubectl, "delete", "crd", KAFKA_DEFINITION["metadata"]["name"])
        lab.kubectl("wait", "--for=condition=Established", "crd", KAFKA_DEFINITION["metadata"]["name"])
        lab.kubectl("apply", "-f", "-", stdin=json.dumps(KAFKA))
        uid = json.loads(lab.kubectl("-n", NAMESPACE, "get", "kafkas", "kafka", "-o", "json"))["metadata"]["uid"]
        for target in ([], ["--param", "target=kafka/kafka"]):
            done = lab.cfkops("plan", "broker-restart", "-n", NAMESPACE, "--param", "settle=0s", *target)
            self.assertEqual(done.code, 0, done)
            self.assertIn(f"target = Kafka kafka (uid {uid})", done.out)
            self.assertEqual(sorted(re.findall(r"evict pod confluent/(\S+)", done.out)), sorted(lab.pods()))
        wrong = lab.cfkops("plan", "broker-restart", "-n", NAMESPACE, "--param", "target=kafka/orders")
        self.assertEqual(wrong.code, 2, wrong)
        self.assertIn("kafka/kafka", wrong.err)
