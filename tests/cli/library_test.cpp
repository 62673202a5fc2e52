#include "library.hpp"

#include "app_fixture.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::cli {
namespace {

using test::small_runbook;
using testing::HasSubstr;
using testing::Not;

struct Library : testing::Test, test::AppBench {
  test::InFreshFolder here;

  /// As lint says it of that many files and all that the program carries.
  static std::string checked(std::size_t own) {
    return std::to_string(builtin_runbooks().size() + own) + " runbooks checked";
  }
};

TEST_F(Library, WhatIsListedCanBeFoundByItsName) {
  here.write("runbooks/kafka/deep/mine.yaml", small_runbook("mine"));
  ASSERT_EQ(run_words({"list"}), 0);
  EXPECT_THAT(terminal.shown_out, HasSubstr("mine"));
  EXPECT_EQ(run_words({"show", "mine"}), 0) << terminal.shown_err;
  EXPECT_EQ(run_words({"lint", "mine"}), 0) << terminal.shown_out;
}

TEST_F(Library, OfEqualNamesTheUppermostIsTakenWhereverOneAsks) {
  here.write("runbooks/a/mine.yaml", small_runbook("mine") + "# below\n");
  here.write("runbooks/mine.yml", small_runbook("mine") + "# here\n");
  here.write("runbooks/broker-restart.yaml", small_runbook("broker-restart"));
  const auto mine = find_runbook("mine");
  ASSERT_THAT(mine, test::IsOk());
  EXPECT_EQ(mine->place.path, "./runbooks/mine.yml");
  EXPECT_THAT(mine->text, HasSubstr("# here"));
  const auto shipped = look_up("broker-restart");
  ASSERT_THAT(shipped, test::IsOk());
  EXPECT_EQ(shipped->origin, "./runbooks");
  ASSERT_EQ(run_words({"list"}), 0);
  EXPECT_THAT(terminal.shown_out, HasSubstr("Look at a config map"));
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("Restart Kafka brokers")));
}

TEST_F(Library, AFileWhoseNameNobodyShouldTypeIsAFileOnly) {
  here.write("runbooks/Mine.yaml", small_runbook("mine"));
  EXPECT_THAT(look_up("Mine"), test::HasError(ErrorCode::NotFound, "there is no runbook 'Mine'"));
  EXPECT_THAT(look_up("runbooks/Mine.yaml"), test::IsOk());
}

TEST_F(Library, BareLintReportsHiddenMisnamedAndUnreadableFilesToo) {
  here.write("runbooks/mine.yaml", small_runbook("mine"));
  here.write("runbooks/old/mine.yaml", "kind: Runbook\n");
  here.write("runbooks/MINE.yaml", "kind: Runbook\n");
  std::filesystem::create_symlink("nowhere", here.path() / "runbooks/gone.yaml");
  EXPECT_EQ(run_words({"lint"}), 2);
  EXPECT_THAT(terminal.shown_out, HasSubstr("./runbooks/old/mine.yaml:1:1: error"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("./runbooks/MINE.yaml:1:1: error"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("./runbooks/gone.yaml: error"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("[CFK-F001]"));
  EXPECT_THAT(terminal.shown_err, HasSubstr(checked(4)));
  EXPECT_THAT(terminal.shown_err, Not(HasSubstr("nothing found")));
}

TEST_F(Library, ScenariosBesideRunbooksAreNone) {
  here.write("runbooks/mine.yaml", small_runbook("mine"));
  here.write("runbooks/tests/small.yaml",
             "apiVersion: cfkops/v1\nkind: Scenario  # for the tests\nname: small\n");
  static_cast<void>(run_words({"lint"}));
  EXPECT_THAT(terminal.shown_err, HasSubstr(checked(1) + ", nothing found"));
  EXPECT_EQ(run_words({"lint", "runbooks/tests/small.yaml"}), 2)
      << "where it is named it is judged";
}

TEST_F(Library, ObjectsOfTheClusterBesideRunbooksAreNone) {
  here.write("runbooks/mine.yaml", small_runbook("mine"));
  here.write("runbooks/tests/mine/shop.yaml",
             "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\n---\n"
             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n");
  EXPECT_EQ(run_words({"lint", "runbooks"}), 0) << terminal.shown_out;
  EXPECT_THAT(terminal.shown_err, HasSubstr("1 runbook checked, nothing found"));
  static_cast<void>(run_words({"fmt", "--check", "runbooks"}));
  ASSERT_EQ(run_words({"list"}), 0);
  EXPECT_THAT(terminal.shown_out + terminal.shown_err, Not(HasSubstr("shop")));
}

TEST_F(Library, ARunbookOfAMisspeltVersionIsOneAndIsHeardOf) {
  here.write("runbooks/mine.yaml", "apiVersion: cfkop/v1\nkind: Runbook\n");
  EXPECT_EQ(run_words({"lint", "runbooks"}), 2);
  EXPECT_THAT(terminal.shown_out, HasSubstr("'apiVersion' must be cfkops/v1, not 'cfkop/v1'"));
}

TEST_F(Library, LintGoesOnAfterAWordThatMeansNothing) {
  here.write("x.yaml", "kind: Runbook\n");
  EXPECT_EQ(run_words({"lint", "broker-restrat", "x.yaml"}), 2);
  EXPECT_THAT(terminal.shown_out, HasSubstr("did you mean 'broker-restart'"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("x.yaml:1:1"));
}

TEST_F(Library, AnUnreadableRunbookIsListedAsOneThatCannotBeLoaded) {
  std::filesystem::create_directories(here.path() / "runbooks");
  std::filesystem::create_symlink("nowhere", here.path() / "runbooks/gone.yaml");
  ASSERT_EQ(run_words({"list"}), 0);
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("(cannot be loaded: cfkops lint ./runbooks/gone.yaml)"));
}

TEST_F(Library, ATitleCannotDriveTheTerminal) {
  std::string text = small_runbook("mine");
  text.replace(text.find("Look at"), 7, "\"\\e]0;owned\\aLook\\e[31m\"\n#");
  here.write("runbooks/mine.yaml", text);
  for (const char* command : {"list", "show"}) {
    std::vector<std::string> words = {command};
    if (words.front() == "show") {
      words.emplace_back("mine");
    }
    ASSERT_EQ(run_words(words), 0) << terminal.shown_err;
    EXPECT_THAT(terminal.shown_out, HasSubstr("Look"));
    EXPECT_THAT(terminal.shown_out, Not(HasSubstr("\033")));
  }
}

}  // namespace
}  // namespace cfkops::cli
