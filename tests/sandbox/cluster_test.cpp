#include "cfkops/sandbox/cluster.hpp"

#include "support/matchers.hpp"
#include "support/memory_recorder.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/kube/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cfkops::sandbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::HasError;
using test::IsOk;
using testing::ElementsAre;
using testing::IsSupersetOf;

class ClusterTest : public testing::Test {
 protected:
  static Json config_map(const std::string& name, const std::string& value) {
    return *Json::parse(R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": ")" +
                        name + R"("}, "data": {"k": ")" + value + R"("}})");
  }

  Result<kube::Object> create(const std::string& name) {
    return client.create(kube::resources::config_maps(), "default", config_map(name, "v"));
  }

  std::vector<std::string> names(const kube::Resource& resource, const std::string& ns) {
    std::vector<std::string> names;
    const auto list = client.list(resource, ns);
    EXPECT_THAT(list, IsOk());
    if (list) {
      for (const kube::Object& object : list->items) {
        names.push_back(object.name());
      }
    }
    return names;
  }

  /// "Added a", as far as they are of objects that begin with the prefix.
  static std::vector<std::string> next(kube::Watch& watch, MonoTime deadline) {
    std::vector<std::string> lines;
    const auto events = watch.next(deadline);
    EXPECT_THAT(events, IsOk());
    if (events) {
      for (const kube::WatchEvent& event : *events) {
        const char* type = event.type == kube::WatchEvent::Type::Added      ? "added "
                           : event.type == kube::WatchEvent::Type::Modified ? "modified "
                                                                            : "deleted ";
        lines.push_back(type + event.object.name());
      }
    }
    return lines;
  }

  MonoTime in(Duration duration) const { return cluster.clock().now() + duration; }

  const WallTime start = WallTime(std::chrono::hours(24 * 365 * 50));
  Cluster cluster{{.seed = 7, .start = start, .latency = milliseconds(4)}};
  Cancel cancel;
  kube::Loop loop{cluster, cluster.clock(), cancel};
  test::MemoryRecorder recorder;
  kube::Client client{loop, {}, recorder};
};

TEST_F(ClusterTest, BeginsWhenItIsToldTo) {
  EXPECT_EQ(cluster.clock().wall(), start);
  EXPECT_THAT(names(kube::resources::namespaces(), ""),
              ElementsAre("default", "kube-node-lease", "kube-public", "kube-system"));
  EXPECT_THAT(names(kube::resources::nodes(), ""), ElementsAre("node-1", "node-2", "node-3"));
  EXPECT_THAT(names(kube::resources::services(), "default"), ElementsAre("kubernetes"));
}

TEST_F(ClusterTest, CreatesGetsChangesAndDeletes) {
  const kube::Resource& maps = kube::resources::config_maps();
  const auto created = create("a");
  ASSERT_THAT(created, IsOk());
  EXPECT_FALSE(created->uid().empty());
  EXPECT_THAT(create("a"), HasError(ErrorCode::AlreadyExists, "configmaps \"a\" already exists"));
  const auto patched = client.patch(
      maps, "default", "a", *Json::parse(R"({"data": {"l": "w"}})"), kube::PatchOptions());
  ASSERT_THAT(patched, IsOk());
  EXPECT_NE(patched->resource_version(), created->resource_version());
  const auto found = client.get(maps, "default", "a");
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->json().string_or("/data/k", ""), "v");
  EXPECT_EQ(found->json().string_or("/data/l", ""), "w");
  EXPECT_THAT(names(maps, "default"), IsSupersetOf({std::string("a")}));
  EXPECT_THAT(client.remove(maps, "default", "a", {.precondition = {found->uid(), ""}}), IsOk());
  EXPECT_THAT(client.get(maps, "default", "a"),
              HasError(ErrorCode::NotFound, "configmaps \"a\" not found"));
}

TEST_F(ClusterTest, AnswersAfterTheLatency) {
  const MonoTime before = cluster.clock().now();
  ASSERT_THAT(client.get(kube::resources::namespaces(), "", "default"), IsOk());
  EXPECT_EQ(cluster.clock().now() - before, Duration(milliseconds(4)));
}

TEST_F(ClusterTest, WatchesWhatHappens) {
  const kube::Resource& maps = kube::resources::config_maps();
  const auto watch = client.watch(maps, "kube-public");
  next(*watch, in(seconds(1)));
  const auto created = client.create(maps, "kube-public", config_map("a", "v"));
  ASSERT_THAT(created, IsOk());
  EXPECT_THAT(next(*watch, in(seconds(5))), ElementsAre("added a"));
  ASSERT_THAT(client.remove(maps, "kube-public", "a", {.precondition = {created->uid(), ""}}),
              IsOk());
  EXPECT_THAT(next(*watch, in(seconds(5))), ElementsAre("deleted a"));
}

TEST_F(ClusterTest, GivesNothingMoreAfterACancel) {
  bool answered = false;
  const auto id = cluster.submit({.target = "/version"}, [&](const auto&) { answered = true; });
  cluster.cancel(id);
  cluster.pump(in(seconds(1)));
  EXPECT_FALSE(answered);
}

TEST_F(ClusterTest, EndsAnExchangeThatTakesTooLong) {
  Result<kube::Response> outcome = kube::Response();
  cluster.submit({.target = "/api/v1/namespaces?watch=true", .timeout = seconds(3)},
                 [&](Result<kube::Response> result) { outcome = std::move(result); });
  ASSERT_THAT(loop.run_until([&] { return !outcome; }, in(seconds(10))), IsOk());
  EXPECT_THAT(outcome, HasError(ErrorCode::Timeout, "no answer in 3.0s"));
}

TEST_F(ClusterTest, TheSameSeedGivesTheSameCluster) {
  Cluster twin({.seed = 7, .start = start, .latency = milliseconds(4)});
  kube::Loop twin_loop(twin, twin.clock(), cancel);
  kube::Client other(twin_loop, {}, recorder);
  const auto mine = create("a");
  const auto theirs = other.create(kube::resources::config_maps(), "default", config_map("a", "v"));
  ASSERT_THAT(mine, IsOk());
  ASSERT_THAT(theirs, IsOk());
  EXPECT_EQ(mine->json().dump(), theirs->json().dump());
}

}  // namespace
}  // namespace cfkops::sandbox
