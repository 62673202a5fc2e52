// What `--output json` promises: a record with schemaVersion, every field always there.

#include "cluster_bench.hpp"
#include "library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::cli {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

/// The names of a record's members, sorted.
std::vector<std::string> members(const nlohmann::json& record) {
  std::vector<std::string> names;
  for (const auto& [name, value] : record.items()) {
    names.push_back(name);
  }
  return names;
}

const std::vector<std::string> kStepMembers = {"attempts",
                                               "confirm",
                                               "do",
                                               "each",
                                               "effect",
                                               "expect",
                                               "id",
                                               "include",
                                               "noRollback",
                                               "onFailure",
                                               "rollback",
                                               "steps",
                                               "timeout",
                                               "title",
                                               "when",
                                               "with"};

const std::string kFullBook = R"(apiVersion: cfkops/v1
kind: Runbook
name: full
title: Everything
purpose: To show all there is.
owner: me
risk: low
params:
  topics: {type: list<string>, default: [a, b]}
  settle: {type: duration, default: 30s, min: 1s, doc: How long}
prerequisites:
  - check: expr
    that: size(params.topics) > 0
    else: name a topic
steps:
  - id: both
    when: params.settle > duration('1s')
    steps:
      - id: inner
        do: object.get
        each: {in: params.topics, as: topic, batch: [1, 50%], max_failures: 1}
        on_failure: stop
        with: {kind: configmap, name: "${topic}"}
        timeout: 2m
        attempts: {max: 3, every: 5s}
rollback:
  - id: back
    do: object.get
    with: {kind: configmap, name: a}
settings: {run_timeout: 1h}
)";

struct JsonOutput : testing::Test, test::ClusterBench {
  test::InFreshFolder here;

  /// The one record that the command prints.
  nlohmann::json record(std::vector<std::string> words, int code = 0) {
    words.insert(words.end(), {"-o", "json"});
    terminal.shown_out.clear();
    EXPECT_EQ(run_words(std::move(words)), code) << terminal.shown_err;
    EXPECT_EQ(std::count(terminal.shown_out.begin(), terminal.shown_out.end(), '\n'), 1);
    nlohmann::json shown = nlohmann::json::parse(terminal.shown_out);
    EXPECT_EQ(shown.at("schemaVersion"), 1);
    return shown;
  }

  /// The path of the log that a run of a small runbook leaves.
  std::string log_of_a_run() {
    here.write("small.yaml", test::small_runbook("small"));
    terminal.shown_out.clear();
    EXPECT_EQ(run_words({"run", "./small.yaml", "--yes", "-o", "json"}), 0) << terminal.shown_err;
    const std::string& out = terminal.shown_out;
    const std::size_t last = out.rfind('\n', out.size() - 2) + 1;
    return nlohmann::json::parse(out.substr(last)).at("log");
  }
};

TEST_F(JsonOutput, OfLintHasTheFindingsWithTheirPlaces) {
  here.write("x.yaml", "kind: Runbook\n");
  const auto shown = record({"lint", "x.yaml", "no-such-name"}, 2);
  EXPECT_THAT(members(shown), ElementsAre("files", "findings", "schemaVersion"));
  EXPECT_EQ(shown.at("files"), 1);
  for (const auto& finding : shown.at("findings")) {
    EXPECT_THAT(
        members(finding),
        ElementsAre("code", "column", "file", "length", "line", "message", "remedy", "severity"));
  }
  EXPECT_EQ(shown.at("findings").at(0).at("code"), "CFK-F001");
  EXPECT_EQ(record({"lint", "broker-restart"}).at("findings"), nlohmann::json::array());
}

TEST_F(JsonOutput, OfListHasEveryRunbookByName) {
  here.write("runbooks/broken.yaml", "kind: Runbook\n");
  const auto shown = record({"list"});
  EXPECT_THAT(members(shown), ElementsAre("runbooks", "schemaVersion"));
  ASSERT_EQ(shown.at("runbooks").size(), builtin_runbooks().size() + 1);
  for (const auto& row : shown.at("runbooks")) {
    EXPECT_THAT(members(row), ElementsAre("name", "origin", "path", "risk", "title"));
  }
}

