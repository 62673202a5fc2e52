#include "cfkops/sandbox/scenario.hpp"

#include "support/temp_dir.hpp"

#include "cfkops/base/clock.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

constexpr std::string_view kHead = "apiVersion: cfkops/v1\nkind: Scenario\nname: mine\n";

/// What is wrong with a scenario of these lines below the head, each with its place.
std::vector<std::string> errors_of(const std::string& lines) {
  const auto scenario = load_scenario(std::string(kHead) + lines, "mine.yaml");
  std::vector<std::string> found;
  if (!scenario) {
    for (const Error& error : scenario.error()) {
      EXPECT_EQ(error.code, ErrorCode::InvalidInput);
      EXPECT_FALSE(error.hint.empty()) << error.message;
      found.push_back((error.pos ? error.pos->text() : "") + ": " + error.message);
    }
  }
  return found;
}

std::string first_error(const std::string& lines) {
  const std::vector<std::string> found = errors_of(lines);
  return found.empty() ? "" : found.front();
}

TEST(BuiltinScenario, AllLoadUnderTheirNames) {
  EXPECT_GE(builtin_scenarios().size(), 11U);
  for (const BuiltinScenario& one : builtin_scenarios()) {
    const auto scenario = load_scenario(one.text, std::string(one.name));
    ASSERT_TRUE(scenario.has_value()) << one.name << ": " << scenario.error().front().pos->text()
                                      << ": " << scenario.error().front().message;
    EXPECT_EQ(scenario->name, one.name);
    EXPECT_FALSE(scenario->summary.empty()) << one.name;
    EXPECT_TRUE(one.text.starts_with("# What it shows: ")) << one.name;
    EXPECT_NE(one.text.find("\n# broker-restart: "), std::string_view::npos) << one.name;
  }
}

TEST(BuiltinScenario, SixtyBrokersIsLarge) {
  const auto scenario = find_scenario("sixty-brokers");
  ASSERT_TRUE(scenario.has_value());
  const KafkaSpec& kafka = scenario->kafka.at(0);
  EXPECT_EQ(kafka.brokers, 60);
  EXPECT_EQ(kafka.racks.size(), 3U);
  int partitions = 0;
  for (const TopicSpec& topic : kafka.topics) {
    partitions += topic.partitions;
  }
  EXPECT_EQ(partitions, 600);
}

TEST(FindScenario, ListsTheBuiltInOnesForAnUnknownName) {
  const auto scenario = find_scenario("helthy");
  ASSERT_FALSE(scenario.has_value());
  const Error& error = scenario.error().front();
  EXPECT_EQ(error.message, "there is no scenario 'helthy'; did you mean 'healthy'?");
  EXPECT_NE(error.hint.find("two-clusters"), std::string::npos) << error.hint;
}

TEST(FindScenario, ReadsAFileByItsPath) {
  const test::TempDir dir;
  const std::string missing = (dir.path() / "none.yaml").string();
  EXPECT_EQ(find_scenario(missing).error().front().code, ErrorCode::NotFound);
  const std::string path = dir.write("mine.yaml", std::string(kHead) + "seed: 7\n").string();
  const auto scenario = find_scenario(path);
  ASSERT_TRUE(scenario.has_value());
  EXPECT_EQ(scenario->seed, 7U);
}

TEST(LoadScenario, TakesDefaultsForWhatIsNotThere) {
  const auto scenario = load_scenario(std::string(kHead) + "kafka: [{name: k}]\n", "mine.yaml");
  ASSERT_TRUE(scenario.has_value());
  ASSERT_EQ(scenario->nodes.size(), 1U);
  EXPECT_EQ(scenario->nodes.front().count, 3);
  EXPECT_EQ(scenario->latency, std::chrono::milliseconds(2));
  EXPECT_EQ(scenario->kafka.at(0).brokers, 3);
  EXPECT_EQ(scenario->kafka.at(0).controllers_name, "kraftcontroller");
  EXPECT_EQ(scenario->objects, nullptr);
}

