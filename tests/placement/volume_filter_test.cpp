#include "placement/cluster_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::placement {
namespace {

using test::all;
using test::node;
using test::only;
using test::pod;
using test::Value;
using test::view;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value with_claim(const std::string& name = "data") {
  return {{"spec",
           {{"volumes", {{{"name", "data"}, {"persistentVolumeClaim", {{"claimName", name}}}}}}}}};
}

Value claim(const std::string& volume, const Value& more = Value::object()) {
  Value made = {{"metadata", {{"name", "data"}, {"namespace", "kafka"}}},
                {"spec",
                 {{"storageClassName", "disk"},
                  {"accessModes", {"ReadWriteOnce"}},
                  {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}};
  if (!volume.empty()) {
    made.merge_patch({{"spec", {{"volumeName", volume}}}});
  }
  made.merge_patch(more);
  return made;
}

Value volume(const std::string& name, const Value& more = Value::object()) {
  Value made = {{"metadata", {{"name", name}}},
                {"spec",
                 {{"storageClassName", "disk"},
                  {"accessModes", {"ReadWriteOnce"}},
                  {"capacity", {{"storage", "1Gi"}}}}}};
  made.merge_patch(more);
  return made;
}

Value reaches(const std::string& host) {
  return {{"spec",
           {{"nodeAffinity",
             {{"required",
               {{"nodeSelectorTerms",
                 {{{"matchExpressions",
                    {{{"key", "kubernetes.io/hostname"},
                      {"operator", "In"},
                      {"values", {host}}}}}}}}}}}}}}};
}

Value storage_class(const std::string& provisioner, const Value& more = Value::object()) {
  Value made = {{"metadata", {{"name", "disk"}}},
                {"provisioner", provisioner},
                {"volumeBindingMode", "WaitForFirstConsumer"}};
  made.merge_patch(more);
  return made;
}

View with(const std::vector<Value>& claims, const std::vector<Value>& volumes = {}) {
  View made = view({node("a"), node("b")}, {pod("kafka-0", "a", with_claim())});
  made.claims = all(claims);
  made.volumes = all(volumes);
  return made;
}

TEST(Volumes, KeepAPodWhereItsLocalDiskIs) {
  const Placement one = only(with({claim("v")}, {volume("v", reaches("a"))}));
  EXPECT_EQ(one.verdict, Verdict::No);
  EXPECT_THAT(one.why, ElementsAre("1 node: a volume of the pod is bound elsewhere"));
  EXPECT_EQ(only(with({claim("v")}, {volume("v", reaches("b"))})).verdict, Verdict::Yes);
}

TEST(Volumes, KeepAPodInTheirZones) {
  const auto verdict = [](const std::string& zones) {
    return only(with({claim("v")},
                     {volume(
                         "v",
                         {{"metadata", {{"labels", {{"topology.kubernetes.io/zone", zones}}}}}})}))
        .verdict;
  };
  EXPECT_EQ(verdict("b"), Verdict::No);
  EXPECT_EQ(verdict("b__a"), Verdict::Yes);
}

TEST(Volumes, ThatAreNotInTheViewAreUnknown) {
  EXPECT_EQ(only(with({})).verdict, Verdict::Unknown);
  EXPECT_EQ(only(with({claim("v")})).verdict, Verdict::Unknown);
  EXPECT_EQ(only(with({claim("")})).verdict, Verdict::Unknown);
}

TEST(Volumes, ThatHaveToBeMadeAreUnknownUnlessTheirClassCannot) {
  View of = with({claim("")});
  of.classes = all({storage_class("disk.example.com")});
  EXPECT_EQ(only(of).verdict, Verdict::Unknown);
  of.classes =
      all({storage_class("disk.example.com",
                         {{"allowedTopologies",
                           {{{"matchLabelExpressions",
                              {{{"key", "topology.kubernetes.io/zone"}, {"values", {"z"}}}}}}}}})});
  EXPECT_EQ(only(of).verdict, Verdict::No);
  of.classes = all({storage_class("kubernetes.io/no-provisioner")});
  EXPECT_EQ(only(of).verdict, Verdict::No);
  of.volumes = all({volume("free", reaches("b"))});
  EXPECT_EQ(only(of).verdict, Verdict::Unknown);
}

TEST(Volumes, ForOnePodAreNotShared) {
  const Value one_pod = {{"spec", {{"accessModes", {"ReadWriteOncePod"}}}}};
  View of = with({claim("v", one_pod)}, {volume("v")});
  EXPECT_EQ(only(of).verdict, Verdict::Yes);
  of.pods.emplace_back(pod("other", "b", with_claim()));
  EXPECT_EQ(only(of).verdict, Verdict::No);
}

class DiskLimits : public ::testing::Test {
 protected:
  DiskLimits()
      : of(with({claim("v")}, {disk("v")})) {}

  static Value disk(const std::string& name) {
    return volume(name, {{"spec", {{"csi", {{"driver", "disk.csi.io"}, {"volumeHandle", name}}}}}});
  }

  void add_disk_on_b() {
    of.claims.emplace_back(claim("w", {{"metadata", {{"name", "other"}}}}));
    of.volumes.emplace_back(disk("w"));
    of.pods.emplace_back(pod("other", "b", with_claim("other")));
  }

  void limit(int count) {
    of.csi_nodes =
        all({{{"metadata", {{"name", "b"}}},
              {"spec",
               {{"drivers", {{{"name", "disk.csi.io"}, {"allocatable", {{"count", count}}}}}}}}}});
  }

  View of;
};

TEST_F(DiskLimits, AreNotReachedWhereANodeOfTheTypeHasAsMany) {
  EXPECT_EQ(only(of).verdict, Verdict::Yes);
}

TEST_F(DiskLimits, MayBeReachedBeyondThat) {
  add_disk_on_b();
  const Placement one = only(of);
  EXPECT_EQ(one.verdict, Verdict::Unknown);
  EXPECT_THAT(one.why, ElementsAre(HasSubstr("how many volumes of disk.csi.io")));
}

TEST_F(DiskLimits, AreObeyedWhereTheyAreKnown) {
  add_disk_on_b();
  limit(2);
  EXPECT_EQ(only(of).verdict, Verdict::Yes);
  limit(1);
  EXPECT_EQ(only(of).verdict, Verdict::No);
}

}  // namespace
}  // namespace cfkops::placement
