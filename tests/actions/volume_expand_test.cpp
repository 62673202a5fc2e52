#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"
#include "volume.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string storage_class(bool grows) {
  return fmt::format(
      "- {{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: fast}}, "
      "provisioner: sandbox.cfkops.dev/disk, volumeBindingMode: WaitForFirstConsumer, "
      "allowVolumeExpansion: {}}}\n",
      grows);
}

const std::string kSet =
    "- {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: shop}, spec: "
    "{serviceName: db, replicas: 3, selector: {matchLabels: {app: db}}, template: {metadata: "
    "{labels: "
    "{app: db}}, spec: {containers: [{name: it, image: shop/it}]}}, volumeClaimTemplates: "
    "[{metadata: "
    "{name: data}, spec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: "
    "{requests: "
    "{storage: 1Gi}}}}]}}\n";

class Bench : public test::DrainBench {
 public:
  explicit Bench(const std::string& objects = storage_class(true) + kSet)
      : DrainBench(objects) {
    pass(std::chrono::minutes(2));
  }

  static runbook::ValueMap given(const std::string& kind,
                                 const std::string& name,
                                 const std::string& size) {
    return {{"target",
             runbook::ValueMap{{"kind", kind}, {"namespace", "shop"}, {"name", name}, {"uid", ""}}},
            {"size", runbook::Value(*base::Quantity::parse(size))}};
  }

  Outcome expand(const std::string& kind, const std::string& name, const std::string& size) {
    return apply(volume_expand(), given(kind, name, size));
  }

  kube::Object claim(const std::string& name) {
    return *client.get(kube::resources::persistent_volume_claims(), "shop", name);
  }

  std::string size_of(const std::string& name) {
    const auto size = actual_size(claim(name));
    return size ? size->text : "";
  }

  std::vector<std::string> sent() {
    std::vector<std::string> names;
    for (const auto& one : recorder.sent) {
      names.push_back(one.name);
    }
    return names;
  }

  void patch_set(const char* body) {
    EXPECT_TRUE(
        client.patch(kube::resources::stateful_sets(), "shop", "db", *Json::parse(body), {}));
    recorder.sent.clear();
  }
};

TEST(VolumeExpand, MakesTheVolumesOfASetLargerOneAfterTheOther) {
  Bench bench;
  const Outcome outcome = bench.expand("StatefulSet", "db", "2Gi");
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.sent(), ElementsAre("shop/data-db-2", "shop/data-db-1", "shop/data-db-0"));
  EXPECT_EQ(bench.size_of("data-db-0"), "2Gi");
  EXPECT_THAT(*outcome.outputs.at("expanded").list(), SizeIs(3));
}

TEST(VolumeExpand, GoesOnWhereItWasLeft) {
  Bench bench;
  ASSERT_EQ(bench.expand("PersistentVolumeClaim", "data-db-2", "2Gi").kind, Outcome::Kind::Done);
  bench.recorder.sent.clear();
  const Outcome outcome = bench.expand("StatefulSet", "db", "2Gi");
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.sent(), ElementsAre("shop/data-db-1", "shop/data-db-0"));
  EXPECT_THAT(*outcome.outputs.at("unchanged").list(),
              ElementsAre(runbook::Value("shop/data-db-2")));
}

TEST(VolumeExpand, TouchesNothingWhereTheClassDoesNotLetVolumesGrow) {
  Bench bench(storage_class(false) + kSet);
  const Outcome outcome = bench.expand("StatefulSet", "db", "2Gi");
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("class fast, which does not let volumes grow"));
  EXPECT_THAT(bench.sent(), IsEmpty());
}

TEST(VolumeExpand, DoesNotMakeAVolumeSmaller) {
  Bench bench;
  ASSERT_EQ(bench.expand("PersistentVolumeClaim", "data-db-0", "3Gi").kind, Outcome::Kind::Done);
  bench.recorder.sent.clear();
  EXPECT_EQ(bench.expand("PersistentVolumeClaim", "data-db-0", "2Gi").kind, Outcome::Kind::Done)
      << "it is at least that large";
  EXPECT_EQ(bench.size_of("data-db-0"), "3Gi");
  EXPECT_THAT(bench.sent(), IsEmpty());
}

TEST(VolumeExpand, TouchesNothingWhereAQuotaIsTooSmallForAllOfThem) {
  Bench bench(
      "- {apiVersion: v1, kind: ResourceQuota, metadata: {name: disks, namespace: shop}, spec: "
      "{hard: "
      "{requests.storage: 5Gi}}}\n" +
      storage_class(true) + kSet);
  const Outcome outcome = bench.expand("StatefulSet", "db", "2Gi");
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("requests.storage: 3Gi more is needed, 3Gi of 5Gi are used"));
  EXPECT_THAT(bench.sent(), IsEmpty());
}

