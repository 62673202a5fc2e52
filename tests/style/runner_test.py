"""The test runner itself: what it counts, and that it never ends well by mistake."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import run  # noqa: E402  (the runner stands beside, not in a package)


def case(status, output="", skipped=None):
    text = f'<testcase name="Suite.Name" status="{status}"><system-out>{output}</system-out>'
    text += f'<skipped message="{skipped}"/>' if skipped is not None else ""
    return xml.etree.ElementTree.fromstring(text + "</testcase>")


class Runner(unittest.TestCase):
    def setUp(self):
        self.tally = run.Tally()
        self.out = io.StringIO()
        self.enterContext(contextlib.redirect_stdout(self.out))

    def test_counts_what_ctest_reports(self):
        run.count_case(case("run"), self.tally)
        run.count_case(case("fail"), self.tally)
        run.count_case(case("notrun", skipped="SKIP_REGULAR_EXPRESSION_MATCHED"), self.tally)
        self.assertEqual(self.tally.line(), "1 passed, 1 failed, 1 skipped")

    def test_a_test_that_was_not_built_is_a_failure(self):
        run.count_case(case("notrun", skipped="Unable to find executable: base_test_NOT_BUILT"), self.tally)
        self.assertEqual(self.tally.line(), "0 passed, 1 failed, 0 skipped")

    def test_says_why_a_test_was_skipped(self):
        run.count_case(case("notrun", "x_test.cpp:12: Skipped\nno network\n\n[  SKIPPED ] X"), self.tally)
        self.assertIn("skipped Suite.Name: no network", self.out.getvalue())

    def python_file(self, text, wanted=""):
        folder = run.ROOT / "build"
        folder.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile("w", suffix=".py", dir=folder) as file:
            file.write("import os, unittest\nclass T(unittest.TestCase):\n" + text)
            file.flush()
            run.run_python(pathlib.Path(file.name), wanted, self.tally)
        return self.tally.line()

    def test_counts_a_python_file(self):
        line = self.python_file(
            "  def test_a(self): pass\n  def test_b(self): self.fail()\n  def test_c(self): self.skipTest('x')\n"
            "  def test_d(self): raise OSError()\n  def test_e(self):\n    with self.subTest(): self.fail()\n")
        self.assertEqual(line, "1 passed, 3 failed, 1 skipped")

    def test_filters_a_python_file(self):
        text = "  def test_a(self): pass\n  def test_b(self): self.fail()\n"
        self.assertEqual(self.python_file(text, "test_a"), "1 passed, 0 failed, 0 skipped")

    def test_a_python_file_without_tests_is_a_failure(self):
        self.assertEqual(self.python_file("  pass\n"), "0 passed, 1 failed, 0 skipped")

    def test_a_python_file_that_dies_is_a_failure(self):
        self.assertEqual(self.python_file("  def test_a(self): os._exit(0)\n"), "0 passed, 1 failed, 0 skipped")

    def test_a_set_up_that_fails_is_a_failure(self):
        text = "  @classmethod\n  def setUpClass(cls): raise OSError()\n  def test_a(self): pass\n"
        self.assertEqual(self.python_file(text), "0 passed, 1 failed, 0 skipped")

    def test_a_missing_lab_is_skipped_or_failed_as_asked(self):
        with unittest.mock.patch.object(run, "lab_is_missing", return_value="no network namespaces"):
            with unittest.mock.patch.dict(run.os.environ, {"CFKOPS_LAB": ""}):
                run.part_lab("", self.tally)
            self.assertEqual(self.tally.line(), "0 passed, 0 failed, 1 skipped")
            with unittest.mock.patch.dict(run.os.environ, {"CFKOPS_LAB": "required"}):
                run.part_lab("", self.tally)
        self.assertEqual(self.tally.line(), "0 passed, 1 failed, 1 skipped")
        self.assertIn("FAILED  lab: no network namespaces", self.out.getvalue())

    def main(self, *parts, words=()):
        with unittest.mock.patch.dict(run.PARTS, {"unit": list(parts)}), \
                unittest.mock.patch.object(sys, "argv", ["run.sh", "unit", *words]):
            code = run.main()
        return code, self.out.getvalue().splitlines()[-1]

    def test_ends_with_the_counts_alone_on_the_last_line(self):
        def part_good(_wanted, tally):
            tally.passed += 2
        self.assertEqual(self.main(part_good), (0, "2 passed, 0 failed, 0 skipped"))

    def test_a_failure_makes_the_exit_code(self):
        def part_bad(_wanted, tally):
            tally.passed += 2
            tally.fail("x")
        self.assertEqual(self.main(part_bad), (1, "2 passed, 1 failed, 0 skipped"))

    def test_passing_nothing_is_no_success(self):
        def part_empty(_wanted, _tally):
            pass
        self.assertEqual(self.main(part_empty), (1, "0 passed, 0 failed, 0 skipped"))

    def test_a_filter_need_not_match_in_every_part_but_in_one(self):
        def part_other(_wanted, _tally):
            pass

        def part_good(_wanted, tally):
            tally.passed += 1
        self.assertEqual(self.main(part_other, part_good, words=["x"]), (0, "1 passed, 0 failed, 0 skipped"))
        self.assertEqual(self.main(part_other, words=["x"]), (1, "0 passed, 1 failed, 0 skipped"))
        self.assertIn("nothing matches 'x'", self.out.getvalue())

    def test_a_filter_leaves_out_what_has_another_name(self):
        with unittest.mock.patch.object(run, "build", side_effect=AssertionError), \
                unittest.mock.patch.object(run, "run", side_effect=AssertionError):
            for part in (run.part_bench, run.part_fuzz, run.part_tidy, run.part_clang):
                part("DrainNode", self.tally)
        self.assertEqual(self.tally.line(), "0 passed, 0 failed, 0 skipped")

    def test_a_runner_that_breaks_counts_a_failure(self):
        def part_broken(_wanted, tally):
            tally.passed += 1
            raise OSError("no space left")
        with self.assertRaises(OSError):
            self.main(part_broken)
        self.assertEqual(self.out.getvalue().splitlines()[-1], "1 passed, 1 failed, 0 skipped")
        self.assertIn("no space left", self.out.getvalue())


if __name__ == "__main__":
    unittest.main()
