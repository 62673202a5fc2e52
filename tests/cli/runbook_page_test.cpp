#include "app_fixture.hpp"
#include "library.hpp"
#include "support/golden.hpp"
#include "support/source_tree.hpp"

#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace cfkops::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> shipped() {
  std::vector<std::string> names;
  for (const BuiltinRunbook& book : builtin_runbooks()) {
    names.emplace_back(book.name);
  }
  return names;
}

class RunbookPage : public testing::TestWithParam<std::string>, test::AppBench {
 protected:
  std::string page_of(const std::string& word) {
    return printed({"show", word, "-o", "markdown"}, 0);
  }

 private:
  test::InFreshFolder here_;
};

TEST_P(RunbookPage, IsWhatShowSays) {
  test::expect_golden("../../docs/runbooks/" + GetParam() + ".md", page_of(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Shipped, RunbookPage, testing::ValuesIn(shipped()), [](const auto& one) {
  return base::join(base::split(one.param, '-'), "_");
});

struct RunbookPages : testing::Test, test::AppBench {
  test::InFreshFolder here;

  std::string page_of(const std::string& text) {
    here.write("runbooks/page.yaml", text);
    return printed({"show", "page", "-o", "markdown"}, 0);
  }
};

TEST_F(RunbookPages, TheIndexHasThemAllAndThereAreNoOthers) {
  std::string table = "\n| runbook | what it does | risk |\n| --- | --- | --- |\n";
  std::vector<std::string> files = {"README.md"};
  for (const std::string& name : shipped()) {
    const auto record = nlohmann::json::parse(printed({"show", name, "-o", "json"}, 0));
    table += "| [" + name + "](" + name + ".md) | " + record.at("title").get<std::string>() +
             " | " + record.at("risk").get<std::string>() + " |\n";
    files.push_back(name + ".md");
  }
  std::vector<std::string> there;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::source_tree() / "docs" / "runbooks")) {
    there.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(there, testing::UnorderedElementsAreArray(files));
  test::expect_section("runbooks/README.md", "<!-- runbooks -->", table + "\n");
}

constexpr const char* kPage = R"(apiVersion: cfkops/v1
kind: Runbook
name: page
title: Have a page
purpose: To have all that a page may show.
owner: me
risk: medium
params:
  node: {type: ref<Node>, doc: Which one}
  what: {type: string, required: true, doc: "Said as a|b"}
  often: {type: int, default: 2, min: 1, max: 5}
windows:
  - kind: freeze
    title: Holidays
    start: 2026-12-24T00:00
    duration: 72h
guard:
  - check: expr
    title: It holds
    that: params.often > 0 || params.what == '`'
    else: it does not
    every: 20s
    for: 1m
    on_breach: rollback
steps:
  - id: first
    title: Keep pods away
    do: node.cordon
    with: {node: "${params.node}", reason: "${params.what}"}
    confirm: Is it ${params.node.name}?
    on_failure: stop
  - id: all
    title: For some
    each: {in: "[1, 2]", as: one}
    steps:
      - id: look
        title: Look
        do: object.get
        with: {kind: node, name: "${params.node.name}"}
        when: params.often > 1
rollback:
  - id: back
    title: Look again
    do: object.get
    with: {kind: node, name: "${params.node.name}"}
)";

TEST_F(RunbookPages, OneShowsWhatTheRunbookSays) {
  const std::string page = page_of(kPage);
  for (const char* part :
       {"# page\n\nHave a page.\n\n    $ cfkops plan page --param what=WHAT\n",
        "| `node` | `ref<Node>` | the only one there is | Which one |\n",
        "| `what` | `string` | required | Said as a\\|b |\n",
        "| `often` | `int`, at least 1, at most 5 | `2` |  |\n",
        "## Locks\n\nNo other run may work meanwhile on:\n\n- what `node` means\n",
        "## Windows\n\n- freeze  Holidays: from 2026-12-24T00:00 UTC for 3d\n",
        "- It holds (`expr`): `` params.often > 0 || params.what == '`' ``; asked every 20s, for "
        "1m; "
        "where it fails, what was done is taken back\n",
        "1. `first`: Keep pods away\n   - `node.cordon` ",
        "   - asks first: Is it ${params.node.name}?\n"
        "   - where it fails, what was done stays done, so that the run can be resumed\n"
        "   - taken back if the run fails later\n",
        "2. `all`: For some\n   - for each `one` in `[1, 2]`\n   1. `look`: Look\n"
        "      - `object.get` reads one object\n      - only when `params.often > 1`\n",
        "\nThen this is done:\n\n1. `back`: Look again\n",
        "| nodes | get, patch |\n",
        "| `UndoIncomplete` | 7 | "}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  EXPECT_THAT(page, Not(HasSubstr("ValidationFailed"))) << "there is none";
}

TEST_F(RunbookPages, WhatOnlyReadsHasNoLocksAndNothingToTakeBack) {
  const std::string page = page_of(test::small_runbook("page"));
  EXPECT_THAT(page, HasSubstr("Risk: low. Owner: me. It only reads.\n"));
  EXPECT_THAT(page, HasSubstr("It changes nothing, so that there is nothing to take back.\n"));
  for (const char* part : {"## Locks", "UndoIncomplete", "## Guards", "## Parameters"}) {
    EXPECT_THAT(page, Not(HasSubstr(part)));
  }
}

}  // namespace
}  // namespace cfkops::cli
