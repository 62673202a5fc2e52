#include "app_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <string>

namespace cfkops::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kProcedures =
    "# 1. Look\n\n**Procedure**\n\n1. `kubectl get configmap a`\n\n"
    "# 2. Ask\n\n**Procedure**\n\n1. Ask somebody.\n";

struct Import : testing::Test, test::AppBench {
  Import() { here.write("sop.md", kProcedures); }

  test::InFreshFolder here;
};

TEST_F(Import, PrintsAllDraftsAndTellsOfThem) {
  EXPECT_EQ(run_words({"import", "sop.md"}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out, AllOf(HasSubstr("\nname: look\n"), HasSubstr("---\n# A draft")));
  EXPECT_THAT(
      terminal.shown_err,
      AllOf(HasSubstr("look: 2 typed, 0 tasks for people, 1 place to fill in; lint: 0 errors"),
            HasSubstr("ask: 0 typed, 1 task for people")));
}

TEST_F(Import, WritesFilesThatLintAccepts) {
  EXPECT_EQ(run_words({"import", "sop.md", "-d", "new/runbooks"}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out, IsEmpty());
  EXPECT_EQ(run_words({"lint", "new/runbooks"}), 0) << terminal.shown_out;
  EXPECT_THAT(terminal.shown_err, HasSubstr("2 runbooks checked, nothing found"));
}

TEST_F(Import, ReplacesNothingUnlessForced) {
  here.write("ask.yaml", "mine\n");
  EXPECT_EQ(run_words({"import", "sop.md", "-d", "."}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("ask.yaml is there already"));
  EXPECT_FALSE(std::filesystem::exists("look.yaml"));
  EXPECT_EQ(test::read_file("ask.yaml"), "mine\n");
  EXPECT_EQ(run_words({"import", "sop.md", "-d", ".", "--force"}), 0);
  EXPECT_THAT(test::read_file("ask.yaml"), HasSubstr("name: ask"));
}

TEST_F(Import, TakesOneSectionFromStandardInput) {
  terminal.input = kProcedures;
  EXPECT_EQ(run_words({"import", "-", "--section", "2", "--owner", "me", "-o", "json"}), 0);
  const auto record = nlohmann::json::parse(terminal.shown_out);
  ASSERT_EQ(record.at("drafts").size(), 1U);
  const auto& draft = record.at("drafts").at(0);
  EXPECT_EQ(draft.at("name"), "ask");
  EXPECT_EQ(draft.at("line"), 7);
  EXPECT_EQ(draft.at("path"), nullptr);
  EXPECT_EQ(draft.at("blanks"), 0);
  EXPECT_THAT(draft.at("text").get<std::string>(), HasSubstr("owner: me\n"));
}

TEST_F(Import, SaysWhatItCannotRead) {
  here.write("bytes.md", std::string("\xff\xfe", 2));
  for (const auto& [file, text] : {std::pair("nowhere.md", "nowhere.md"),
                                   std::pair("bytes.md", "bytes.md:1: this is no text"),
                                   std::pair(".", "directory")}) {
    terminal.shown_err.clear();
    EXPECT_EQ(run_words({"import", file}), 2) << file;
    EXPECT_THAT(terminal.shown_err, HasSubstr(text));
    EXPECT_THAT(terminal.shown_out, Not(HasSubstr("kind: Runbook")));
  }
}

TEST_F(Import, AFolderThatCannotBeMadeIsAMistakeWithANextStep) {
  here.write("file", "");
  EXPECT_EQ(run_words({"import", "sop.md", "-d", "file/drafts"}), 2);
  EXPECT_THAT(terminal.shown_err,
              AllOf(HasSubstr("file/drafts: the folder cannot be made"), HasSubstr("next: ")));
  ASSERT_EQ(::mkfifo("pipe.md", S_IRUSR | S_IWUSR), 0);
  EXPECT_EQ(run_words({"import", "pipe.md"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("pipe.md is a pipe"));
}

TEST_F(Import, WritesTheHouseForm) {
  here.write("evict.md",
             "# Yes\n\n**Procedure**\n\n1. `kubectl delete pod web-0`\n"
             "2. `kubectl delete pod web-1`\n3. Yes\n");
  EXPECT_EQ(run_words({"import", "evict.md", "-d", "drafts"}), 0) << terminal.shown_err;
  EXPECT_EQ(run_words({"fmt", "--check", "drafts"}), 0) << terminal.shown_out;
  EXPECT_EQ(run_words({"lint", "drafts"}), 0) << terminal.shown_out;
  EXPECT_THAT(test::read_file("drafts/yes.yaml"),
              AllOf(HasSubstr("name: \"yes\"\n"), HasSubstr("id: yes_step\n")));
}

TEST_F(Import, TakesASectionByItsTitle) {
  EXPECT_EQ(run_words({"import", "sop.md", "--section", "2. ASK"}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out, AllOf(HasSubstr("name: ask"), Not(HasSubstr("name: look"))));
  EXPECT_EQ(run_words({"import", "sop.md", "--section", "Lok"}), 2);
  EXPECT_THAT(terminal.shown_err,
              AllOf(HasSubstr("did you mean 'look'?"), HasSubstr("'1. Look' and '2. Ask'")));
}

}  // namespace
}  // namespace cfkops::cli
