"""The recipes of docs/ci do what docs/ci.md says: each of their commands is run here, on runbooks that are in order and
on some that are not."""

import json
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

import recipes
from recipes import BAD, BINARY, RECIPES, ROOT, Repository

PAGE = ROOT / "docs" / "ci.md"
LINT, FORM, TEST = "Lint, with annotations", "Look at the form", "Run the tests of the runbooks"
REHEARSE, REPORT = "Rehearse, for the change board", "Write the findings for code scanning"


def junit(text):
    suites = xml.etree.ElementTree.fromstring(text)
    return int(suites.get("tests")), int(suites.get("failures"))


class Page(unittest.TestCase):
    def test_shows_the_recipes_as_they_are(self):
        """CFKOPS_ACCEPT=1 writes them into it."""
        told = PAGE.read_text()
        wanted = told
        for recipe in sorted(RECIPES.glob("*.yaml")):
            block = f"<!-- {recipe.name} -->\n```yaml\n{recipe.read_text()}```\n<!-- end -->"
            wanted, found = re.subn(rf"<!-- {recipe.name} -->\n.*?<!-- end -->", lambda _, block=block: block, wanted,
                                    flags=re.S)
            self.assertEqual(found, 1, f"docs/ci.md has no place for {recipe.name}")
        if os.environ.get("CFKOPS_ACCEPT") and wanted != told:
            PAGE.write_text(wanted)
            self.skipTest("docs/ci.md was written anew")
        self.assertEqual(told, wanted)

    def test_actions_of_others_are_pinned_by_commit(self):
        uses = re.findall(r"uses: (.*)", (RECIPES / "github.yaml").read_text())
        self.assertGreater(len(uses), 4)
        for one in uses:
            self.assertRegex(one, r"^[\w-]+(/[\w-]+)+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")


class Tried(unittest.TestCase):
    def repository(self, *arguments):
        made = Repository(*arguments)
        self.addCleanup(made.close)
        return made


class Github(Tried):
    def run_on(self, *arguments):
        repository = self.repository(*arguments)
        repository.check_out_cfkops()
        return repository, recipes.github_steps(repository)

    def test_all_is_well_with_runbooks_that_are_in_order(self):
        repository, steps = self.run_on()
        for name, done in steps.items():
            self.assertEqual(done.returncode, 0, f"{name}: {done.stdout}")
        sarif = json.loads(repository.read("cfkops.sarif"))
        self.assertEqual(sarif["runs"][0]["results"], [])
        self.assertRegex(sarif["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"],
                         r"^https://github.example/your-org/cfkops/blob/0{40}/docs/lint/\w+\.md#cfk-\w+$")
        self.assertEqual(junit(repository.read("cfkops-tests.xml")), (1, 0))
        self.assertIn("broker-restart", repository.read("rehearsal.md"))
        self.assertEqual(repository.read("summary"), repository.read("rehearsal.md"))

    def test_what_is_wrong_fails_its_step_and_is_in_the_reports(self):
        repository, steps = self.run_on(BAD)
        codes = {name: steps[name].returncode for name in (REPORT, LINT, FORM, TEST)}
        self.assertEqual(codes, {REPORT: 0, LINT: 2, FORM: 2, TEST: 2}, steps)
        self.assertNotEqual(steps[REHEARSE].returncode, 0)
        self.assertIn("::warning file=runbooks/broker-restart.yaml,line=13,", steps[LINT].stdout)
        found = {one["ruleId"] for one in json.loads(repository.read("cfkops.sarif"))["runs"][0]["results"]}
        self.assertLessEqual({"CFK-X010", "CFK-Y007"}, found)
        self.assertEqual(junit(repository.read("cfkops-tests.xml")), (1, 1))
        self.assertNotEqual(repository.read("rehearsal.md"), "")
        self.assertEqual(repository.read("summary"), repository.read("rehearsal.md"))

    def test_a_defect_of_lint_is_not_taken_for_findings(self):
        repository = self.repository()
        repository.check_out_cfkops()
        broken = repository.root / ".cfkops/build/release/cfkops"
        broken.unlink()
        broken.write_text("#!/bin/sh\nexit 10\n")
        broken.chmod(0o755)
        self.assertEqual(recipes.github_steps(repository)[REPORT].returncode, 1)


class Gitlab(Tried):
    def run_on(self, *arguments):
        cfkops = self.repository().root
        shutil.copytree(ROOT / "cmake", cfkops / "cmake")
        git = ["git", "-C", str(cfkops), "-c", "user.name=a", "-c", "user.email=a@b"]
        for words in (["init", "-q"], ["add", "cmake"], ["commit", "-q", "-m", "one"]):
            subprocess.run(git + words, check=True, stdin=subprocess.DEVNULL)
        commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        repository = self.repository(*arguments)
        repository.put_binary()
        return repository, recipes.gitlab_job(repository, commit, cfkops.as_uri())

    def test_all_is_well_with_runbooks_that_are_in_order(self):
        repository, done = self.run_on()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(json.loads(repository.read("gl-code-quality-report.json")), [])
        self.assertEqual(junit(repository.read("cfkops-tests.xml")), (1, 0))
        self.assertIn("broker-restart", repository.read("rehearsal.md"))

    def test_what_is_wrong_fails_the_job_when_all_reports_are_there(self):
        repository, done = self.run_on(BAD)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("[CFK-X010]", done.stdout)
        findings = json.loads(repository.read("gl-code-quality-report.json"))
        self.assertIn("CFK-X010", {one["check_name"] for one in findings})
        self.assertEqual(junit(repository.read("cfkops-tests.xml")), (1, 1))
        self.assertNotEqual(repository.read("rehearsal.md"), "")


class Hooks(Tried):
    """What pre-commit would start; test_formats.py lets pre-commit itself do it."""

    def entries(self):
        for hook in recipes.yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
            yield hook["id"], hook["entry"].split() + hook["args"]
        for hook in recipes.read("pre-commit-local.yaml")["repos"][0]["hooks"]:
            yield hook["id"], hook["entry"].split()

    def test_each_lets_good_runbooks_pass_and_stops_bad_ones(self):
        entries = list(self.entries())
        self.assertEqual(len(entries), 5)
        for runbook in (recipes.GOOD, BAD):
            for name, words in entries:
                with self.subTest(hook=name, words=words, good=runbook is recipes.GOOD):
                    repository = self.repository(runbook)
                    self.assertEqual(words[0], "cfkops")
                    done = subprocess.run([str(BINARY), *words[1:]], cwd=repository.root, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                    # What a hook has changed stops the commit as well.
                    stopped = done.returncode != 0 or repository.read("runbooks/broker-restart.yaml") != runbook
                    self.assertEqual(stopped, runbook is BAD, done.stdout)

    def test_the_config_names_hooks_that_there_are(self):
        offered = {hook["id"] for hook in recipes.yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
        used = {hook["id"] for hook in recipes.read("pre-commit.yaml")["repos"][0]["hooks"]}
        self.assertEqual(used, offered)


if __name__ == "__main__":
    unittest.main()
