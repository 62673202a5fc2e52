"""The answers that tests/conformance has on record are those of the lab's API server."""

import os
import sys
import unittest

from support import ROOT, Lab, problems_of_records

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
        for name, problems in problems_of_records(lab, FOLDER / "conformance.py", "check").items():
            with self.subTest(name):
                self.assertEqual(problems, [])


if __name__ == "__main__":
    unittest.main()
