#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(VolumeShow, TellsOfEachClaimItsSizeClassAndUsers) {
  test::DrainBench bench(
      "- {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}, provisioner: "
      "sandbox.cfkops.dev/disk, allowVolumeExpansion: true}\n"
      "- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: shop}, "
      "spec: "
      "{storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: "
      "1Gi}}}}\n"
      "- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: old, namespace: shop}, "
      "spec: "
      "{storageClassName: gone, accessModes: [ReadWriteOnce], resources: {requests: {storage: "
      "2Gi}}}}\n" +
      test::workload("Deployment",
                     "web",
                     1,
                     "volumes: [{name: d, persistentVolumeClaim: {claimName: data}}], "));
  bench.pass(std::chrono::minutes(2));
  const Outcome outcome = bench.apply(volume_show(), {});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  const auto pods = bench.client.list(
      kube::resources::pods(), "shop", {.label_selector = "app=web", .field_selector = {}});
  EXPECT_THAT(
      bench.observer.progress,
      ElementsAre("persistentvolumeclaim shop/data: Bound, 1Gi of class fast (can grow), used by "
                  "pod " +
                      pods->items.front().name(),
                  "persistentvolumeclaim shop/old: Pending, 2Gi of class gone (cannot grow), used "
                  "by no pod"));
  EXPECT_EQ(*outcome.outputs.at("unused").as<std::int64_t>(), 1);
  EXPECT_EQ(*outcome.outputs.at("growing").as<std::int64_t>(), 0);
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(VolumeShow, SaysThatThereAreNone) {
  test::DrainBench bench("");
  const auto plan = bench.plan(volume_show(), {});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->notes, ElementsAre("namespace shop has no claims"));
}

}  // namespace
}  // namespace cfkops::actions
