"""What tests/kubectl has on record is what kubectl says against the lab."""

import os
import sys
import unittest

from support import ROOT, Lab, problems_of_records

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
        for name, problems in problems_of_records(lab, FOLDER / "kubectl_cases.py", "check", timeout=1800).items():
            with self.subTest(name):
                self.assertEqual(problems, [])


if __name__ == "__main__":
    unittest.main()
