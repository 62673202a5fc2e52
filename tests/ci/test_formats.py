"""The reports of lint and the recipes of docs/ci, held against what others have defined: the schema of SARIF and the
limits of GitHub, what GitLab reads, the schemas of workflows and jobs, actionlint, and pre-commit itself."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree

import jsonschema
import recipes
from recipes import BAD, BINARY, GOOD, RECIPES, ROOT, Repository

LAB = ROOT / "tests" / "lab" / "lab"
GOLDEN = ROOT / "tests" / "golden" / "lint"
DOCS = "https://docs.example/cfkops"
MARK = "\ufeff"
HEAD = {"apiVersion": "cfkops/v1", "kind": "Runbook", "name": "x", "title": "Show a rule", "owner": "me", "risk": "low",
        "purpose": "To show what a rule looks for."}
STEPS = "steps:\n  - {id: look, title: Look at it, do: object.get, with: {kind: configmap, name: a}}\n"


def lab_path(what):
    done = subprocess.run([sys.executable, str(LAB), "path", what], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True, check=True)
    return pathlib.Path(done.stdout.strip())


def setUpModule():
    subprocess.run([sys.executable, str(LAB), "build"], stdin=subprocess.DEVNULL, check=True)


def errors(schema, document):
    rules = json.loads((lab_path("schemas") / schema).read_text())
    checker = jsonschema.validators.validator_for(rules)(rules, format_checker=jsonschema.FormatChecker())
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message[:300]}" for one in checker.iter_errors(document)]


def bad_parts():
    """The bad example of each rule, as a runbook."""
    for path in sorted((GOLDEN / "rules").glob("*.case")):
        found = re.search(r"^--- bad\n(.*?)^--- ", path.read_text(), re.S | re.M)
        if found:
            part = re.sub(r"\\([trs])", lambda one: {"t": "\t", "r": "\r", "s": " "}[one[1]], found[1])
            part = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda one: chr(int(one[1], 16)), part)
            keys = set(re.findall(r"^(\w+):", part, re.M))
            head = "".join(f"{key}: {value}\n" for key, value in HEAD.items() if key not in keys)
            yield path.stem, head + part + ("" if "steps" in keys else STEPS)


class Lint(unittest.TestCase):
    """Many findings of many kinds, in files with odd names."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        for name, text in bad_parts():
            cls.write(f"runbooks/{name}.yaml", text)
        for path in sorted((GOLDEN / "err").glob("*.yaml")):
            cls.write(f"runbooks/more/{path.name}", path.read_bytes().decode(errors="surrogateescape"))
        odd = [cls.write(name, text) for name, text in (
            ("runbooks/a b,c;d=e.yaml", BAD),
            ("runbooks/Übung/日本 语.yaml", BAD),
            ("runbooks/100%#?&'\"<x>:1.yaml", BAD),
            ("runbooks/windows.yaml", MARK + BAD.replace("\n", "  \r\n")),
            ("runbooks/wide.yaml", BAD.replace("Look at the", "日本語 lgos 🙂 Kafak")),
            ("runbooks/tail.yaml", GOOD + "\n# cfkops:ignore CFK-X010 because it was so once"),
            ("runbooks/secret.yaml", BAD.replace("argv: [", "argv: [\"https://日本:hunter2@x\", ")))]
        cls.words = ["runbooks", *(f"./{path.relative_to(cls.root)}" for path in odd), str(odd[0]), "not/there.yaml"]
        cls.sarif = json.loads(cls.lint("sarif", "--docs", DOCS))
        cls.told = cls.sarif["runs"][0]

    @classmethod
    def write(cls, name, text):
        path = cls.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(errors="surrogateescape"))
        return path

    @classmethod
    def lint(cls, output, *flags):
        done = subprocess.run([str(BINARY), "lint", *cls.words, "--profile", "production", "--output", output, *flags],
                              cwd=cls.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        if done.returncode != 2:
            raise AssertionError(f"lint ended with {done.returncode}")
        return done.stdout

    @classmethod
    def file_of(cls, artifact):
        """The file that an artifactLocation means, as those read it who show it."""
        uri = urllib.parse.unquote(artifact["uri"])
        if uri.startswith("file://"):
            return pathlib.Path(uri.removeprefix("file://"))
        assert artifact["uriBaseId"] == "%SRCROOT%", artifact
        return cls.root / uri

    def test_the_findings_are_of_many_kinds(self):
        self.assertGreater(len({one["ruleId"] for one in self.told["results"]}), 45)
        self.assertGreater(len(self.told["results"]), 200)
        self.assertGreater(sum("fixes" in one for one in self.told["results"]), 30)

    def test_sarif_is_what_its_schema_says(self):
        self.assertEqual(errors("sarif.json", self.sarif), [])
        self.assertEqual(errors("sarif.json", json.loads(self.lint("sarif"))), [])
        self.assertNotEqual(errors("sarif.json", {**self.sarif, "runs": [{**self.told, "results": [{}]}]}), [])

    def test_github_finds_all_that_it_wants_in_each_rule(self):
        rules = self.told["tool"]["driver"]["rules"]
        self.assertLessEqual(len(rules), 25000)
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
        for rule in rules:
            for text in ("shortDescription", "fullDescription", "help"):
                self.assertTrue(0 < len(rule[text]["text"]) <= 1024, rule)
            self.assertLessEqual(max(len(rule["id"]), len(rule["name"])), 255)
            self.assertIn(rule["defaultConfiguration"]["level"], ("note", "warning", "error"))
            page, _, anchor = rule["helpUri"].removeprefix(DOCS + "/").partition("#")
            self.assertRegex((ROOT / "docs" / page).read_text(), rf"(?mi)^## {anchor}$")
            self.assertIn(rule["helpUri"], rule["help"]["markdown"])

    def test_github_finds_all_that_it_wants_in_each_result(self):
        results = self.told["results"]
        self.assertLessEqual(len(results), 25000)
        for one in results:
            self.assertEqual(self.told["tool"]["driver"]["rules"][one["ruleIndex"]]["id"], one["ruleId"])
            self.assertTrue(one["message"]["text"], one)
            self.assertEqual(len(one["locations"]), 1)
            region = one["locations"][0]["physicalLocation"]["region"]
            self.assertLessEqual({"startLine", "startColumn", "endLine", "endColumn"}, set(region))
            self.assertGreaterEqual(min(region.values()), 1)
            self.assertLessEqual((region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"]))

    def test_each_place_is_in_its_file(self):
        for one in self.told["results"]:
            place = one["locations"][0]["physicalLocation"]
            path = self.file_of(place["artifactLocation"])
            if one["ruleId"] == "CFK-F001":
                continue
            lines = path.read_bytes().decode(errors="replace").removeprefix(MARK).split("\n")
            region = place["region"]
            self.assertLessEqual(region["endLine"], len(lines), one)
            self.assertLessEqual(region["endColumn"], len(lines[region["endLine"] - 1]) + 2, one)

    def test_no_two_results_have_one_fingerprint(self):
        prints = [one["partialFingerprints"]["cfkops/v1"] for one in self.told["results"]
                  if not one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:")]
        # Files that were named once more, after their folder, are judged twice.
        self.assertEqual(len(prints) - len(set(prints)), sum(
            len(self.of_file(path)) for path in self.words[1:-2]) // 2)

    def of_file(self, word):
        path = self.root / word
        return [one for one in self.told["results"]
                if self.file_of(one["locations"][0]["physicalLocation"]["artifactLocation"]) == path.resolve()
                and not one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:")]

    def test_a_fix_means_the_same_in_bytes_as_in_lines(self):
        compared = 0
        for one in self.told["results"]:
            for change in [change for fix in one.get("fixes", []) for change in fix["artifactChanges"]]:
                data = self.file_of(change["artifactLocation"]).read_bytes()
                for replacement in change["replacements"]:
                    region = replacement["deletedRegion"]
                    taken = data[region["byteOffset"]:region["byteOffset"] + region["byteLength"]]
                    if "startLine" not in region:
                        self.assertEqual(region["byteOffset"], 0)
                        self.assertTrue(data.startswith(MARK.encode()))
                        continue
                    self.assertEqual(between(data.decode().removeprefix(MARK), region), taken.decode(), one)
                    compared += 1
        self.assertGreater(compared, 30)

    def test_gitlab_finds_what_it_reads(self):
        report = json.loads(self.lint("gitlab"))
        self.assertEqual(len(report), len(self.told["results"]))
        for one in report:
            self.assertTrue(one["description"] and one["check_name"] and one["fingerprint"], one)
            self.assertIn(one["severity"], ("info", "minor", "major", "critical", "blocker"))
            self.assertFalse(one["location"]["path"].startswith("./"), one)
            self.assertGreaterEqual(one["location"]["lines"]["begin"], 1)

    def test_junit_counts_right(self):
        suites = xml.etree.ElementTree.fromstring(self.lint("junit"))
        cases = suites.findall("testsuite/testcase")
        self.assertTrue(all(case.get("name") and case.get("classname") for case in cases))
        for element in (suites, suites.find("testsuite")):
            self.assertEqual(int(element.get("tests")), len(cases))
            self.assertEqual(int(element.get("failures")), len(suites.findall(".//failure")))

    def test_each_annotation_is_one_line_that_github_understands(self):
        lines = self.lint("github").decode().splitlines()
        self.assertEqual(len(lines), len(self.told["results"]))
        for line in lines:
            self.assertRegex(line, r"^::(error|warning|notice) file=[^:,]+(,(line|col|endColumn)=\d+)*,title=CFK-\w+::.+$")

    def test_no_report_shows_a_credential(self):
        for output in ("sarif", "gitlab", "github", "junit", "json", "text"):
            self.assertNotIn(b"hunter2", self.lint(output), output)


def between(text, region):
    """What stands in a region, by lines and by columns in characters."""
    lines = text.split("\n")
    begin = sum(len(line) + 1 for line in lines[:region["startLine"] - 1]) + region["startColumn"] - 1
    end = sum(len(line) + 1 for line in lines[:region["endLine"] - 1]) + region["endColumn"] - 1
    return text[begin:end]


class Recipes(unittest.TestCase):
    def test_actionlint_accepts_the_workflow(self):
        # Without the checkers of scripts that a machine may or may not have: test_recipes.py runs the scripts.
        words = [str(lab_path("actionlint")), "-no-color", "-shellcheck=", "-pyflakes=", str(RECIPES / "github.yaml")]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_workflow_is_what_its_schema_says(self):
        workflow = recipes.read("github.yaml")
        self.assertEqual(errors("github-workflows.json", workflow), [])
        self.assertNotEqual(errors("github-workflows.json", {**workflow, "jobs": {"runbooks": {"step": []}}}), [])

    def test_the_job_for_gitlab_is_what_its_schema_says(self):
        job = recipes.read("gitlab.yaml")
        self.assertEqual(errors("gitlab-ci.json", job), [])
        self.assertNotEqual(errors("gitlab-ci.json", {"runbooks": {**job["runbooks"], "scripts": []}}), [])


class PreCommit(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.home = pathlib.Path(self.folder.name)
        (self.home / "bin").mkdir()
        (self.home / "bin" / "cfkops").symlink_to(BINARY)

    def tool(self, *words, cwd=None):
        env = {**os.environ, "PRE_COMMIT_HOME": str(self.home / "cache"), "PATH": f"{self.home}/bin:{os.environ['PATH']}",
               "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
        return subprocess.run([str(word) for word in words], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def git(self, root, *files):
        for words in (["init", "-q"], ["add", *files], ["commit", "-q", "-m", "one"]):
            done = self.tool("git", *words, cwd=root)
            self.assertEqual(done.returncode, 0, done.stdout)
        return self.tool("git", "rev-parse", "HEAD", cwd=root).stdout.strip()

    def repository(self, runbook):
        made = Repository(runbook)
        self.addCleanup(made.close)
        self.git(made.root, "runbooks")
        return made.root

    def test_the_manifest_and_the_configs_are_valid(self):
        for words in (["validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
                      ["validate-config", *sorted(RECIPES.glob("pre-commit*.yaml"))]):
            done = self.tool("pre-commit", *words)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_hooks_of_the_repository_stop_what_is_not_in_order(self):
        hooks = self.home / "hooks"
        hooks.mkdir()
        (hooks / ".pre-commit-hooks.yaml").write_text((ROOT / ".pre-commit-hooks.yaml").read_text())
        commit = self.git(hooks, ".pre-commit-hooks.yaml")
        config = (RECIPES / "pre-commit.yaml").read_text()
        config = re.sub(r"repo: .*", f"repo: {hooks.as_uri()}", config)
        config = re.sub(r"rev: .*", f'rev: "{commit}"', config)
        self.run_hooks(config, 3)

    def test_local_hooks_stop_what_is_not_in_order(self):
        self.run_hooks((RECIPES / "pre-commit-local.yaml").read_text(), 2)

    def run_hooks(self, config, count):
        (self.home / "config.yaml").write_text(config)
        for runbook, word in ((GOOD, "Passed"), (BAD, "Failed")):
            done = self.tool("pre-commit", "run", "--all-files", "--color", "never", "-c", self.home / "config.yaml",
                             cwd=self.repository(runbook))
            self.assertEqual(done.returncode, 0 if runbook is GOOD else 1, done.stdout)
            self.assertEqual(len(re.findall(rf"^cfkops \w+\.+{word}$", done.stdout, re.M)), count, done.stdout)


if __name__ == "__main__":
    unittest.main()
