// Every check against small objects: what it must find, and what is near to it and well. The cases
// stand in cases/*.yaml; `now` is 2026-11-27T12:00:00Z in all of them.

#include "reading.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/base/yaml.hpp"
#include "cfkops/health/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cfkops::health {
namespace {

std::filesystem::path folder() {
  return test::source_tree() / "tests/health/cases";
}

std::optional<Part> part_named(const std::string& word) {
  for (std::size_t i = 0; i < kParts; ++i) {
    if (to_string(static_cast<Part>(i)) == word) {
      return static_cast<Part>(i);
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> number(const Json& json, const char* pointer) {
  const auto found = json.int_at(pointer);
  return found ? std::optional<std::int64_t>(*found) : std::nullopt;
}

KafkaState kafka_of(const Json& json) {
  KafkaState kafka{
      .ns = "c", .name = "kafka", .brokers = static_cast<std::size_t>(json.int_or("/expected", 3))};
  for (const Json& one : json.items("/brokers")) {
    kafka::BrokerGauges gauges{.pod = one.string_or("/pod", "")};
    gauges.under_replicated = number(one, "/under_replicated");
    gauges.under_min_isr = number(one, "/under_min_isr");
    gauges.offline_log_dirs = number(one, "/offline_log_dirs");
    gauges.reassigning = number(one, "/reassigning");
    gauges.start_time_ms = number(one, "/started");
    if (const auto state = number(one, "/state")) {
      gauges.state = static_cast<int>(*state);
    }
    gauges.silence = one.string_or("/silence", "");
    kafka.gauges.brokers.push_back(gauges);
  }
  for (const Json& one : json.items("/controllers")) {
    kafka::ControllerGauges gauges{.pod = one.string_or("/pod", "")};
    if (one.has("/active")) {
      gauges.active = one.bool_or("/active", false);
    }
    gauges.raft_state = one.string_or("/raft", "");
    gauges.leader_id = number(one, "/leader");
    gauges.epoch = number(one, "/epoch");
    gauges.log_end_offset = number(one, "/end");
    gauges.offline_partitions = number(one, "/offline_partitions");
    gauges.fenced_brokers = number(one, "/fenced");
    gauges.active_brokers = number(one, "/registered");
    gauges.partitions = number(one, "/partitions");
    gauges.not_preferred = number(one, "/not_preferred");
    gauges.metadata_errors = number(one, "/errors");
    gauges.last_applied_lag_ms = number(one, "/lag");
    gauges.silence = one.string_or("/silence", "");
    kafka.gauges.controllers.push_back(gauges);
  }
  for (const Json& one : json.items("/topics")) {
    kafka.topics.push_back({.name = one.string_or("/name", ""),
                            .partitions = 1,
                            .fewest_replicas = one.int_or("/replicas", 3),
                            .no_margin = one.int_or("/no_margin", 0),
                            .no_room = one.int_or("/no_room", 0)});
  }
  kafka.topics_unknown = json.strings("/silent");
  return kafka;
}

RestAnswer rest_of(const Json& json) {
  RestAnswer answer{.ns = "c",
                    .pod = json.string_or("/pod", ""),
                    .set = json.string_or("/type", ""),
                    .type = json.string_or("/type", ""),
                    .path = json.string_or("/path", ""),
                    .status = static_cast<int>(json.int_or("/status", 200)),
                    .silence = json.string_or("/silence", "")};
  if (json.has("/body")) {
    answer.body = json.get("/body");
  }
  return answer;
}

EventLine event_of(const Json& json) {
  return {.reason = json.string_or("/reason", ""),
          .object = json.string_or("/object", ""),
          .message = json.string_or("/message", ""),
          .age = std::chrono::minutes(json.int_or("/minutes", 0)),
          .count = json.int_or("/count", 1)};
}

KubeletStats kubelet_of(const Json& json) {
  KubeletStats stats{.node = json.string_or("/node", ""),
                     .silence = json.string_or("/silence", "")};
  for (const Json& one : json.items("/disks")) {
    stats.disks.push_back({.ns = one.string_or("/namespace", ""),
                           .claim = one.string_or("/claim", ""),
                           .field = one.string_or("/field", "pods[k].volume[data]"),
                           .capacity = 100,
                           .available = static_cast<double>(100 - one.int_or("/used", 0))});
  }
  return stats;
}

void add(Snapshot& snapshot, const std::string& key, const Json& value) {
  if (key == "pods") {
    for (const Json& one : value.items()) {
      snapshot.pods.push_back(read_pod(one));
    }
  } else if (key == "events") {
    for (const Json& one : value.items()) {
      snapshot.events.push_back(event_of(one));
    }
  } else if (key == "latencies") {
    for (const Json& one : value.items()) {
      snapshot.latencies.push_back(std::chrono::milliseconds(one.int_or("", 0)));
    }
  } else if (key == "version") {
    snapshot.version = value.string_or("", "");
  } else if (key == "readyz") {
    snapshot.ready_checks = value.string_or("", "");
  } else if (key == "livez") {
    snapshot.live_checks = value.string_or("", "");
  } else if (key == "flow control") {
    snapshot.flow_control = value.string_or("/before", "");
    snapshot.flow_control_after = value.string_or("/after", "");
  } else if (key == "kubelets") {
    for (const Json& one : value.items()) {
      snapshot.kubelets.push_back(kubelet_of(one));
    }
  } else if (key == "server clock") {
    snapshot.by_server_clock = value.bool_or("", true);
  } else if (key == "REST") {
    for (const Json& one : value.items()) {
      snapshot.rest.push_back(rest_of(one));
    }
  } else if (key == "named secrets") {
    for (const auto& [name, there] : value.members()) {
      snapshot.named_secrets[{"c", name}] = there.bool_or("", false);
    }
  } else if (key == "Kafka") {
    for (const Json& one : value.items()) {
      snapshot.kafka.push_back(kafka_of(one));
    }
  } else {
    const auto part = part_named(key);
    ASSERT_TRUE(part) << "no such part: " << key;
    for (const Json& one : value.items()) {
      snapshot.of(*part).push_back(kept(*part, "", one));
    }
    snapshot.source(*part).seen = value.items().size();
  }
}

Snapshot snapshot_of(const Json& test) {
  Snapshot snapshot;
  snapshot.now = *base::parse_rfc3339("2026-11-27T12:00:00Z");
  snapshot.by_server_clock = true;
  for (Source& source : snapshot.sources) {
    source.state = Source::State::Read;
    source.at = snapshot.now;
  }
  snapshot.source(Part::Nodes).seen = 1;  // of which nothing is known, where the case has none
  for (const auto& [key, value] : test.members("/given")) {
    add(snapshot, key, value);
  }
  for (const Json& word : test.items("/unread")) {
    Source& source = snapshot.source(*part_named(word.string_or("", "")));
    source.state = Source::State::Unknown;
    source.error = make_error(ErrorCode::Forbidden, "no");
  }
  return snapshot;
}

std::string words(const std::vector<Finding>& found) {
  std::string text;
  for (const Finding& one : found) {
    text += std::string(to_string(one.severity)) + " | " + one.object + " | " + one.message + "\n";
  }
  return text;
}

void judge_case(const Json& test, const Answer& answer) {
  const std::vector<Json> wanted = test.items("/finds");
  ASSERT_EQ(answer.found.size(), wanted.size()) << words(answer.found);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(to_string(answer.found[i].severity), wanted[i].string_or("/severity", ""));
    EXPECT_EQ(answer.found[i].object, wanted[i].string_or("/object", ""));
    const std::string text = wanted[i].string_or("/text", "");
    EXPECT_NE(answer.found[i].message.find(text), std::string::npos) << answer.found[i].message;
    EXPECT_FALSE(answer.found[i].field.empty());
    EXPECT_LE(answer.found[i].severity, answer.check->worst);
  }
  EXPECT_EQ(answer.unknown.size(), test.items("/unknown").size())
      << testing::PrintToString(answer.unknown);
  if (test.has("/verdict")) {
    EXPECT_EQ(to_string(answer.verdict), test.string_or("/verdict", ""));
  }
}

std::vector<Json> cases_of(const std::filesystem::path& file) {
  const auto yaml =
      base::parse_yaml(test::read_file(file), file.filename().string(), base::YamlDialect::Strict);
  if (!yaml) {
    ADD_FAILURE() << file << ":" << yaml.error().front().pos->line << ": "
                  << yaml.error().front().message;
    return {};
  }
  return base::to_json(*yaml).items();
}

std::vector<Json> all_cases() {
  std::vector<Json> all;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    for (Json& one : cases_of(entry.path())) {
      all.push_back(std::move(one));
    }
  }
  return all;
}

TEST(HealthChecks, FindWhatIsWrongAndNothingElse) {
  for (const Json& test : all_cases()) {
    SCOPED_TRACE(test.string_or("/check", "") + ": " + test.string_or("/name", ""));
    const std::vector<Answer> answers = judge_all(snapshot_of(test), {.disks = true});
    const auto answer = std::find_if(answers.begin(), answers.end(), [&](const Answer& one) {
      return one.check->id == test.string_or("/check", "");
    });
    ASSERT_NE(answer, answers.end()) << "no such check";
    judge_case(test, *answer);
  }
}

TEST(HealthChecks, EachHasADefectThatItFindsAndANearMissThatItDoesNot) {
  std::map<std::string, std::set<bool>> seen;
  for (const Json& test : all_cases()) {
    seen[test.string_or("/check", "")].insert(!test.items("/finds").empty());
  }
  for (const Check& check : catalogue()) {
    EXPECT_EQ(seen[std::string(check.id)].size(), 2U) << check.id;
  }
}

TEST(HealthChecks, ATypicalAnswerIsCompleteInTheTable) {
  std::set<std::string_view> ids;
  for (const Check& check : catalogue()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id << " stands twice";
    EXPECT_TRUE(check.question.ends_with('?')) << check.id;
    EXPECT_FALSE(check.remedy.empty()) << check.id;
    EXPECT_FALSE(group_of(check.id).empty()) << check.id;
  }
}

TEST(HealthChecks, WhatMayNotBeReadHidesNothingElse) {
  Snapshot snapshot = snapshot_of(Json());
  Source& source = snapshot.source(Part::Budgets);
  source.state = Source::State::Unknown;
  source.error = make_error(ErrorCode::Forbidden, "budgets are secret");
  for (const Answer& answer : judge_all(snapshot, {.disks = true})) {
    const bool rests_on_it = answer.check->reads.has(Part::Budgets);
    if (rests_on_it) {
      EXPECT_EQ(answer.verdict, Verdict::Unknown) << answer.check->id;
      EXPECT_EQ(answer.unknown.front(), "disruption budgets: budgets are secret");
    }
  }
}

}  // namespace
}  // namespace cfkops::health
