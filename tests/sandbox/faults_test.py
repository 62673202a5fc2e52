#!/usr/bin/env python3
"""faults_test.py CFKOPS: `sandbox serve --faults FILE` has things go wrong from the start on."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "conformance"))
import server  # noqa: E402

HEAD = "apiVersion: cfkops/v1\nkind: Faults\nfaults:\n"
PATIENCE = 30
PROGRAM = sys.argv.pop(1)


class Faults(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = None

    def serve(self, faults, *words):
        script = self.folder / "faults.yaml"
        script.write_text(faults)
        return subprocess.Popen([PROGRAM, "sandbox", "serve", "--kubeconfig-out", self.folder / "kubeconfig",
                                 "--faults", script, *words],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)

    def ask(self, method, path):
        """Status and body of the answer."""
        if self.server is None:
            self.server = server.from_plain_kubeconfig(self.folder / "kubeconfig")
        status, _, body = self.server.send(method, path, {}, None)
        return status, body

    def happened(self):
        _, body = self.ask("GET", "/sandbox/happened")
        return [one["fault"] for one in json.loads(body)["happened"]]

    def test_HappenAtTheirMomentsAndWithTheirRequests(self):
        script = HEAD + ("  - {fault: clock-jump, by: 5m, at: 1ms}\n"
                         "  - {fault: request-refused, code: 503, on: {method: GET, resource: nodes, nth: 2}}\n")
        with self.serve(script) as serving:
            try:
                self.assertIn("answers at", serving.stdout.readline())
                server.wait_until("the jump", PATIENCE, lambda: self.happened() == ["clock-jump"])
                codes = [self.ask("GET", "/api/v1/nodes")[0] for _ in range(3)]
                self.assertEqual(codes, [200, 503, 200])
            finally:
                serving.terminate()

    def test_AFileThatIsWrongIsToldWithItsPlaceAndNothingIsServed(self):
        with self.serve(HEAD + "  - {fault: rain, at: 1s}\n") as serving:
            out, err = serving.communicate(timeout=PATIENCE)
        self.assertEqual(serving.returncode, 2, err)
        self.assertEqual(out, "")
        self.assertRegex(err, r"faults\.yaml:4:\d+: .*rain")

    def test_AFileThatIsMissingIsToldBeforeAnythingIsServed(self):
        serving = subprocess.run([PROGRAM, "sandbox", "serve", "--faults", self.folder / "none.yaml"],
                                 capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(serving.returncode, 2, serving)
        self.assertIn("none.yaml", serving.stderr)


if __name__ == "__main__":
    unittest.main()
