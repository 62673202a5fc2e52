"""What the end-to-end tests share: a cluster, cfkops runs on it, load and samples around them."""

import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("CFKOPS_BINARY", ROOT / "build" / "release" / "cfkops"))
TOOL = ROOT / "tests" / "lab" / "lab"
NAMESPACE = "confluent"
USER_AGENT = "cfkops/"
MARK = "cfkops.roll.kafka"  # the Lease
DELIVERY_TIMEOUT = 120  # seconds, of a producer as it comes

# All that a restart of brokers needs, less the eviction.
ROLE = """
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}, namespace: confluent}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: {name}, namespace: confluent}}
rules:
- {{apiGroups: [""], resources: [pods], verbs: [get, list]}}
- {{apiGroups: [""], resources: [pods/proxy, pods/log], verbs: [get]}}
- {{apiGroups: [apps], resources: [statefulsets], verbs: [get, list]}}
- {{apiGroups: [policy], resources: [poddisruptionbudgets], verbs: [get, list]}}
- {{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, patch, delete]}}
{eviction}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: {name}, namespace: confluent}}
subjects: [{{kind: ServiceAccount, name: {name}, namespace: confluent}}]
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {name}}}
"""
# A class whose volumes may grow.
DISKS = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: disks}}
provisioner: {provisioner}
volumeBindingMode: {binding}
allowVolumeExpansion: true
"""
EVICTION = '- {apiGroups: [""], resources: [pods/eviction], verbs: [create]}'


class Done:
    """A command that ended, with what it said."""

    def __init__(self, code, out, err, seconds, peak_kib):
        self.code, self.out, self.err, self.seconds, self.peak_kib = code, out, err, seconds, peak_kib

    def __str__(self):
        return f"exit {self.code} after {self.seconds:.1f} s\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Started:
    """A command under way; its peak memory is read while it lives."""

    def __init__(self, argv, env=None):
        self.began = time.monotonic()
        self.peak_kib = 0
        self.lines = []
        self.process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})}, cwd=ROOT)
        self.out = []
        self.threads = [threading.Thread(target=self._read, args=(self.process.stdout, self.out)),
                        threading.Thread(target=self._read, args=(self.process.stderr, self.lines)),
                        threading.Thread(target=self._watch_memory)]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def _read(stream, into):
        for line in stream:
            into.append(line)

    def _watch_memory(self):
        # The pid stays the same from `lab exec` through `ip netns exec` to cfkops; only the last counts.
        while self.process.poll() is None:
            with contextlib.suppress(OSError, TypeError):  # it may end while it is being read
                status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
                if re.search(r"^Name:\s+cfkops$", status, re.M):
                    self.peak_kib = max(self.peak_kib, int(re.search(r"VmHWM:\s+(\d+)", status)[1]))
            time.sleep(0.1)

    def wait_for(self, text, seconds=120):
        """Waits until standard error says something that matches."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if re.search(text, "".join(list(self.lines))):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"'{text}' was not said; ended {self.process.poll()}:\n"
                             f"{''.join(self.out)}{''.join(self.lines)}")

    def done(self, timeout=600):
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("not done in time:\n" + "".join(self.lines)) from None
        for thread in self.threads:
            thread.join()
        return Done(self.process.returncode, "".join(self.out), "".join(self.lines),
                    time.monotonic() - self.began, self.peak_kib)