TEST_F(JsonOutput, OfShowHasAllThatTheFileSays) {
  here.write("full.yaml", kFullBook);
  const auto shown = record({"show", "./full.yaml"});
  EXPECT_THAT(members(shown),
              ElementsAre("file",
                          "guard",
                          "locks",
                          "name",
                          "owner",
                          "params",
                          "prerequisites",
                          "purpose",
                          "risk",
                          "rollback",
                          "schemaVersion",
                          "settings",
                          "sha256",
                          "steps",
                          "title",
                          "validation",
                          "windows"));
  EXPECT_EQ(shown.at("file"), "./full.yaml");
  for (const auto& param : shown.at("params")) {
    EXPECT_THAT(members(param),
                ElementsAre("default", "doc", "max", "min", "name", "required", "type"));
  }
  const auto& check = shown.at("prerequisites").at(0);
  EXPECT_THAT(members(check), ElementsAre("check", "else", "id", "that", "title", "when", "with"));
  EXPECT_EQ(check.at("that"), "size(params.topics) > 0");
  EXPECT_EQ(check.at("else"), "name a topic");
  const auto& group = shown.at("steps").at(0);
  EXPECT_THAT(members(group), ElementsAreArray(kStepMembers));
  EXPECT_EQ(group.at("when"), "params.settle > duration('1s')");
  EXPECT_TRUE(group.at("timeout").is_null());
  const auto& inner = group.at("steps").at(0);
  EXPECT_THAT(members(inner), ElementsAreArray(kStepMembers));
  EXPECT_EQ(inner.at("with"), (nlohmann::json{{"kind", "configmap"}, {"name", "${topic}"}}));
  EXPECT_EQ(inner.at("each"),
            (nlohmann::json{{"in", "params.topics"},
                            {"as", "topic"},
                            {"batch", {"1", "50%"}},
                            {"maxFailures", "1"}}));
  EXPECT_EQ(inner.at("onFailure"), "stop");
  EXPECT_EQ(group.at("onFailure"), "rollback");
  EXPECT_EQ(shown.at("settings"), (nlohmann::json{{"timeout", nullptr}, {"runTimeout", "1h"}}));
  EXPECT_EQ(inner.at("timeout"), "2m");
  EXPECT_THAT(members(inner.at("attempts")), ElementsAre("backoff", "every", "max", "on"));
  EXPECT_EQ(shown.at("rollback").at(0).at("id"), "back");
}

TEST_F(JsonOutput, OfExplainHasOneShapeForKeysActionsAndOverview) {
  for (const std::string path :
       {"", "step", "step.attempts", "steps", "kafka.roll", "permission"}) {
    std::vector<std::string> words = {"explain"};
    if (!path.empty()) {
      words.emplace_back(path);
    }
    const auto shown = record(words);
    EXPECT_THAT(
        members(shown),
        ElementsAre(
            "actions", "arguments", "functions", "keys", "outputs", "path", "schemaVersion"))
        << path;
    EXPECT_FALSE(shown.at("actions").empty() && shown.at("keys").empty()) << path;
    for (const auto& key : shown.at("keys")) {
      EXPECT_THAT(members(key), ElementsAre("doc", "example", "key", "required", "type", "where"));
    }
    for (const auto& action : shown.at("actions")) {
      EXPECT_THAT(members(action),
                  ElementsAre("arguments",
                              "check",
                              "effect",
                              "example",
                              "name",
                              "noUndo",
                              "outputs",
                              "permissions",
                              "summary",
                              "timeout"));
    }
  }
  EXPECT_EQ(record({"explain", "steps"}).at("keys").size(), 1U);
  const auto roll = record({"explain", "kafka.roll"});
  EXPECT_TRUE(roll.at("keys").empty());
  for (const auto& argument : roll.at("actions").at(0).at("arguments")) {
    EXPECT_THAT(members(argument), ElementsAre("default", "help", "name", "required", "type"));
  }
}

