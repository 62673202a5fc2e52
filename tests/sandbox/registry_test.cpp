#include "registry.hpp"

#include "pod_amounts.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::sandbox {
namespace {

class RegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    make("Namespace", {}, {{"metadata", {{"name", "a"}}}});
    make("ServiceAccount", "a", {{"metadata", {{"name", "default"}}}});
  }

  const Kind& kind(const std::string& name, const std::string& version = "v1") {
    return *kinds.find_kind(version, name);
  }

  Answer<Shared> make(const std::string& name, const std::string& ns, Value object) {
    object["apiVersion"] = "v1";
    object["kind"] = name;
    return registry.create(kind(name), ns, std::move(object), {});
  }

  Answer<Shared> make_pod(const std::string& name, const Value& resources) {
    const Value container = {{"name", "m"}, {"image", "x:1"}, {"resources", resources}};
    return make(
        "Pod",
        "a",
        {{"metadata", {{"name", name}}}, {"spec", {{"containers", Value::array({container})}}}});
  }

  void write_status(const std::string& name, const std::string& object, const Value& status) {
    WriteOptions options;
    options.subresource = "status";
    const auto written = registry.update(
        kind(name),
        "a",
        object,
        [&](const Shared& current) -> Answer<Value> {
          Value fresh = *current;
          make_at(fresh, {"status"}) = status;
          return fresh;
        },
        options);
    ASSERT_TRUE(written) << written.error().message;
  }

  Store store;
  KindTable kinds;
  Timeline timeline{WallTime{}};
  Random random{1};
  Registry registry{store, kinds, timeline, random};
};

TEST_F(RegistryTest, WritesNothingWhereNothingChanged) {
  ASSERT_TRUE(make("ConfigMap", "a", {{"metadata", {{"name", "c"}}}}));
  const std::uint64_t before = store.revision();
  const auto same = [](const Shared& current) -> Answer<Value> { return *current; };
  ASSERT_TRUE(registry.update(kind("ConfigMap"), "a", "c", same, {}));
  EXPECT_EQ(store.revision(), before);
}

TEST_F(RegistryTest, TellsWhatAQuotaLacks) {
  ASSERT_TRUE(make("ResourceQuota",
                   "a",
                   {{"metadata", {{"name", "q"}}},
                    {"spec", {{"hard", {{"requests.cpu", "1"}, {"pods", "5"}}}}}}));
  const auto early = make_pod("p", {{"requests", {{"cpu", "600m"}}}});
  ASSERT_TRUE(early) << early.error().message;  // nothing is enforced before it was counted
  write_status("ResourceQuota",
               "q",
               {{"hard", {{"requests.cpu", "1"}, {"pods", "5"}}},
                {"used", {{"requests.cpu", "600m"}, {"pods", "1"}}}});
  const auto silent = make_pod("s", Value::object());
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().message,
            "pods \"s\" is forbidden: failed quota: q: must specify requests.cpu for: m");
  const auto large = make_pod("l", {{"requests", {{"cpu", "500m"}}}});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().message,
            "pods \"l\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: "
            "requests.cpu=600m, limited: requests.cpu=1");
  ASSERT_TRUE(make_pod("f", {{"requests", {{"cpu", "400m"}}}}));
  const auto quota = registry.get(kind("ResourceQuota"), "a", "q");
  ASSERT_TRUE(quota);
  const Value used = {{"requests.cpu", "1"}, {"pods", "2"}};
  EXPECT_EQ(object_at(**quota, {"status", "used"}), used);
}

TEST_F(RegistryTest, BoundsWhatPodsMayAsk) {
  const Value limit = {{"type", "Container"},
                       {"min", {{"memory", "64Mi"}}},
                       {"maxLimitRequestRatio", {{"cpu", "2"}}}};
  ASSERT_TRUE(make("LimitRange",
                   "a",
                   {{"metadata", {{"name", "l"}}}, {"spec", {{"limits", Value::array({limit})}}}}));
  const auto pod = make_pod(
      "p", {{"requests", {{"cpu", "100m"}, {"memory", "32Mi"}}}, {"limits", {{"cpu", "300m"}}}});
  ASSERT_FALSE(pod);
  EXPECT_EQ(pod.error().message,
            "pods \"p\" is forbidden: [minimum memory usage per Container is 64Mi, but request is "
            "32Mi, cpu max limit to request ratio per Container is 2, but provided ratio is "
            "3.000000]");
}

TEST(PodAmounts, AddInTheFirstOnesForm) {
  EXPECT_EQ(sum_of("1Gi", "1Gi"), "2Gi");
  EXPECT_EQ(sum_of("0", "512Ki"), "512Ki");
  EXPECT_EQ(sum_of("600m", "400m"), "1");
  EXPECT_EQ(sum_of("128M", "128M"), "256M");
  EXPECT_EQ(difference_of("1", "1500m"), "0");
}

TEST(PodAmounts, OfAPodAreThoseOfItsHungriestMoment) {
  const auto container = [](const char* cpu) -> Value {
    return {{"resources", {{"requests", {{"cpu", cpu}}}}}};
  };
  Value beside = container("100m");
  beside["restartPolicy"] = "Always";
  const Value pod = {{"spec",
                      {{"containers", Value::array({container("200m"), container("300m")})},
                       {"initContainers", Value::array({beside, container("700m")})}}}};
  EXPECT_EQ(text_at(amounts_of_pod(pod, "requests"), {"cpu"}), "800m");
}

}  // namespace
}  // namespace cfkops::sandbox
