#include "app_fixture.hpp"
#include "library.hpp"
#include "support/source_tree.hpp"
#include "support/widget_definition.hpp"

#include "cfkops/runbook/rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {
namespace {

using test::small_runbook;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A runbook with a warning (a pause) in line 12.
std::string pausing() {
  const std::string text = small_runbook("pausing");
  return text.substr(0, text.find("    do:")) +
         "    do: pod.exec\n    with: {pod: web-0, argv: [sleep, \"60\"]}\n";
}

struct Lint : testing::Test, test::AppBench {
  test::InFreshFolder here;
};

TEST_F(Lint, AsksForTheRulesOfTheProfile) {
  here.write("x.yaml", pausing());
  EXPECT_EQ(printed({"lint", "x.yaml", "--profile", "basic"}, 0), "");
  EXPECT_THAT(printed({"lint", "x.yaml"}, 2),
              AllOf(HasSubstr("x.yaml:12:30: warning: a pause"), Not(HasSubstr("CFK-R001"))));
  EXPECT_THAT(printed({"lint", "x.yaml", "--profile", "production"}, 2), HasSubstr("[CFK-R001]"));
  EXPECT_EQ(run_words({"lint", "x.yaml", "--profile", "strict"}), 2);
}

TEST_F(Lint, WhatIsWorthKnowingOnlyIsNoFailure) {
  std::string text = small_runbook("x");
  text.replace(text.find("something small"), 15, "some lgos");
  here.write("x.yaml", text);
  EXPECT_THAT(printed({"lint", "x.yaml"}, 0), HasSubstr("info: 'lgos' is spelt logs"));
}

TEST_F(Lint, TheShippedRunbooksHaveNoFindingByTheRulesOfProduction) {
  for (const auto& entry : std::filesystem::directory_iterator(test::source_tree() / "runbooks")) {
    if (entry.is_regular_file()) {
      EXPECT_EQ(printed({"lint", entry.path().string(), "--profile", "production"}, 0), "");
    }
  }
}

TEST_F(Lint, TheFolderOfTheShippedRunbooksCanBeNamedAsItIs) {
  EXPECT_EQ(printed({"lint", (test::source_tree() / "runbooks").string()}, 0), "");
  EXPECT_THAT(terminal.shown_err,
              HasSubstr(std::to_string(builtin_runbooks().size()) + " runbooks checked"));
}

TEST_F(Lint, ManyFilesAreToldInTheirOrder) {
  std::string names;
  for (int i = 10; i < 50; ++i) {
    const std::string name = "runbooks/r" + std::to_string(i) + ".yaml";
    here.write(name, i % 2 == 0 ? pausing() : small_runbook("r"));
    names += i % 2 == 0 ? name + " " : "";
  }
  const std::string first = printed({"lint", "runbooks"}, 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("40 runbooks checked, 20 findings"));
  std::string told;
  for (std::size_t at = first.find("runbooks/r"); at != std::string::npos;
       at = first.find("runbooks/r", at + 1)) {
    told += first.substr(at, 17) + " ";
  }
  EXPECT_EQ(told, names);
  EXPECT_EQ(printed({"lint", "runbooks"}, 2), first);
}

TEST_F(Lint, ReadsStandardInput) {
  terminal.input = pausing();
  EXPECT_THAT(printed({"lint", "-"}, 2), StartsWith("stdin:12:30: warning"));
  terminal.input = small_runbook("x") + "   ";
  EXPECT_EQ(printed({"lint", "-", "--fix"}, 0), small_runbook("x") + "\n");
  EXPECT_THAT(terminal.shown_err, HasSubstr("nothing found"));
}

TEST_F(Lint, FixWritesWhatNeedsNoThought) {
  std::string text = small_runbook("x");
  text.replace(text.find("purpose"), 7, "description");
  text.replace(text.find("    title"), 9, "    titel");
  text.replace(text.find("Look at it"), 10, "Look at it  \r");
  text.replace(text.find("name: a}"), 8, "name: 007}");
  text += "# cfkops:ignore CFK-X010 because it was so once\n";
  const auto path = here.write("x.yaml", text);
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_EQ(printed({"lint", "x.yaml", "--fix"}, 0), "") << terminal.shown_out;
  std::string wanted = small_runbook("x");
  wanted.replace(wanted.find("name: a}"), 8, "name: \"007\"}");
  EXPECT_EQ(test::read_file(path), wanted);
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0644));
}

TEST_F(Lint, FixLeavesWhatTakesAPerson) {
  const auto path = here.write("x.yaml", pausing());
  EXPECT_THAT(printed({"lint", "x.yaml", "--fix"}, 2), HasSubstr("[CFK-X010]"));
  EXPECT_EQ(test::read_file(path), pausing());
}

TEST_F(Lint, WritesWorkflowCommandsForGithub) {
  here.write("a,b.yaml", pausing());
  EXPECT_THAT(printed({"lint", "./a,b.yaml", "-o", "github"}, 2),
              StartsWith("::warning file=a%2Cb.yaml,line=12,col=30,endColumn=31,title=CFK-X010::a "
                         "pause is too short on a bad day and too long on all others%0Await for"));
}

