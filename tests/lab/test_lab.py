#!/usr/bin/env python3
"""Tests of the lab itself: it starts, it is real, and it leaves nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

LAB = Path(__file__).resolve().parent / "lab"


def lab(name, *arguments, check=True, timeout=300):
    done = subprocess.run([sys.executable, str(LAB), "--name", name, *arguments],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=timeout, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"lab {' '.join(arguments)}: {done.returncode}: {done.stderr}")
    return done


def start(name, *arguments):
    return subprocess.Popen([sys.executable, str(LAB), "--name", name, *arguments],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def read(path):
    try:
        return Path(path).read_bytes().decode(errors="replace")
    except OSError:
        return ""


def members_of(name):
    """Pids in the lab's cgroups: the processes that are its own beyond doubt.
    Looks by itself instead of asking the lab, which might overlook the same."""
    mark = f"cfklab.{name}"
    found = set()
    for entry in filter(str.isdigit, os.listdir("/proc")):
        for line in read(f"/proc/{entry}/cgroup").splitlines():
            if mark in line.split(":", 2)[2].split("/"):
                found.add(int(entry))
    return found


def mentioned_in(name):
    """Pids of processes whose command line speaks of the lab. Good for
    looking, never for killing: anybody may mention it."""
    words = re.compile(rf"cfklab\.{re.escape(name)}(?![\w-])|/cfkops-lab/labs/{re.escape(name)}/")
    return {int(entry) for entry in filter(str.isdigit, os.listdir("/proc"))
            if int(entry) != os.getpid() and words.search(read(f"/proc/{entry}/cmdline"))}


def traces(name):
    """All that is on the machine of a lab of this name."""
    mark = f"cfklab.{name}"
    found = [f"process {pid}: {read(f'/proc/{pid}/cmdline')}"
             for pid in members_of(name) | mentioned_in(name)]
    named = re.compile(rf"{re.escape(mark)}(\.n\d+)?")
    listed = subprocess.run(["ip", "netns", "list"], stdout=subprocess.PIPE, text=True, check=True)
    found += [f"netns {line}" for line in listed.stdout.splitlines() if named.match(line.split()[0])]
    for line in read("/proc/self/mountinfo").splitlines():
        if mark in line or f"/cfkops-lab/labs/{name}/" in line:
            found.append(f"mount {line}")
    for top, folders, _ in os.walk("/sys/fs/cgroup"):
        found += [f"cgroup {top}/{one}" for one in folders if one == mark]
    for place in ("/run", "/etc/netns", "/run/netns", "/var/log", "/tmp", "/var/lib/cni"):
        if os.path.isdir(place):
            found += [f"file {place}/{one}" for one in os.listdir(place) if mark in one]
    folder = lab(name, "path", "dir").stdout.strip()
    if os.path.exists(folder):
        found.append(f"folder {folder}")
    return found


def host_interfaces():
    return set(os.listdir("/sys/class/net"))


class LabTest(unittest.TestCase):
    """Names carry the process id, so that two runs of this file do not meet."""

    @classmethod
    def setUpClass(cls):
        able = lab("check", "check", check=False)
        if able.returncode != 0:
            raise unittest.SkipTest(able.stderr.strip())
        lab("build", "build", timeout=3600)

    def setUp(self):
        self.interfaces = host_interfaces()
        self.private = {path: os.path.exists(path) for path in ("/var/lib/kubelet", "/var/lib/cni")}

    def new_name(self, stem):
        name = f"{stem}-{os.getpid()}"
        self.addCleanup(lab, name, "down")
        return name

    def assert_nothing_left(self, name):
        self.assertEqual(traces(name), [])
        self.assertEqual(host_interfaces(), self.interfaces)

    def assert_running(self, name):
        facts = json.loads(lab(name, "status").stdout)
        self.assertTrue(facts["api_ready"], facts)
        self.assertEqual(facts["ready_nodes"], ["node-1"])
        self.assertTrue(all(one["alive"] for one in facts["daemons"].values()), facts)
        return facts

    def test_two_labs_run_side_by_side_and_each_goes_alone(self):
        one, two = self.new_name("one"), self.new_name("two")
        # Together, so that they also compete for a subnet.
        for name, process in [(name, start(name, "up", "--nodes", "1", "--owner", str(os.getpid())))
                              for name in (one, two)]:
            self.assertEqual(process.wait(300), 0, f"{name}: {process.stderr.read()}")
            process.stderr.close()
        self.assertNotEqual(self.assert_running(one)["server"], self.assert_running(two)["server"])

        lab(one, "exec", "kubectl", "run", "greeter", "--image=busybox:1", "--restart=Never",
            "--", "sh", "-c", "nslookup kubernetes.default.svc.cluster.local && echo greetings")
        lab(one, "exec", "kubectl", "wait", "pod/greeter", "--timeout=60s",
            "--for=jsonpath={.status.phase}=Succeeded")
        self.assertIn("greetings", lab(one, "exec", "kubectl", "logs", "greeter").stdout)
        self.assertEqual(lab(two, "exec", "kubectl", "get", "pods", "-o", "name").stdout, "")

        again = lab(one, "up", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("already up", again.stderr)

        lab(one, "down")
        self.assertEqual(traces(one), [])
        self.assert_running(two)
        lab(two, "down")
        self.assert_nothing_left(two)
        lab(two, "down")  # nothing there, and no reason to complain

    def test_kubelets_do_not_meet_at_the_path_that_no_option_moves(self):
        name = self.new_name("paths")
        lab(name, "up", "--nodes", "2", "--owner", str(os.getpid()))
        daemons = json.loads(lab(name, "status").stdout)["daemons"]
        sockets = [os.stat(os.path.join("/proc", str(daemons[one]["pid"]), "root", "var/lib/kubelet",
                                        "device-plugins", "kubelet.sock"))
                   for one in ("kubelet-n1", "kubelet-n2")]
        self.assertFalse(os.path.samestat(*sockets))
        # A volume that a kubelet mounts is still seen by the node's containers.
        lab(name, "exec", "kubectl", "run", "reader", "--image=busybox:1", "--restart=Never", "--",
            "cat", "/var/run/secrets/kubernetes.io/serviceaccount/namespace")
        lab(name, "exec", "kubectl", "wait", "pod/reader", "--timeout=60s",
            "--for=jsonpath={.status.phase}=Succeeded")
        self.assertEqual(lab(name, "exec", "kubectl", "logs", "reader").stdout, "default")
        lab(name, "down")
        self.assert_nothing_left(name)

    def test_the_audit_log_knows_every_request_even_after_a_server_crash(self):
        name = self.new_name("audit")
        lab(name, "up", "--nodes", "1", "--owner", str(os.getpid()))
        lab(name, "exec", "kubectl", "get", "nodes")
        lab(name, "apiserver", "stop")
        refused = lab(name, "exec", "kubectl", "get", "nodes", "--request-timeout=2s", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertFalse(json.loads(lab(name, "status").stdout)["api_ready"])
        lab(name, "apiserver", "start")
        lab(name, "exec", "kubectl", "create", "namespace", "afterwards")

        log = read(lab(name, "path", "audit-log").stdout.strip())
        events = [json.loads(line) for line in log.splitlines()]
        mine = [one for one in events if one.get("userAgent", "").startswith("kubectl/")]
        seen = {(one["verb"], one["objectRef"]["resource"]) for one in mine if "objectRef" in one}
        self.assertLessEqual({("list", "nodes"), ("create", "namespaces")}, seen)
        self.assertTrue(all(one["auditID"] and one["level"] == "Metadata" for one in mine))
        lab(name, "down")
        self.assert_nothing_left(name)

    def test_a_node_that_was_deleted_is_back_once_its_kubelet_is_started_again(self):
        name = self.new_name("back")
        lab(name, "up", "--nodes", "1", "--owner", str(os.getpid()))
        lab(name, "exec", "kubectl", "delete", "node", "node-1")
        lab(name, "kubelet", "stop", "node-1")
        self.assertFalse(json.loads(lab(name, "status").stdout)["daemons"]["kubelet-n1"]["alive"])
        lab(name, "kubelet", "start", "node-1")
        for state in ("create", "condition=Ready"):
            lab(name, "exec", "kubectl", "wait", "node/node-1", f"--for={state}", "--timeout=60s")
        self.assert_running(name)
        lab(name, "down")
        self.assert_nothing_left(name)

    def test_down_works_after_everything_was_killed_and_forgotten(self):
        name = self.new_name("killed")
        lab(name, "up", "--nodes", "1", "--owner", str(os.getpid()))
        lab(name, "exec", "kubectl", "run", "sleeper", "--image=busybox:1", "--", "sleep", "999")
        lab(name, "exec", "kubectl", "wait", "pod/sleeper", "--timeout=60s", "--for=condition=Ready")
        victims = members_of(name)
        self.assertGreater(len(victims), 8)
        self.assertLess(len(victims), 60)
        self.assertFalse(victims & {1, os.getpid(), os.getppid()})
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        shutil.rmtree(lab(name, "path", "dir").stdout.strip())
        lab(name, "down")
        self.assert_nothing_left(name)

    def test_down_works_after_up_was_killed_on_the_way(self):
        name = self.new_name("cut")
        for delay in (0.5, 1.5, 3):
            with self.subTest(delay=delay):
                process = start(name, "up", "--nodes", "1")
                time.sleep(delay)
                process.kill()
                process.wait()
                process.stderr.close()
                lab(name, "down")
                self.assert_nothing_left(name)

    def test_a_lab_ends_with_its_owner_however_that_ends(self):
        name = self.new_name("owned")
        with subprocess.Popen(["sleep", "600"]) as owner:
            try:
                lab(name, "up", "--nodes", "1", "--owner", str(owner.pid))
                self.assert_running(name)
            finally:
                owner.kill()
        self.assert_soon_nothing_left(name)

    def test_a_lab_does_not_come_up_for_an_owner_that_is_gone(self):
        name = self.new_name("orphan")
        with subprocess.Popen(["sleep", "600"]) as owner:
            process = start(name, "up", "--nodes", "1", "--owner", str(owner.pid))
            time.sleep(1.5)
            owner.kill()
        self.assertNotEqual(process.wait(60), 0)
        process.stderr.close()
        self.assert_soon_nothing_left(name)

    def assert_soon_nothing_left(self, name):
        deadline = time.monotonic() + 30
        while traces(name) and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assert_nothing_left(name)

    def tearDown(self):
        self.doCleanups()
        for path, before in self.private.items():
            if not before and not subprocess.run(["ip", "netns"], stdout=subprocess.PIPE,
                                                 check=True).stdout.count(b"cfklab."):
                self.assertFalse(os.path.exists(path), f"{path} was not there before")


if __name__ == "__main__":
    unittest.main()
