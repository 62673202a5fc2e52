#include "app_fixture.hpp"
#include "support/source_tree.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/format.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace cfkops::cli {
namespace {

using test::small_runbook;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace fs = std::filesystem;

struct Authoring : testing::Test, test::AppBench {
  test::InFreshFolder here;

  [[nodiscard]] std::string file(const fs::path& name) const {
    return test::read_file(here.path() / name);
  }
};

struct Fmt : Authoring {
  /// A runbook in the house form, and not.
  static std::string neat(const std::string& name) {
    std::string text = small_runbook(name);
    return text.replace(text.find("\nsteps"), 1, "\n\n");
  }

  static std::string wild(const std::string& name) {
    std::string text = neat(name);
    return text.replace(text.find("risk: low"), 9, "risk:   'low'   # why");
  }

  static std::string tamed(const std::string& name) {
    std::string text = neat(name);
    return text.replace(text.find("risk: low"), 9, "risk: low  # why");
  }
};

TEST_F(Fmt, WritesInPlaceAndNamesWhatItChanged) {
  const fs::path x = here.write("x.yaml", wild("x"));
  here.write("y.yaml", neat("y"));
  fs::permissions(x, fs::perms::owner_all | fs::perms::group_read);
  fs::create_symlink("x.yaml", here.path() / "link.yaml");
  EXPECT_EQ(printed({"fmt", "link.yaml", "y.yaml"}, 0), "link.yaml\n");
  EXPECT_EQ(terminal.shown_err, "");
  EXPECT_EQ(file("x.yaml"), tamed("x"));
  EXPECT_TRUE(fs::is_symlink(here.path() / "link.yaml"));
  EXPECT_EQ(fs::status(x).permissions(), fs::perms::owner_all | fs::perms::group_read);
  EXPECT_EQ(printed({"fmt", "x.yaml", "y.yaml"}, 0), "");
}

TEST_F(Fmt, CheckWritesNothingAndExitsWithTwo) {
  here.write("x.yaml", wild("x"));
  here.write("y.yaml", neat("y"));
  EXPECT_EQ(printed({"fmt", "--check", "x.yaml", "y.yaml"}, 2), "x.yaml\n");
  EXPECT_EQ(file("x.yaml"), wild("x"));
  EXPECT_EQ(printed({"fmt", "--check", "y.yaml"}, 0), "");
}

TEST_F(Fmt, DiffShowsWhatWouldChange) {
  here.write("x.yaml", wild("x"));
  EXPECT_EQ(printed({"fmt", "--diff", "x.yaml"}, 0),
            "--- x.yaml\n+++ x.yaml (formatted)\n@@ -4,7 +4,7 @@\n title: Look at a config map\n"
            " purpose: To have something small.\n owner: me\n-risk:   'low'   # why\n"
            "+risk: low  # why\n \n steps:\n   - id: look\n");
  EXPECT_EQ(file("x.yaml"), wild("x"));
  EXPECT_THAT(printed({"fmt", "--diff", "--check", "x.yaml"}, 2), HasSubstr("@@"));
}

TEST_F(Fmt, StandardInputGoesToStandardOutput) {
  terminal.input = wild("x");
  EXPECT_EQ(printed({"fmt", "-"}, 0), tamed("x"));
  EXPECT_EQ(printed({"fmt", "-", "--check"}, 2), "stdin\n");
  terminal.input = "a: [\n";
  EXPECT_EQ(printed({"fmt", "-"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("stdin:1:4: error: this '[' is never closed"));
}

TEST_F(Fmt, OfAFolderTakesTheRunbooksAlone) {
  here.write("runbooks/x.yaml", wild("x"));
  here.write("runbooks/deep/y.yml", wild("y"));
  here.write("runbooks/values.yaml", "{{ template }}\n");
  here.write("runbooks/scenario.yaml", "apiVersion: cfkops/v1\nkind:   Scenario\n");
  EXPECT_EQ(printed({"fmt"}, 0), "./runbooks/x.yaml\n./runbooks/deep/y.yml\n");
  EXPECT_EQ(file("runbooks/scenario.yaml"), "apiVersion: cfkops/v1\nkind:   Scenario\n");
  EXPECT_EQ(printed({"fmt", "runbooks/scenario.yaml"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("this is no runbook"));
}

TEST_F(Fmt, GoesOnAfterAFileThatCannotBeFormatted) {
  here.write("bad.yaml", "apiVersion: cfkops/v1\nkind: Runbook\na: &x 1\n");
  here.write("x.yaml", wild("x"));
  EXPECT_EQ(printed({"fmt", "bad.yaml", "missing.yaml", "x.yaml"}, 2), "x.yaml\n");
  EXPECT_THAT(terminal.shown_err,
              AllOf(HasSubstr("bad.yaml:3:4: error: the anchor '&x' is not allowed"),
                    HasSubstr("missing.yaml")));
  EXPECT_EQ(file("bad.yaml"), "apiVersion: cfkops/v1\nkind: Runbook\na: &x 1\n");
  EXPECT_EQ(printed({"fmt", "broker-restart"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("cfkops new NAME --from broker-restart"));
}

TEST_F(Fmt, TellsProgramsToo) {
  here.write("x.yaml", wild("x"));
  const auto record =
      nlohmann::json::parse(printed({"fmt", "x.yaml", "missing.yaml", "-o", "json"}, 2));
  EXPECT_EQ(record.at("schemaVersion"), 1);
  EXPECT_EQ(record.at("files").at(0).at("path"), "x.yaml");
  EXPECT_EQ(record.at("files").at(0).at("changed"), true);
  EXPECT_EQ(record.at("files").at(1).at("findings").at(0).at("code"), "CFK-F001");
}

TEST_F(Fmt, TakesNoPipeAndDoesNotWaitForOne) {
  const fs::path pipe = here.path() / "runbooks/pipe.yaml";
  fs::create_directory(here.path() / "runbooks");
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR), 0);
  for (const char* word : {"runbooks/pipe.yaml", "runbooks"}) {
    EXPECT_EQ(printed({"fmt", word}, 2), "");
    EXPECT_THAT(terminal.shown_err,
                AllOf(HasSubstr("runbooks/pipe.yaml is a pipe, not a regular file"),
                      HasSubstr("standard input")));
    EXPECT_THAT(printed({"lint", word}, 2), HasSubstr("runbooks/pipe.yaml is a pipe"));
  }
}

TEST_F(Fmt, RefusesWhatIsTooLargeForARunbook) {
  here.write("x.yaml", wild("x") + std::string(runbook::kMostBytes, '\n'));
  EXPECT_EQ(printed({"fmt", "x.yaml"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("256 KiB"));
}

TEST_F(Fmt, WritesThroughToTheOtherNamesOfAFile) {
  const fs::path x = here.write("x.yaml", wild("x"));
  fs::create_hard_link(x, here.path() / "same.yaml");
  EXPECT_EQ(printed({"fmt", "x.yaml"}, 0), "x.yaml\n");
  EXPECT_EQ(file("same.yaml"), tamed("x"));
  EXPECT_TRUE(fs::equivalent(x, here.path() / "same.yaml"));
}

TEST_F(Fmt, AFolderWithoutRunbooksIsAMistake) {
  fs::create_directory(here.path() / "empty");
  here.write("tests/x.test.yaml", "apiVersion: cfkops/v1\nkind: RunbookTest\n");
  for (const char* folder : {"empty", "tests"}) {
    EXPECT_EQ(printed({"fmt", "--check", folder}, 2), "");
    EXPECT_THAT(terminal.shown_err,
                AllOf(HasSubstr(std::string("there is no runbook in ") + folder),
                      HasSubstr("looked for *.yaml and *.yml")));
    EXPECT_THAT(printed({"lint", folder}, 2), HasSubstr("there is no runbook in"));
  }
}

/// What lint finds, whatever the line, but for what the house form mends: the order of keys, spaces
/// behind the text.
std::vector<std::string> findings_of(const std::string& text) {
  const runbook::LintReport report =
      runbook::lint(text, "x.yaml", actions::specs(), runbook::Profile::Production);
  std::vector<std::string> found;
  for (const runbook::Diagnostic& finding : report.findings) {
    if (finding.code != "CFK-S005" && finding.code != "CFK-Y007") {
      found.push_back(finding.code + " " +
                      finding.message.substr(0, finding.message.find(" in line ")));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST_F(Fmt, ChangesNoFindingOfLint) {
  int count = 0;
  for (const char* folder : {"runbooks", "tests/golden/lint", "tests/sweep/runbooks"}) {
    for (const auto& entry : fs::recursive_directory_iterator(test::source_tree() / folder)) {
      const bool fit = entry.path().extension() == ".yaml";
      const std::string text = fit ? test::read_file(entry.path()) : "";
      const auto formatted = runbook::format_runbook(text, "x.yaml");
      if (fit && formatted) {
        EXPECT_EQ(findings_of(*formatted), findings_of(text)) << entry.path();
        ++count;
      }
    }
  }
  EXPECT_GT(count, 25);
}

using New = Authoring;

TEST_F(New, WritesARunbookThatLintAcceptsAndThatIsInTheHouseForm) {
  EXPECT_EQ(printed({"new", "drain-node"}, 0), "drain-node.yaml\n");
  EXPECT_THAT(terminal.shown_err, HasSubstr("next: edit it, then cfkops lint drain-node.yaml"));
  EXPECT_EQ(printed({"lint", "drain-node.yaml", "--profile", "ci"}, 0), "");
  EXPECT_EQ(printed({"fmt", "--check", "drain-node.yaml"}, 0), "");
  EXPECT_THAT(file("drain-node.yaml"),
              AllOf(HasSubstr("\nname: drain-node\n"),
                    HasSubstr("FILL IN"),
                    Not(HasSubstr("NAME\n")),
                    HasSubstr("cfkops run drain-node --param")));
  EXPECT_NE(fs::status(here.path() / "drain-node.yaml").permissions() & fs::perms::owner_write,
            fs::perms::none);
}

TEST_F(New, CopiesAKnownRunbookUnderAnotherName) {
  fs::create_directory(here.path() / "runbooks");
  EXPECT_EQ(printed({"new", "our-restart", "--from", "broker-restart"}, 0),
            "runbooks/our-restart.yaml\n");
  std::string original = test::read_file(test::source_tree() / "runbooks/broker-restart.yaml");
  const std::string name = "\nname: broker-restart\n";
  original.replace(original.find(name), name.size(), "\nname: our-restart\n");
  EXPECT_EQ(file("runbooks/our-restart.yaml"), original);
  EXPECT_EQ(printed({"lint", "our-restart"}, 0), "");
}

TEST_F(New, NeverOverwritesUnasked) {
  here.write("x.yaml", "mine\n");
  EXPECT_EQ(printed({"new", "x"}, 2), "");
  EXPECT_THAT(terminal.shown_err,
              AllOf(HasSubstr("x.yaml is there already"), HasSubstr("--force")));
  EXPECT_EQ(file("x.yaml"), "mine\n");
  EXPECT_EQ(printed({"new", "x", "--force"}, 0), "x.yaml\n");
  EXPECT_THAT(file("x.yaml"), HasSubstr("name: x\n"));
  fs::create_symlink("nowhere", here.path() / "link.yaml");
  EXPECT_EQ(printed({"new", "x", "-f", "link.yaml"}, 2), "");
}

TEST_F(New, RefusesWhatCannotBe) {
  EXPECT_EQ(printed({"new", "No_Name"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("'No_Name' is no name for a runbook"));
  EXPECT_EQ(printed({"new", "x", "--from", "nothing"}, 2), "");
  here.write("bad.yaml", "apiVersion: cfkops/v1\n");
  EXPECT_EQ(printed({"new", "x", "--from", "bad.yaml"}, 2), "");
  EXPECT_FALSE(fs::exists(here.path() / "x.yaml"));
  EXPECT_THAT(printed({"new", "x", "-f", "-"}, 0), HasSubstr("name: x\n"));
}

TEST_F(New, AFileThatCannotBeWrittenIsAMistakeWithANextStep) {
  here.write("file", "");
  for (const char* path : {"nowhere/x.yaml", "file/x.yaml"}) {
    EXPECT_EQ(printed({"new", "x", "-f", path}, 2), "");
    EXPECT_THAT(terminal.shown_err, AllOf(HasSubstr(path), HasSubstr("\n  next: check the path")));
  }
  fs::create_directory(here.path() / "folder.yaml");
  EXPECT_EQ(printed({"new", "x", "-f", "folder.yaml", "--force"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("folder.yaml is a directory"));
  EXPECT_EQ(printed({"new", "x", "--force", "-f", "/dev/null"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("/dev/null is a device"));
}

using Explain = Authoring;

TEST_F(Explain, GoesDownToKeysWithinKeysAndArguments) {
  EXPECT_THAT(printed({"explain", "step.attempts.every"}, 0), HasSubstr("every: 30s"));
  EXPECT_THAT(printed({"explain", "kafka.roll.settle"}, 0),
              HasSubstr("kafka.roll.with.settle (duration, default 30s): how long"));
  EXPECT_EQ(printed({"explain", "kafka.roll.with.settle"}, 0), terminal.shown_out);
  EXPECT_THAT(printed({"explain", "kafka.roll.restarted"}, 0), HasSubstr("steps.ID.restarted"));
  EXPECT_THAT(printed({"explain", "kafka.replication.hold"}, 0), HasSubstr("duration"));
  EXPECT_THAT(printed({"explain", "matches"}, 0), HasSubstr("→ bool"));
  EXPECT_EQ(printed({"explain", "expressions.matches"}, 0), printed({"explain", "matches"}, 0));
  EXPECT_THAT(printed({"explain", "expressions"}, 0),
              AllOf(HasSubstr("params.NAME"), HasSubstr("semver")));
}

TEST_F(Explain, SaysWhatThereIsBelowWhatExists) {
  const auto mistake = [this](const std::string& path) {
    EXPECT_EQ(printed({"explain", path}, 2), "");
    return terminal.shown_err;
  };
  EXPECT_THAT(mistake("kafka.rol"), HasSubstr("did you mean 'kafka.roll'?"));
  EXPECT_THAT(mistake("kafka.roll.setle"),
              AllOf(HasSubstr("'kafka.roll' has no 'setle'; did you mean 'settle'?"),
                    HasSubstr("it has target, roles")));
  EXPECT_THAT(mistake("step.atempts"),
              HasSubstr("'step' has no 'atempts'; did you mean 'attempts'?"));
  EXPECT_THAT(mistake("step.attempts.evry"),
              AllOf(HasSubstr("'step.attempts' has no 'evry'; did you mean 'every'?"),
                    HasSubstr("max, every, backoff and on")));
  EXPECT_THAT(mistake("step.timeout.x"), HasSubstr("nothing stands below it"));
  EXPECT_THAT(mistake("step.with.settle"), HasSubstr("depends on the action"));
}

TEST_F(Explain, TellsProgramsTheSameShapeAlways) {
  const auto record = [this](const std::string& path) {
    return nlohmann::json::parse(printed({"explain", path, "-o", "json"}, 0));
  };
  for (const char* path :
       {"step", "step.attempts.every", "kafka.roll", "kafka.roll.settle", "matches"}) {
    const auto found = record(path);
    EXPECT_EQ(found.size(), 7U) << path;
    EXPECT_EQ(found.at("path"), path);
  }
  EXPECT_EQ(record("step.attempts.every").at("keys").size(), 1U);
  EXPECT_EQ(record("step.attempts").at("keys").size(), 1U);
  EXPECT_EQ(record("kafka.roll.settle").at("arguments").at(0).at("name"), "settle");
  EXPECT_EQ(record("kafka.roll.restarted").at("outputs").at(0).at("type"), "int");
  EXPECT_EQ(record("matches").at("functions").size(), 1U);
}

TEST_F(Authoring, TheSchemaIsOfTheActionsThatThereAre) {
  const auto schema = nlohmann::json::parse(printed({"schema"}, 0));
  const auto& step = schema.at("$defs").at("step");
  for (const runbook::ActionSpec& spec : actions::specs()) {
    const auto& place = spec.is_check ? schema.at("$defs").at("check") : step;
    const auto& names = place.at("properties").at(spec.is_check ? "check" : "do").at("enum");
    EXPECT_NE(std::find(names.begin(), names.end(), spec.name), names.end()) << spec.name;
    EXPECT_THAT(place.at("allOf").dump(), HasSubstr("\"const\":\"" + spec.name + "\""));
  }
}

}  // namespace
}  // namespace cfkops::cli
