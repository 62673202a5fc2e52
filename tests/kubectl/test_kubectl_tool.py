"""The tool itself: what it takes out of an output, and what it must not overlook."""

import pathlib
import tempfile
import unittest

import case_files
from plain import Plain, with_sorted_events
from session import Outcome


class Server:
    """As much of a target as normalisation needs."""
    server = "https://127.0.0.1:6443"
    nodes = [{"metadata": {"name": "lab-1"},
              "status": {"nodeInfo": {"osImage": "An OS", "kernelVersion": "6.1.0", "machineID": "",
                                      "containerRuntimeVersion": "containerd://1.6.20"}}}]


class Asked:
    """A command without options."""
    mask, last, sorted = [], False, False


def plain(text):
    return Plain(Server, "kubectl-12ab", "/tmp/x").lines(text, Asked)


class Normalisation(unittest.TestCase):

    def test_AgesGoAndDurationsInSpecsStay(self):
        self.assertEqual(plain("web   1/1   Running   1 (5s ago)   2m3s"), ["web  1/1  Running  1 (<age> ago)  <age>"])
        self.assertEqual(plain("op=Exists for 300s"), ["op=Exists for 300s"])
        self.assertEqual(plain("delay=0s timeout=1s"), ["delay=0s timeout=1s"])

    def test_GeneratedNamesGoAndGivenOnesStay(self):
        self.assertEqual(plain("pod/web-7d4f9c6b5d-x2k9p"), ["pod/web-<hash>-<id>"])
        self.assertEqual(plain("pod/web-0"), ["pod/web-0"])
        self.assertEqual(plain("kube-root-ca.crt"), ["kube-root-ca.crt"])

    def test_TheCaseAndTheClusterHaveNoNames(self):
        self.assertEqual(plain("kubectl-12ab lab-1 https://127.0.0.1:6443"), ["{ns} <node> <server>"])

    def test_EventsOfADescriptionAreSorted(self):
        lines = ["Events:", "  Type", "  ----", "  b", "  a", "  a"]
        self.assertEqual(with_sorted_events(lines), ["Events:", "  Type", "  ----", "  a", "  b"])


class Files(unittest.TestCase):

    def test_ACommandWithAnUnknownKeyIsRefused(self):
        with self.assertRaisesRegex(ValueError, "here"):
            case_files.Command({"run": "kubectl version", "untill": "x"}, "here")

    def test_EveryCaseCanBeRead(self):
        self.assertGreater(len(case_files.load()), 20)


class Checking(unittest.TestCase):

    def test_AnotherOutputIsAProblem(self):
        with tempfile.TemporaryDirectory() as folder:
            case = type("Case", (), {"answer_file": pathlib.Path(folder) / "x.txt"})
            self.assertEqual(Outcome("$ a\n").problems(case), ["nothing is recorded"])
            case.answer_file.write_text("$ a\nb\n")
            self.assertEqual(Outcome("$ a\nb\n").problems(case), [])
            self.assertIn("-b", Outcome("$ a\nc\n").problems(case))


if __name__ == "__main__":
    unittest.main()
