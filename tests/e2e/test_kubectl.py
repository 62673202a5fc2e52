"""What tests/kubectl has on record is what kubectl says against the lab."""

import json
import os
import sys
import tempfile
import unittest

from support import ROOT, Lab

FOLDER = ROOT / "tests" / "kubectl"
lab = Lab("e2e-kubectl")

# The tool's own tests run along, before it is believed.
sys.path.insert(0, str(FOLDER))
from test_kubectl_tool import Checking, Files, Normalisation  # noqa: E402, F401


@unittest.skipUnless(os.environ.get("CFKOPS_FULL"), "a part of 'tests/run.sh full': output changes with a version only")
class Kubectl(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        lab.up("--nodes", 3)

    @classmethod
    def tearDownClass(cls):
        lab.down()

    def test_KubectlSaysAsRecorded(self):
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            done = lab.start(sys.executable, FOLDER / "kubectl_cases.py", "check", "--report", report.name).done(1800)
            self.assertIn(done.code, (0, 1), done)
            results = json.load(report)
        self.assertGreater(len(results), 0)
        for name, result in results.items():
            with self.subTest(name):
                self.assertEqual(result["problems"], [])


if __name__ == "__main__":
    unittest.main()
