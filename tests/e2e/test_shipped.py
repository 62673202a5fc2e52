"""Each shipped runbook is carried out by a file of this folder. Needs no cluster."""

import pathlib
import unittest

from support import ROOT

# Those that have a file of their own.
ELSEWHERE = {"broker-restart": "test_broker_restart.py"}


class Shipped(unittest.TestCase):

    def test_EachIsCarriedOutSomewhere(self):
        here = pathlib.Path(__file__)
        for file in sorted((ROOT / "runbooks").glob("*.yaml")):
            place = here.with_name(ELSEWHERE.get(file.stem, "test_runbooks.py"))
            with self.subTest(runbook=file.stem, place=place.name):
                self.assertIn(f'"{file.stem}"', place.read_text())


if __name__ == "__main__":
    unittest.main()