TEST(VolumeExpand, LeavesTheSetsOfAnOperatorToIt) {
  Bench bench;
  bench.patch_set(
      R"({"metadata": {"ownerReferences": [{"apiVersion": "platform.confluent.io/v1beta1",
          "kind": "Kafka", "name": "kafka", "uid": "1", "controller": true}]}})");
  const Outcome outcome = bench.expand("StatefulSet", "db", "2Gi");
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("belongs to Kafka kafka"));
  EXPECT_THAT(bench.sent(), IsEmpty());
}

TEST(VolumeExpand, PlansEachClaimAndWritesNothing) {
  Bench bench;
  const auto plan = bench.plan(volume_expand(), Bench::given("StatefulSet", "db", "2Gi"));
  ASSERT_THAT(plan, test::IsOk());
  ASSERT_THAT(plan->changes, SizeIs(3));
  EXPECT_EQ(plan->changes.front().object, "persistentvolumeclaim shop/data-db-2");
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_THAT(plan->changes.front().diff,
              ElementsAre("~ /spec/resources/requests/storage: 1Gi -> 2Gi"));
  EXPECT_EQ(plan->undo, "none: a volume does not get smaller");
  EXPECT_THAT(plan->notes, Contains(HasSubstr("claim template of statefulset shop/db")));
  EXPECT_THAT(bench.sent(), IsEmpty());
}

TEST(VolumeExpand, NamesTheClaimThatIsMissing) {
  Bench bench;
  EXPECT_THAT(bench.plan(volume_expand(), Bench::given("PersistentVolumeClaim", "none", "2Gi")),
              test::HasError(ErrorCode::NotFound, "no claim shop/none"));
}

TEST(VolumeExpand, WaitsForTheStorageAndSaysAtItsDeadlineWhatIsMissing) {
  // A volume that nobody makes larger: it was not made by a provisioner.
  Bench bench(storage_class(true) +
              "- {apiVersion: v1, kind: PersistentVolume, metadata: {name: old}, spec: {capacity: "
              "{storage: "
              "1Gi}, accessModes: [ReadWriteOnce], storageClassName: fast, hostPath: {path: /x}}}\n"
              "- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: "
              "shop}, spec: "
              "{storageClassName: fast, volumeName: old, accessModes: [ReadWriteOnce], resources: "
              "{requests: "
              "{storage: 1Gi}}}}\n");
  bench.context.deadline = bench.loop.clock().now() + std::chrono::minutes(1);
  const Outcome outcome = bench.expand("PersistentVolumeClaim", "data", "2Gi");
  EXPECT_EQ(outcome.kind, Outcome::Kind::NotYet);
  EXPECT_THAT(outcome.why, HasSubstr("it is 1Gi, and nothing says yet that it grows"));
}

kube::Object growing(const json& status) {
  return kube::Object(Json(json{{"kind", "PersistentVolumeClaim"},
                                {"metadata", {{"name", "data"}, {"namespace", "shop"}}},
                                {"status", status}}));
}

const base::Quantity kTwo = *base::Quantity::parse("2Gi");

TEST(Growth, IsDoneWhenTheFileSystemHasIt) {
  EXPECT_TRUE(growth_of(growing({{"capacity", {{"storage", "2Gi"}}}}), kTwo).done);
  EXPECT_TRUE(growth_of(growing({{"capacity", {{"storage", "2048Mi"}}}}), kTwo).done);
  const Growth pending = growth_of(
      growing({{"capacity", {{"storage", "1Gi"}}},
               {"conditions", {{{"type", "FileSystemResizePending"}, {"status", "True"}}}}}),
      kTwo);
  EXPECT_FALSE(pending.done);
  EXPECT_TRUE(pending.restart);
}

TEST(Growth, EndsWhereTheStorageSaysThatItCannot) {
  const Growth never = growth_of(
      growing(
          {{"capacity", {{"storage", "1Gi"}}},
           {"allocatedResourceStatuses", {{"storage", "ControllerResizeInfeasible"}}},
           {"conditions",
            {{{"type", "ControllerResizeError"}, {"status", "True"}, {"message", "no room"}}}}}),
      kTwo);
  EXPECT_TRUE(never.never);
  EXPECT_THAT(never.why, HasSubstr("no room"));
}

TEST(Growth, SaysWhyTheLastAttemptFailed) {
  const Growth failed = growth_of(
      growing({{"capacity", {{"storage", "1Gi"}}},
               {"conditions",
                {{{"type", "NodeResizeError"}, {"status", "True"}, {"message", "busy"}}}}}),
      kTwo);
  EXPECT_FALSE(failed.never);
  EXPECT_EQ(failed.why, "the last attempt failed: busy");
}

}  // namespace
}  // namespace cfkops::actions