TEST(LoadScenario, ReadsAllThatAKafkaCanHave) {
  const auto scenario =
      load_scenario(std::string(kHead) +
                        "start: 2026-01-15T08:00:00Z\n"
                        "kafka:\n"
                        "  - {namespace: a, name: k, version: 3.9.2, layout: plain,\n"
                        "     combined: true, brokers: 2, racks: [zone-1, zone-2],\n"
                        "     timing: {session: 6s, heartbeat: 1s},\n"
                        "     catchUp: {bytesPerSecond: 1500k}, disk: 1Gi,\n"
                        "     topics: [{name: t, partitions: 4, stored: 1Mi}]}\n",
                    "mine.yaml");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().front().message;
  const KafkaSpec& kafka = scenario->kafka.at(0);
  EXPECT_EQ(kafka.layout, KafkaSpec::Layout::Plain);
  EXPECT_EQ(kafka.controllers, 0);
  EXPECT_FALSE(kafka.has_operator);
  EXPECT_EQ(kafka.session, std::chrono::seconds(6));
  EXPECT_EQ(kafka.catch_up_bytes_per_second, 1.5e6);
  EXPECT_EQ(kafka.disk_bytes, 1U << 30U);
  EXPECT_EQ(kafka.topics.at(0).replicas, 2);  // as many as there are brokers
  EXPECT_EQ(kafka.topics.at(0).stored_bytes, 1U << 20U);
  EXPECT_EQ(base::format_rfc3339(scenario->start), "2026-01-15T08:00:00.000000Z");
}

TEST(LoadScenario, TakesJson) {
  const auto scenario = load_scenario(
      R"({"apiVersion": "cfkops/v1", "kind": "Scenario", "name": "j", "nodes": [],
          "objects": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}]})",
      "j.json");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().front().message;
  EXPECT_TRUE(scenario->nodes.empty());
  EXPECT_EQ(scenario->objects->at(0).at("metadata").at("name"), "a");
}

TEST(LoadScenario, AddsNoNodesToThoseOfASnapshot) {
  const std::string objects =
      "objects: [{apiVersion: v1, kind: Node, metadata: {name: a, uid: u}}]\n";
  EXPECT_TRUE(load_scenario(std::string(kHead) + objects, "mine.yaml")->nodes.empty());
  EXPECT_EQ(
      load_scenario(std::string(kHead) + objects + "nodes: [{}]\n", "mine.yaml")->nodes.size(), 1U);
}

TEST(LoadScenario, SaysWhatWhereAndWhatToDo) {
  const auto scenario = load_scenario(std::string(kHead) + "kafak: []\n", "mine.yaml");
  ASSERT_FALSE(scenario.has_value());
  ASSERT_EQ(scenario.error().size(), 1U);
  const Error& error = scenario.error().front();
  EXPECT_EQ(error.pos->text(), "mine.yaml:4:1");
  EXPECT_EQ(error.message, "the scenario has no key 'kafak'; did you mean 'kafka'?");
  EXPECT_EQ(error.hint,
            "it has apiVersion, kind, name, summary, seed, start, latency, nodes, kafka, objects "
            "and faults");
}

TEST(LoadScenario, FindsAllErrorsInOnePassFromTopToBottom) {
  const std::vector<std::string> found = errors_of(
      "latency: soon\n"
      "nodes:\n"
      "  - {prefix: Node, memory: lots}\n"
      "kafka:\n"
      "  - name: k\n"
      "    brokers: 2\n"
      "    topics:\n"
      "      - {name: t, replicas: 3, partitons: 5}\n"
      "      - {name: t}\n");
  ASSERT_EQ(found.size(), 6U);
  EXPECT_TRUE(
      found.at(0).starts_with("mine.yaml:4:10: 'latency' of the scenario cannot be 'soon'"));
  EXPECT_TRUE(found.at(1).starts_with("mine.yaml:6:14: 'prefix' of a group of nodes"));
  EXPECT_TRUE(found.at(2).starts_with("mine.yaml:6:28: 'memory' of a group of nodes"));
  EXPECT_EQ(found.at(3),
            "mine.yaml:11:29: 'replicas' of topic 't' is 3, but there are only 2 brokers");
  EXPECT_EQ(found.at(4),
            "mine.yaml:11:32: topic 't' has no key 'partitons'; did you mean 'partitions'?");
  EXPECT_EQ(found.at(5), "mine.yaml:12:9: kafka 'k' has two topics 't'");
}