TEST_F(JsonOutput, OfPlanHasEveryFieldAndNoSecret) {
  std::string text = test::small_runbook("small");
  text.replace(
      text.find("steps:"),
      0,
      "params: {password: {type: secret}}\n"
      "prerequisites:\n  - check: expr\n    that: has(params.password)\n    else: give it\n");
  here.write("small.yaml", text);
  here.write("secret", "hunter2");
  const auto shown = record({"plan", "./small.yaml", "-p", "password=@secret"});
  EXPECT_THAT(members(shown),
              ElementsAre("blocked",
                          "cluster",
                          "includes",
                          "locks",
                          "namespace",
                          "params",
                          "prerequisites",
                          "run",
                          "runbook",
                          "schemaVersion",
                          "steps",
                          "user",
                          "validation",
                          "window"));
  EXPECT_THAT(members(shown.at("cluster")), ElementsAre("context", "server", "version"));
  EXPECT_THAT(
      members(shown.at("prerequisites").at(0)),
      ElementsAre("decides", "details", "id", "outputs", "remedy", "summary", "title", "verdict"));
  EXPECT_THAT(members(shown.at("steps").at(0)),
              ElementsAre("action",
                          "changes",
                          "confirm",
                          "disruption",
                          "estimate",
                          "id",
                          "notes",
                          "orderedByState",
                          "permissions",
                          "skipped",
                          "title",
                          "undo",
                          "unknown"));
  EXPECT_EQ(shown.at("params").at("password"), "***");
  EXPECT_EQ(terminal.shown_err, "");
}

TEST_F(JsonOutput, OfRunsHasTheRunAndItsRecords) {
  const std::string log = log_of_a_run();
  const auto list = record({"runs", "list"});
  EXPECT_THAT(members(list), ElementsAre("runs", "schemaVersion"));
  ASSERT_FALSE(list.at("runs").empty());
  for (const auto& run : list.at("runs")) {
    EXPECT_THAT(
        members(run),
        ElementsAre(
            "namespace", "reason", "result", "resumable", "run", "runbook", "started", "state"));
  }
  const auto shown = record({"runs", "show", log});
  EXPECT_THAT(members(shown), ElementsAre("records", "schemaVersion", "signers"));
  ASSERT_EQ(shown.at("signers").size(), 1U);
  ASSERT_GT(shown.at("records").size(), 2U);
  for (const auto& line : shown.at("records")) {
    EXPECT_THAT(members(line), ElementsAre("attempt", "data", "phase", "seq", "step", "time"));
  }
}

TEST_F(JsonOutput, OfAuditVerifyHasAVerdictOnEveryLog) {
  const std::string intact = log_of_a_run();
  const std::string broken = here.write("broken.jsonl", "{\"not\":\"a log\"}\n").string();
  const auto shown = record({"audit", "verify", broken, "missing", intact}, 1);
  EXPECT_THAT(members(shown), ElementsAre("logs", "schemaVersion"));
  ASSERT_EQ(shown.at("logs").size(), 3U);
  for (const auto& log : shown.at("logs")) {
    EXPECT_THAT(members(log),
                ElementsAre("line",
                            "path",
                            "reason",
                            "records",
                            "run",
                            "sha256",
                            "signedRecords",
                            "signers",
                            "state"));
  }
  EXPECT_EQ(shown.at("logs").at(0).at("state"), "broken");
  EXPECT_EQ(shown.at("logs").at(1).at("state"), "unreadable");
  EXPECT_EQ(shown.at("logs").at(1).at("path"), "missing");
  EXPECT_EQ(shown.at("logs").at(2).at("state"), "intact");
  EXPECT_THAT(terminal.shown_err, HasSubstr("there is no run 'missing'"));
  EXPECT_EQ(record({"audit", "verify", intact, "missing"}, 2).at("logs").size(), 2U);
  EXPECT_EQ(record({"audit", "verify", intact}).at("logs").at(0).at("state"), "intact");
}

}  // namespace
}  // namespace cfkops::cli