class Cluster:
    """What the two kinds of clusters for a test file have in common."""

    def __init__(self, name):
        self.name = name
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="cfkops-e2e-"))

    def down(self):
        shutil.rmtree(self.state, ignore_errors=True)

    def start(self, *argv, env=None):
        return Started(self.argv(*argv), {**self.env, **(env or {})})

    def cfkops(self, *words, env=None, timeout=600):
        return self.start(BINARY, *words, env=env).done(timeout)

    def kubectl(self, *words, check=True, stdin=None):
        done = subprocess.run([*map(str, self.kubectl_argv()), *map(str, words)], text=True, input=stdin,
                              capture_output=True, env={**os.environ, **self.env}, cwd=ROOT)
        if check and done.returncode != 0:
            raise AssertionError(f"kubectl {' '.join(map(str, words))}: {done.stderr}")
        return done.stdout

    def get(self, kind, name, namespace=NAMESPACE):
        """The object, as kubectl shows it, or nothing."""
        shown = self.kubectl("-n", namespace, "get", kind, name, "--ignore-not-found", "-o", "json")
        return json.loads(shown) if shown else None

    def items(self, kind, namespace=NAMESPACE):
        return json.loads(self.kubectl("-n", namespace, "get", kind, "-o", "json"))["items"]

    def run(self, runbook, *params, namespace=NAMESPACE, flags=("--yes",), **options):
        """A run of a runbook, with parameters as name=value."""
        words = [word for param in params for word in ("--param", param)]
        return self.cfkops("run", runbook, "-n", namespace, *words, *flags, **options)

    def at_terminal(self, answer, *words):
        """A command of cfkops with somebody at its terminal: `answer` gets what was said up to a question."""
        ours, theirs = pty.openpty()
        said, out = "", []
        with subprocess.Popen([*map(str, self.argv(BINARY, *words))], stdin=theirs, stdout=subprocess.PIPE, cwd=ROOT,
                              stderr=subprocess.PIPE, text=True, env={**os.environ, **self.env}) as child:
            reader = threading.Thread(target=lambda: out.append(child.stdout.read()))
            reader.start()
            while letter := child.stderr.read(1):
                said += letter
                if re.search(r"(is a yes|Type yes or no): $", said):
                    os.write(ours, f"{answer(said)}\n".encode())
            reader.join()
        os.close(ours)
        os.close(theirs)
        return Done(child.returncode, out[0], said, 0, 0)

    def place_disk(self, namespace, claim, node=None):
        """A volume for that claim; one of that node, if one is named."""
        spec = {"storageClassName": "disks", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"},
                "persistentVolumeReclaimPolicy": "Retain", "claimRef": {"namespace": namespace, "name": claim},
                "hostPath": {"path": f"{self.disks_folder()}/{namespace}-{claim}", "type": "DirectoryOrCreate"}}
        if node:
            spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [
                {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}]}}
        self.kubectl("apply", "-f", "-", stdin=json.dumps({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"{namespace}-{claim}"},
            "spec": spec}))

    def account(self, name, may_evict=True):
        """The kubeconfig of a service account that has just the rights of a broker restart, or all but one."""
        self.kubectl("apply", "-f", "-", stdin=ROLE.format(name=name, eviction=EVICTION if may_evict else ""))
        return self.kubeconfig_of(NAMESPACE, name)

    def kubeconfig_of(self, namespace, name):
        """A kubeconfig with a token of that service account and nothing else."""
        token = self.kubectl("-n", namespace, "create", "token", name).strip()
        config = self.state / f"kubeconfig-{name}"
        config.write_text(self.path("kubeconfig").read_text())
        shown = json.loads(self.kubectl("--kubeconfig", config, "config", "view", "--raw", "-o", "json"))
        shown["users"] = [{"name": "me", "user": {"token": token}}]
        shown["contexts"] = [{"name": "me", "context": {"cluster": shown["clusters"][0]["name"], "user": "me"}}]
        shown["current-context"] = "me"
        config.write_text(json.dumps(shown))
        return config

    def pods(self, selector="app=kafka"):
        """Name to (uid, ready) of the pods in Kafka's namespace."""
        items = json.loads(self.kubectl("-n", NAMESPACE, "get", "pods", "-l", selector, "-o", "json"))["items"]
        return {one["metadata"]["name"]: (
            one["metadata"]["uid"],
            any(c["type"] == "Ready" and c["status"] == "True" for c in one["status"].get("conditions", [])))
            for one in items}

    def nodes(self):
        """Their names, in order."""
        return sorted(one["metadata"]["name"]
                      for one in json.loads(self.kubectl("get", "nodes", "-o", "json"))["items"])

    def mark(self):
        """What the mark of an unfinished roll says, or nothing."""
        lease = self.kubectl("-n", NAMESPACE, "get", "lease", MARK, "--ignore-not-found", "-o", "json")
        return json.loads(json.loads(lease)["metadata"]["annotations"]["cfkops.dev/roll"]) if lease else None

    def forget_mark(self):
        """The next run restarts all brokers, however the last one ended."""
        self.kubectl("-n", NAMESPACE, "delete", "lease", MARK, "--ignore-not-found")

    def audit_events(self, since):
        """The API server's own records of our requests, from byte `since` of its log."""
        with self.path("audit-log").open("rb") as log:
            log.seek(since)
            events = [json.loads(line) for line in log if line.endswith(b"\n")]
        return [one for one in events
                if one["stage"] == "ResponseComplete" and one.get("userAgent", "").startswith(USER_AGENT)]

    def writes(self, since):
        """What we have changed in the cluster since byte `since` of its log, as "verb resource/name"."""
        return [f"{one['verb']} {one['objectRef']['resource']}/{one['objectRef'].get('name', '')}"
                for one in self.audit_events(since)
                if one["verb"] in ("create", "update", "patch", "delete", "deletecollection")
                and one["objectRef"].get("apiGroup") not in ("authorization.k8s.io", "authentication.k8s.io")
                and "dryRun=" not in one["requestURI"] and one["responseStatus"]["code"] < 400]

    def audit_size(self):
        return self.path("audit-log").stat().st_size


