"""The answers that tests/conformance has on record are those of the lab's API server."""

import json
import os
import sys
import tempfile
import unittest

from support import ROOT, Lab

FOLDER = ROOT / "tests" / "conformance"
lab = Lab("e2e-conformance")

# The tool's own tests run along, before it is believed.
sys.path.insert(0, str(FOLDER))
from test_conformance_tool import Cases, Comparing, Files, Normalisation, Pointers, Watches  # noqa: E402, F401


@unittest.skipUnless(os.environ.get("CFKOPS_FULL"), "a part of 'tests/run.sh full': answers change with a version only")
class Conformance(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        lab.up("--nodes", 1)

    @classmethod
    def tearDownClass(cls):
        lab.down()

    def test_TheServerAnswersEveryCaseAsRecorded(self):
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            done = lab.start(sys.executable, FOLDER / "conformance.py", "check", "--report", report.name).done()
            self.assertIn(done.code, (0, 1), done)
            results = json.load(report)
        self.assertGreater(len(results), 0)
        for name, result in results.items():
            with self.subTest(name):
                self.assertEqual(result["problems"], [])


if __name__ == "__main__":
    unittest.main()
