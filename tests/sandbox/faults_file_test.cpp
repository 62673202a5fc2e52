#include "support/temp_dir.hpp"

#include "cfkops/sandbox/faults.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kHead = "apiVersion: cfkops/v1\nkind: Faults\nfaults:\n";

/// What is wrong with a list of these lines, each with its place.
std::vector<std::string> errors_of(const std::string& lines) {
  const auto faults = load_faults(std::string(kHead) + lines, "f.yaml");
  std::vector<std::string> found;
  if (!faults) {
    for (const Error& error : faults.error()) {
      EXPECT_EQ(error.code, ErrorCode::InvalidInput);
      EXPECT_FALSE(error.hint.empty()) << error.message;
      found.push_back((error.pos ? error.pos->text() : "") + ": " + error.message);
    }
  }
  return found;
}

TEST(LoadFaults, ReadsRequestsMomentsAndTargets) {
  const auto faults = load_faults(
      std::string(kHead) +
          "  - fault: answer-lost\n"
          "    title: the second eviction\n"
          "    on: {method: POST, resource: pods/eviction, namespace: confluent, name: kafka-1,\n"
          "         nth: 2, times: 3}\n"
          "  - {fault: node-lost, at: 20s, target: node-2.example.com, lasting: 60s}\n"
          "  - {fault: request-refused, code: 503, on: {method: GET, resource: pods}}\n"
          "  - {fault: slow-server, at: 0s, each: 3s, lasting: 1m}\n"
          "  - {fault: clock-jump, at: 5s, by: -5m}\n"
          "  - {fault: kill, write: 7}\n",
      "f.yaml");
  ASSERT_TRUE(faults.has_value()) << faults.error().front().message;
  ASSERT_EQ(faults->size(), 6U);
  const Fault& first = faults->at(0);
  EXPECT_EQ(first.kind, FaultKind::AnswerLost);
  EXPECT_EQ(first.title, "the second eviction");
  EXPECT_EQ(first.on->resource, "pods/eviction");
  EXPECT_EQ(first.on->ns, "confluent");
  EXPECT_EQ(first.nth, 2U);
  EXPECT_EQ(first.times, 3);
  EXPECT_FALSE(first.at.has_value());
  EXPECT_EQ(faults->at(1).at, Duration(seconds(20)));
  EXPECT_EQ(faults->at(1).target, "node-2.example.com");
  EXPECT_EQ(faults->at(1).lasting, Duration(seconds(60)));
  EXPECT_EQ(faults->at(2).code, 503);
  EXPECT_EQ(faults->at(3).lasting_each, Duration(seconds(3)));
  EXPECT_EQ(faults->at(4).lasting, Duration(-minutes(5)));
  EXPECT_EQ(faults->at(5).nth, 7U);
}

TEST(LoadFaults, TakesAPodFromTheRequest) {
  const auto faults =
      load_faults(std::string(kHead) +
                      "  - {fault: disk-full, on: {resource: pods/eviction, name: kafka-1}}\n"
                      "  - {fault: node-lost, on: {method: PATCH, resource: nodes}}\n",
                  "f.yaml");
  EXPECT_TRUE(faults.has_value());
}

TEST(LoadFaults, ReadsTheScriptsOfTheTree) {
  for (const char* name : {"rough-night", "node-goes", "stuck-broker"}) {
    const std::string path = std::string("scenarios/faults/") + name + ".yaml";
    const auto faults = load_faults(test::read_file(path), path);
    ASSERT_TRUE(faults.has_value()) << faults.error().front().message;
    EXPECT_FALSE(faults->empty()) << name;
  }
}

TEST(LoadFaults, RefusesWhatMeansNothing) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"  - {at: 1s}\n", "f.yaml:4:5: a fault does not say what goes wrong"},
      {"  - {fault: nod-lost, at: 1s}\n",
       "f.yaml:4:13: 'fault' of a fault cannot be 'nod-lost'; did you mean 'node-lost'?"},
      {"  - {fault: watch-lost, at: 1s, code: 500}\n",
       "f.yaml:4:33: fault 'watch-lost' has no key 'code'"},
      {"  - {fault: watch-lost}\n", "f.yaml:4:5: fault 'watch-lost' does not say when"},
      {"  - {fault: watch-lost, at: 1s, on: {}}\n",
       "f.yaml:4:29: fault 'watch-lost' has both 'at' and 'on'"},
      {"  - {fault: answer-lost}\n", "f.yaml:4:5: fault 'answer-lost' lacks 'on'"},
      {"  - {fault: request-refused, on: {}}\n",
       "f.yaml:4:5: fault 'request-refused' lacks 'code'"},
      {"  - {fault: request-refused, code: 200, on: {}}\n",
       "f.yaml:4:36: 'code' of fault 'request-refused' cannot be 200"},
      {"  - {fault: slow-server, at: 1s}\n", "f.yaml:4:5: fault 'slow-server' lacks 'each'"},
      {"  - {fault: node-lost, at: 1s}\n", "f.yaml:4:5: fault 'node-lost' lacks 'target'"},
      {"  - {fault: disk-full, on: {method: GET}}\n",
       "f.yaml:4:28: 'on' of fault 'disk-full' does not tell which pod is meant"},
      {"  - {fault: answer-lost, on: {method: post}}\n",
       "f.yaml:4:39: 'method' of 'on' of fault 'answer-lost' cannot be 'post'"},
      {"  - {fault: answer-lost, on: {resource: pod/eviction}}\n",
       "f.yaml:4:41: 'resource' of 'on' of fault 'answer-lost' cannot be 'pod/eviction'"},
      {"  - {fault: answer-lost, on: {nth: 0}}\n",
       "f.yaml:4:36: 'nth' of 'on' of fault 'answer-lost' cannot be '0'"},
      {"  - {fault: watch-lost, on: {times: 2}}\n",
       "f.yaml:4:30: 'on' of fault 'watch-lost' has no key 'times'"},
      {"  - {fault: clock-jump, at: 1s, by: -x}\n",
       "f.yaml:4:37: 'by' of fault 'clock-jump' cannot be '-x'"},
      {"  - {fault: kill, at: 1s, on: {}}\n", "f.yaml:4:27: fault 'kill' has no key 'on'"},
  };
  for (const auto& [lines, message] : cases) {
    const std::vector<std::string> found = errors_of(lines);
    ASSERT_FALSE(found.empty()) << lines;
    EXPECT_TRUE(found.front().starts_with(message)) << lines << found.front();
  }
}

TEST(LoadFaults, FindsAllErrorsInOnePass) {
  EXPECT_EQ(errors_of("  - {fault: watch-lost}\n  - {fault: answer-lost}\n").size(), 2U);
}

TEST(LoadFaults, RefusesAFileOfAnotherKind) {
  const auto faults = load_faults("apiVersion: cfkops/v1\nkind: Scenario\nfaults: []\n", "f.yaml");
  ASSERT_FALSE(faults.has_value());
  EXPECT_EQ(faults.error().front().pos->text(), "f.yaml:2:7");
}

}  // namespace
}  // namespace cfkops::sandbox
