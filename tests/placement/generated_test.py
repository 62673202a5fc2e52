#!/usr/bin/env python3
"""generated_test.py VERDICTS: forecasts of 500 generated clusters beside what plain search finds."""

import sys
import unittest

import clusters

COUNT = 500
PROGRAM = "verdicts"


class Generated(unittest.TestCase):

    def test_VerdictsAgreeWithPlainSearch(self):
        made = [clusters.generate(seed) for seed in range(COUNT)]
        drained = [clusters.busiest(one) for one in made]
        answers = clusters.forecasts(PROGRAM, [(clusters.view(one), node) for one, node in zip(made, drained)])
        counts, between = {"Yes": 0, "No": 0, "Unknown": 0}, 0
        for cluster, node, answer in zip(made, drained, answers):
            verdict = answer["verdict"]
            counts[verdict] += 1
            found = clusters.search(cluster, node)
            self.assertIsNotNone(found, f"seed {cluster.seed}: too large to search")
            always, ever = found
            between += always != ever
            with self.subTest(seed=cluster.seed, node=node, always=always, ever=ever, answer=answer):
                if always:
                    self.assertEqual(verdict, "Yes", "they fit in every order")
                elif not ever:
                    self.assertEqual(verdict, "No", "they fit in no order")
                else:
                    self.assertNotEqual(verdict, "No", "they fit in some order")
        print(f"{COUNT} clusters: {counts['Yes']} yes, {counts['No']} no, {counts['Unknown']} unknown; "
              f"in {between} it depends on the scheduler")
        self.assertGreater(min(counts["Yes"], counts["No"]), COUNT // 10, "the clusters are all alike")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        PROGRAM = sys.argv.pop(1)
    unittest.main()