TEST_F(Lint, WritesACodeQualityReportForGitlab) {
  here.write("x.yaml", pausing());
  const auto report = nlohmann::json::parse(printed({"lint", "./x.yaml", "-o", "gitlab"}, 2));
  ASSERT_EQ(report.size(), 1U);
  const auto& finding = report.at(0);
  EXPECT_EQ(finding.at("check_name"), "CFK-X010");
  EXPECT_EQ(finding.at("severity"), "minor");
  EXPECT_EQ(finding.at("location"),
            nlohmann::json({{"path", "x.yaml"}, {"lines", {{"begin", 12}}}}));
  EXPECT_EQ(finding.at("fingerprint").get<std::string>().size(), 64U);
}

TEST_F(Lint, WritesSarifWithFingerprintsThatOutliveMovedLines) {
  here.write("a b.yaml", pausing() + "  ");
  const auto sarif = [this] {
    return nlohmann::json::parse(printed({"lint", "./a b.yaml", "-o", "sarif"}, 2));
  };
  const auto first = sarif();
  EXPECT_EQ(first.at("version"), "2.1.0");
  const auto& run = first.at("runs").at(0);
  const auto& rules = run.at("tool").at("driver").at("rules");
  EXPECT_EQ(rules.size(), runbook::all_rules().size());
  const auto& pause = run.at("results").at(0);
  EXPECT_EQ(rules.at(pause.at("ruleIndex").get<std::size_t>()).at("id"), "CFK-X010");
  EXPECT_EQ(pause.at("level"), "warning");
  const auto& place = pause.at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("artifactLocation").at("uri"), "a%20b.yaml");
  EXPECT_EQ(
      place.at("region"),
      nlohmann::json({{"startLine", 12}, {"startColumn", 30}, {"endLine", 12}, {"endColumn", 31}}));
  EXPECT_TRUE(run.at("results").at(1).contains("fixes"));

  here.write("a b.yaml", "# one more line\n" + pausing() + "  ");
  const auto second = sarif();
  const auto& moved = second.at("runs").at(0).at("results").at(0);
  EXPECT_EQ(moved.at("partialFingerprints"), pause.at("partialFingerprints"));
  EXPECT_NE(moved.at("locations"), pause.at("locations"));
}

/// The one run of a report in SARIF.
nlohmann::json run_of(const std::string& report) {
  return nlohmann::json::parse(report).at("runs").at(0);
}

/// The regions that the fixes of a rule take away.
std::vector<nlohmann::json> deleted_by(const nlohmann::json& run, std::string_view rule) {
  std::vector<nlohmann::json> regions;
  for (const auto& result : run.at("results")) {
    if (result.at("ruleId") == rule) {
      for (const auto& replacement :
           result.at("fixes").at(0).at("artifactChanges").at(0).at("replacements")) {
        regions.push_back(replacement.at("deletedRegion"));
      }
    }
  }
  return regions;
}

TEST_F(Lint, SarifTellsFixesInBytesAndInColumnsOfCharacters) {
  std::string text = small_runbook("x");
  text.replace(text.find("Look at it"), 10, "Look at 日本  ");
  here.write("x.yaml", text);
  const std::size_t spaces = text.find("日本") + 6;
  EXPECT_THAT(deleted_by(run_of(printed({"lint", "x.yaml", "-o", "sarif"}, 2)), "CFK-Y007"),
              ElementsAre(nlohmann::json({{"byteOffset", spaces},
                                          {"byteLength", 2},
                                          {"startLine", 10},
                                          {"startColumn", 22},
                                          {"endLine", 10},
                                          {"endColumn", 24}})));
}

TEST_F(Lint, AByteOrderMarkHasAPlaceInBytesAlone) {
  here.write("x.yaml", "\xEF\xBB\xBF" + small_runbook("x"));
  EXPECT_THAT(deleted_by(run_of(printed({"lint", "x.yaml", "-o", "sarif"}, 2)), "CFK-Y007"),
              ElementsAre(nlohmann::json({{"byteOffset", 0}, {"byteLength", 3}})));
}

TEST_F(Lint, SarifShowsWhatIsAboutAFileAtItsBeginning) {
  const auto run = run_of(printed({"lint", "not/there.yaml", "-o", "sarif"}, 2));
  const auto& place = run.at("results").at(0).at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(
      place.at("region"),
      nlohmann::json({{"startLine", 1}, {"startColumn", 1}, {"endLine", 1}, {"endColumn", 1}}));
}