TEST(LoadScenario, RefusesWhatCannotBe) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nodes: 3\n", "mine.yaml:4:8: 'nodes' must be a list, not a plain value"},
      {"nodes: [{count: -1}]\n", "mine.yaml:4:17: 'count' of a group of nodes cannot be '-1'"},
      {"nodes: [{zones: [a, a]}]\n", "mine.yaml:4:21: 'zones' of a group of nodes has 'a' twice"},
      {"nodes: [{}, {}]\n", "mine.yaml:4:13: two groups of nodes have the prefix 'node'"},
      {"seed: '1'\n", "mine.yaml:4:7: 'seed' of the scenario cannot be '1'"},
      {"summary:\n", "mine.yaml:4:1: 'summary' of the scenario has no value"},
      {"start: yesterday\n", "mine.yaml:4:8: 'start' of the scenario cannot be 'yesterday'"},
      {"kafka: [{brokers: 201}]\n", "mine.yaml:4:19: 'brokers' of kafka 'kafka' cannot be '201'"},
      {"kafka: [{name: a}, {name: b}]\n",
       "mine.yaml:4:20: kafka 'b': there is another StatefulSet 'kraftcontroller' in namespace "
       "'confluent'"},
      {"kafka: [{layout: cfc}]\n",
       "mine.yaml:4:18: 'layout' of kafka 'kafka' cannot be 'cfc'; did you mean 'cfk'?"},
      {"kafka: [{layout: plain, operator: true}]\n",
       "mine.yaml:4:35: 'operator' of kafka 'kafka' goes with 'layout: cfk' only"},
      {"kafka: [{combined: true, controllers: 3}]\n",
       "mine.yaml:4:39: 'controllers' of kafka 'kafka' does not go with 'combined'"},
      {"kafka: [{racks: [zone-9]}]\n", "mine.yaml:4:18: no node is in zone 'zone-9'"},
      {"kafka: [{timing: {session: 1s}}]\n",
       "mine.yaml:4:28: 'session' of 'timing' of kafka 'kafka' makes sessions (1s) not longer"},
      {"kafka: [{topics: [{name: a, partitions: 15000}, {name: b, partitions: 5001}]}]\n",
       "mine.yaml:4:8: the topics have 20001 partitions together, more than 20000"},
      {"kafka: [{disk: 1Mi, topics: [{name: a, stored: 2Mi}]}]\n",
       "mine.yaml:4:16: 'disk' of kafka 'kafka' is too small"},
      {"objects: [{kind: Pod}]\n",
       "mine.yaml:4:11: an object lacks 'apiVersion', 'kind' or 'metadata.name'"},
      {"faults: [{fault: node-lots}]\n",
       "mine.yaml:4:18: 'fault' of a fault cannot be 'node-lots'; did you mean 'node-lost'?"},
  };
  for (const auto& [lines, message] : cases) {
    const std::string found = first_error(lines);
    EXPECT_TRUE(found.starts_with(message)) << lines << found;
  }
}

TEST(LoadScenario, RefusesAFileOfAnotherKind) {
  const auto scenario =
      load_scenario("apiVersion: cfkops/v1\nkind: Runbook\nname: x\n", "mine.yaml");
  ASSERT_FALSE(scenario.has_value());
  EXPECT_EQ(scenario.error().front().pos->text(), "mine.yaml:2:7");
}

}  // namespace
}  // namespace cfkops::sandbox