class Lab(Cluster):
    """A real cluster with Kafka, for one test file."""

    def __init__(self, name):
        super().__init__(name)
        self.env = {"CFKOPS_LAB_NAME": name, "CFKOPS_STATE_DIR": str(self.state)}

    def tool(self, *words, check=True):
        done = subprocess.run([str(TOOL), *map(str, words)], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, env={**os.environ, **self.env}, cwd=ROOT)
        if check and done.returncode != 0:
            raise AssertionError(f"lab {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
        return done.stdout

    def up(self, *options):
        self.tool("up", "--owner", os.getpid(), *options)

    def up_for_objects(self, nodes=3):
        """For tests that want no Kafka, and only objects."""
        self.up("--nodes", nodes)

    def join_again(self, node):
        """Has the kubelet of a node that was deleted register it anew: it does so when it is started, and only then."""
        for action in ("stop", "start"):
            self.tool("kubelet", action, node["metadata"]["name"])

    def down(self):
        self.tool("down", check=False)
        super().down()

    def path(self, what):
        return pathlib.Path(self.tool("path", what).strip())

    def argv(self, *words):
        """What to start so that this command reaches the cluster."""
        return [TOOL, "exec", *words]

    def kubectl_argv(self):
        return self.argv("kubectl")

    def make_disks(self, namespace, *claims):
        """Room for those claims of the class `disks`: the lab has nobody who would make volumes."""
        self.kubectl("apply", "-f", "-", stdin=DISKS.format(provisioner="kubernetes.io/no-provisioner",
                                                            binding="Immediate"))
        for claim in claims:
            self.place_disk(namespace, claim)

    def disks_folder(self):
        return f"{json.loads(self.tool('status'))['dir']}/memory/disks"

    def place_static_pod(self, node, pod):
        """Has the kubelet of a node run this by itself, so that the server shows a mirror of it."""
        name = f"{pod['metadata']['namespace']}-{pod['metadata']['name']}"
        (self.static_pods(node) / f"{name}.json").write_text(json.dumps(pod))

    def remove_static_pods(self, node, namespace):
        for file in self.static_pods(node).glob(f"{namespace}-*.json"):
            file.unlink()

    def static_pods(self, node):
        return self.path("dir") / node.replace("node-", "n") / "static"

    @contextlib.contextmanager
    def disk_driver(self, namespace):
        """While it lasts, volumes grow when their claims ask for it: the lab has nobody who would see to that."""
        ended = threading.Event()

        def patch(kind, name, part, wanted, *words):
            self.kubectl("-n", namespace, "patch", kind, name, "--type=merge", *words, "-p",
                         json.dumps({part: {"capacity": {"storage": wanted}}}), check=False)

        def work():
            while not ended.wait(0.3):
                for claim in self.items("pvc", namespace):
                    wanted = claim["spec"]["resources"]["requests"]["storage"]
                    if claim["status"].get("capacity", {}).get("storage") not in (None, wanted):
                        patch("pv", claim["spec"]["volumeName"], "spec", wanted)
                        patch("pvc", claim["metadata"]["name"], "status", wanted, "--subresource=status")

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def elect_leaders(self):
        """Leases that are valid for a moment: the lab's controller manager and scheduler are alone, and take none."""
        now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
        for name in ("kube-controller-manager", "kube-scheduler"):
            self.kubectl("apply", "-f", "-", stdin=json.dumps({
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": {"name": name, "namespace": "kube-system"},
                "spec": {"holderIdentity": "the-only-one", "leaseDurationSeconds": 15, "renewTime": now}}))

    def nap(self, seconds):
        """Lets so much of the cluster's time go by."""
        time.sleep(seconds)

    def settle(self, seconds):
        """So much of the cluster's time, as a runbook's parameter."""
        return f"{seconds}s"

    def slow_return(self):
        """While it lasts, a broker that was restarted is not in sync at once: here it takes seconds anyway."""
        return contextlib.nullcontext()

    def on_disks(self, script):
        """Runs a shell script where the pods' data is, which only the lab's own processes see."""
        status = json.loads(self.tool("status"))
        subprocess.run(["nsenter", "-t", str(status["daemons"]["apiserver"]["pid"]), "-m", "sh", "-ec",
                        f"cd '{status['dir']}/memory/kafka/{NAMESPACE}'\n{script}"],
                       check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def spoil_disks(self):
        """A data directory of another cluster: the running broker does not mind, the next start does."""
        self.on_disks("sed -i 's/^cluster.id=/cluster.id=OTHER/' $(find kafka-* -name meta.properties)")

    def repair_disks(self):
        self.on_disks("sed -i 's/^cluster.id=OTHER/cluster.id=/' $(find kafka-* -name meta.properties)")

    def wait_healthy(self, seconds=180):
        """Waits until every broker is Ready and nothing is under-replicated."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pods = self.pods()
            if len(pods) == 3 and all(ready for _, ready in pods.values()):
                report = json.loads(self.tool("sample", "--seconds", "1"))
                last = report["rows"][-1]["brokers"] if report["rows"] else {}
                if len(last) == 3 and not any(one["under_replicated"] for one in last.values()):
                    return
            time.sleep(0.5)
        raise AssertionError(f"Kafka did not get healthy: {self.pods()}")

    @contextlib.contextmanager
    def observed(self, rate=200, size=100):
        """Load and samples around what is done inside; yields a dict filled in at the end."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="cfkops-observed-"))
        stop = folder / "stop"
        seen = {}
        clients = {}
        for what, options in (("load", ["--rate", rate, "--size", size, "--seconds", 600]), ("sample", [])):
            clients[what] = Started([TOOL, what, "--out", folder / f"{what}.json", "--ready-file",
                                     folder / f"{what}.ready", "--until-file", stop, *options], self.env)
        try:
            until = time.monotonic() + 60
            while not all((folder / f"{what}.ready").exists() for what in clients):
                if time.monotonic() > until:
                    raise AssertionError("load or samples did not start")
                time.sleep(0.05)
            time.sleep(2)  # a steady stretch before, so that the first gap has a beginning
            yield seen
            time.sleep(1)
        finally:
            stop.touch()
            ended = {what: client.done(120) for what, client in clients.items()}
        for what, done in ended.items():
            if done.code != 0:
                raise AssertionError(f"{what}: {done}")
            seen[what] = json.loads((folder / f"{what}.json").read_text())
        shutil.rmtree(folder)


def cluster(name):
    """What CFKOPS_E2E_ON says: the lab, or the sandbox in its place."""
    if os.environ.get("CFKOPS_E2E_ON", "lab") == "lab":
        return Lab(name)
    from sandbox import Sandbox  # it builds on this module
    return Sandbox(name)


def only_full_on_lab():
    """For setUpModule of a file whose tests take minutes on the lab."""
    if os.environ.get("CFKOPS_E2E_ON", "lab") == "lab" and not os.environ.get("CFKOPS_FULL"):
        raise unittest.SkipTest("on the lab a part of 'tests/run.sh full': it takes minutes")


def events(done):
    """The JSON events of a run with --output json."""
    return [json.loads(line) for line in done.out.splitlines()]


def run_id(done):
    """The id of a run, as its first lines say it."""
    return re.search(r"^run (\S+) on ", done.err, re.M)[1]


def log_of(done):
    return pathlib.Path(re.search(r"^log (\S+)", done.err, re.M)[1])


def problems_of_records(lab, *checker, timeout=600):
    """Case to its differences where `checker`, a Python program with its options, asks the lab. None ran: a failure."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        done = lab.start(sys.executable, *checker, "--report", report.name).done(timeout)
        if done.code not in (0, 1):
            raise AssertionError(f"{checker[0]}: {done}")
        results = json.load(report)
    if not results:
        raise AssertionError(f"{checker[0]}: no case was answered")
    return {name: one["problems"] for name, one in results.items()}


class TrafficTest(unittest.TestCase):
    """Judges what load and samples saw around a run."""

    def check_traffic(self, seen):
        """Nothing lost, refused or under min ISR. How long acks paused is a figure of the bench: it depends on what
        else the machine does."""
        self.check_nothing_lost(seen)
        load, sample = seen["load"], seen["sample"]
        if "simulated" in load:
            return
        self.assertEqual(load["unflushed"], 0, load)
        self.assertEqual(load["duplicates"], 0, load)
        self.assertLessEqual(sample["longest_interval_s"], 0.5, "samples were too far apart to prove it")

    def check_nothing_lost(self, seen):
        """What must hold whatever happens around a run."""
        load, sample = seen["load"], seen["sample"]
        if "simulated" in load:
            # It loses no record that has all acks; what waits longer than its producer does is refused.
            kafka = load["simulated"]
            self.assertEqual(kafka["mostUnderMinIsr"], 0, kafka)
            self.assertLess(kafka["longestPartitionGapSeconds"], DELIVERY_TIMEOUT, kafka)
            return
        self.assertEqual(load["failed"], 0, load)
        self.assertEqual(load["acked_but_lost"], 0, load)
        self.assertEqual(sample["max_under_min_isr"], 0, "partitions were under min ISR")

    def check_one_silent_at_a_time(self, sample):
        if "simulated" in sample:
            self.assertEqual(sample["simulated"]["mostBrokersDown"], 1, sample)
            return
        silences = [(start, end, broker) for broker, spans in sample["silences"].items()
                    for start, end in spans if end - start > 1]
        silences.sort()
        for (_, end, one), (start, _, other) in zip(silences, silences[1:]):
            self.assertLessEqual(end, start + 0.5, f"brokers {one} and {other} were silent together")

    def check_restarted(self, before, after):
        self.assertEqual(set(before), set(after))
        for pod, (uid, ready) in after.items():
            self.assertNotEqual(uid, before[pod][0], f"{pod} was not restarted")
            self.assertTrue(ready, f"{pod} is not Ready")
