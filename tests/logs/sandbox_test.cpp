// Collecting from a simulated cluster: what stands beside the logs.

#include "archive_files.hpp"
#include "support/matchers.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/logs/collect.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cfkops::logs {
namespace {

using test::IsOk;
using testing::HasSubstr;
using testing::Not;

struct Bench {
  Bench()
      : cluster(*sandbox::Cluster::begin(*sandbox::find_scenario("healthy"),
                                         *base::parse_rfc3339("2026-11-27T12:00:00Z"))),
        loop(*cluster, cluster->clock(), cancel),
        reader(loop, {}) {
    request.selection.namespaces = {"confluent"};
    request.salt = "salt";
  }

  std::unique_ptr<sandbox::Cluster> cluster;
  Cancel cancel;
  kube::Loop loop;
  kube::Reader reader;
  MemoryStore store;
  CollectRequest request;
};

TEST(CollectFromSandbox, HasLogsEventsObjectsAndKafka) {
  Bench bench;
  const auto collection = collect(bench.reader, bench.store, bench.request, {});
  ASSERT_THAT(collection, IsOk());
  EXPECT_EQ(collection->problems, std::vector<std::string>());
  EXPECT_EQ(collection->count(Complete::No), 0U);
  const auto files = files_of(Compression::Zstd, bench.store.archive());
  EXPECT_THAT(files.at("logs/logs/confluent/kafka-0/kafka.log"), HasSubstr("started"));
  EXPECT_THAT(files.at("logs/objects/pod/confluent/kafka-0.yaml"), HasSubstr("kind: Pod"));
  EXPECT_THAT(files.at("logs/objects/pod/confluent/kafka-0.yaml"), Not(HasSubstr("managedFields")));
  EXPECT_THAT(files.at("logs/objects/kafka/confluent/kafka.yaml"), HasSubstr("kind: Kafka"));
  EXPECT_THAT(files.at("logs/kafka/confluent/kafka.json"), HasSubstr("\"pod\": \"kafka-0\""));
  EXPECT_TRUE(files.contains("logs/events/confluent.jsonl"));
}

TEST(CollectFromSandbox, TwiceIsTheSameArchive) {
  Bench first;
  Bench second;
  const auto one = collect(first.reader, first.store, first.request, {});
  const auto two = collect(second.reader, second.store, second.request, {});
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(two, IsOk());
  EXPECT_EQ(one->sha256, two->sha256);
}

TEST(CollectFromSandbox, WorkloadAndResourceOfCfkNameTheirPods) {
  for (const char* name : {"statefulset/kafka", "kafka/kafka"}) {
    Bench bench;
    bench.request.selection.names = {name};
    const auto logs = find_logs(bench.reader, bench.request);
    ASSERT_THAT(logs, IsOk()) << name;
    EXPECT_FALSE(logs->empty());
    for (const ContainerLog& log : *logs) {
      EXPECT_THAT(log.pod, testing::StartsWith("kafka-")) << name;
    }
  }
}

TEST(CollectFromSandbox, NeedsNoMoreThanItSays) {
  Bench bench;
  const auto needed = needed_access(bench.reader, bench.request);
  ASSERT_THAT(needed, IsOk());
  std::vector<std::string> texts;
  for (const kube::AccessQuestion& question : *needed) {
    texts.push_back(question.text());
  }
  EXPECT_THAT(texts, testing::Contains("get pods/log in namespace confluent"));
  EXPECT_THAT(texts, testing::Each(Not(HasSubstr("secrets"))));
}

TEST(CollectFromSandbox, NeedsToListTheSetsOfAResourceOfCfk) {
  Bench bench;
  bench.request.selection.names = {"kafka/kafka"};
  for (const bool context : {false, true}) {
    bench.request.context = context;
    const auto needed = needed_access(bench.reader, bench.request);
    ASSERT_THAT(needed, IsOk());
    EXPECT_EQ(
        std::ranges::count(
            *needed, "list statefulsets.apps in namespace confluent", &kube::AccessQuestion::text),
        1);
  }
}

}  // namespace
}  // namespace cfkops::logs