TEST_F(Lint, SarifLinksRulesToTheirPagesWhereTheDocumentationIsNamed) {
  here.write("x.yaml", pausing());
  const auto rules_of = [this](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"lint", "x.yaml", "-o", "sarif"};
    words.insert(words.end(), more.begin(), more.end());
    return run_of(printed(words, 2)).at("tool").at("driver").at("rules");
  };
  for (const auto& rule : rules_of({"--docs", "https://x.example/docs/"})) {
    const std::string page =
        "https://x.example/docs/" + runbook::rule_page(rule.at("id").get<std::string>());
    EXPECT_EQ(rule.at("helpUri"), page);
    EXPECT_THAT(rule.at("help").at("markdown").get<std::string>(), HasSubstr("(" + page + ")"));
  }
  for (const auto& rule : rules_of({})) {
    EXPECT_FALSE(rule.contains("helpUri"));
    EXPECT_THAT(rule.at("help").at("text").get<std::string>(), HasSubstr("docs/lint/"));
  }
}

TEST_F(Lint, ShowsNoCredentialWhateverTheFindingIsAbout) {
  std::string text = pausing();
  text.replace(text.find("argv"), 0, "namespace: \"https://日本:hunter2@x\", ");
  here.write("x.yaml", text);
  for (const char* form : {"text", "json", "github", "gitlab", "sarif", "junit"}) {
    const std::string shown = printed({"lint", "x.yaml", "-o", form}, 2);
    EXPECT_THAT(shown, AllOf(HasSubstr("CFK-Z001"), HasSubstr("CFK-X010"))) << form;
    EXPECT_THAT(shown, Not(HasSubstr("hunter2"))) << form;
  }
}

TEST_F(Lint, ShowsNoDefaultOfASecretEither) {
  std::string text = small_runbook("x");
  text.insert(text.find("steps:"), "params:\n  key: {type: secret, default: hunter2}\n");
  here.write("x.yaml", text);
  for (const char* form : {"text", "json", "github", "gitlab", "sarif", "junit"}) {
    const std::string shown = printed({"lint", "x.yaml", "-o", form}, 2);
    EXPECT_THAT(shown, AllOf(HasSubstr("CFK-P004"), Not(HasSubstr("hunter2")))) << form;
  }
}

TEST_F(Lint, WritesTestReportsForJunit) {
  here.write("runbooks/fine.yaml", small_runbook("fine"));
  here.write("runbooks/pausing.yaml", pausing());
  const std::string report = printed({"lint", "runbooks", "-o", "junit"}, 2);
  EXPECT_THAT(report, HasSubstr("<testsuites tests=\"2\" failures=\"1\">"));
  EXPECT_THAT(report, HasSubstr("<testcase classname=\"runbooks/fine.yaml\" name=\"lint\"/>"));
  EXPECT_THAT(report, HasSubstr("name=\"CFK-X010 in line 12\""));
  EXPECT_THAT(report, HasSubstr("argv: [sleep, &quot;60&quot;]"));
}

/// A runbook that waits for a widget by a member that no widget has.
std::string asking_a_widget() {
  const std::string text = small_runbook("x");
  return text.substr(0, text.find("configmap")) +
         "widget, name: a}\n    expect:\n      - {check: expr, that: steps.look.object.status.phse "
         "== "
         "'Ready'}\n";
}

TEST_F(Lint, KnowsTheKindsThatItIsGiven) {
  here.write("x.yaml", asking_a_widget());
  here.write("crds/widgets.yaml", test::widget_definition());
  here.write("crds/notes.yaml", "just: {{ text }}\n");
  EXPECT_EQ(printed({"lint", "x.yaml"}, 0), "");
  for (const char* path : {"crds", "crds/widgets.yaml"}) {
    EXPECT_THAT(printed({"lint", "--crds", path, "x.yaml"}, 2),
                AllOf(HasSubstr("did you mean 'phase'?"), HasSubstr("[CFK-E010]")));
  }
  here.write("more.yaml", "---\n" + test::widget_definition());
  EXPECT_THAT(printed({"lint", "x.yaml", "--crds", "more.yaml", "--crds", "crds"}, 2),
              HasSubstr("[CFK-E010]"));
}

TEST_F(Lint, DefinitionsThatAreNoneAreAnError) {
  here.write("x.yaml", small_runbook("x"));
  here.write("empty/notes.yaml", "a: 1\n");
  here.write("broken.yaml", test::widget_definition() + "  - [\n");
  for (const char* path : {"x.yaml", "empty"}) {
    EXPECT_EQ(printed({"lint", "x.yaml", "--crds", path}, 2), "");
    EXPECT_THAT(terminal.shown_err,
                HasSubstr(std::string(path) + ": no CustomResourceDefinition is there"));
  }
  EXPECT_EQ(printed({"lint", "x.yaml", "--crds", "none.yaml"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("none.yaml"));
  EXPECT_EQ(printed({"lint", "x.yaml", "--crds", "broken.yaml"}, 2), "");
  EXPECT_THAT(terminal.shown_err, HasSubstr("broken.yaml:4"));
  EXPECT_EQ(printed({"lsp", "--crds", "empty"}, 2), "");
}

}  // namespace
}  // namespace cfkops::cli
