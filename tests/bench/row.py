"""What the measurements share; also the way to the end-to-end tests' modules."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))


class Row:
    """One measured figure, its peer's and its bar."""

    def __init__(self, what, ours, peer, bar, met, harm=False):
        self.what, self.ours, self.peer, self.bar, self.met, self.harm = what, ours, peer, bar, met, harm


def harmed(seen):
    load, sample = seen["load"], seen["sample"]
    return bool(load["failed"] or load["acked_but_lost"] or load["duplicates"] or sample["max_under_min_isr"])


def start_even(lab):
    lab.wait_healthy()
    lab.tool("preferred-leaders")
