#include "cfkops/kafka/jolokia.hpp"

#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::kafka {
namespace {

using cfkops::test::HasError;
using cfkops::test::IsOk;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

TEST(JolokiaRead, GoesThroughThePodProxyPercentEncoded) {
  const kube::ReadRequest request =
      jolokia_read("confluent", "kafka-0", "kafka.server:type=R,name=*", {"Value", "Count"});
  EXPECT_THAT(request.target, StartsWith("/api/v1/namespaces/confluent/pods/kafka-0:7777/proxy/"));
  EXPECT_THAT(request.target,
              EndsWith("/jolokia/read/kafka.server%3Atype%3DR%2Cname%3D%2A/Value%2CCount"));
  EXPECT_THAT(request.what, HasSubstr("kafka.server:type=R,name=* of pod confluent/kafka-0"));
}

TEST(JolokiaRead, WithoutAttributesAsksForAllOfThem) {
  EXPECT_THAT(jolokia_read("n", "p", "a:type=b").target, EndsWith("/jolokia/read/a%3Atype%3Db"));
}

TEST(JolokiaRead, EscapesWhatJolokiaItselfGivesAMeaning) {
  // a!b/c"d is a!!b!/c!"d to Jolokia.
  EXPECT_THAT(jolokia_read("n", "p", "x:k=a!b/c\"d").target,
              EndsWith("/read/x%3Ak%3Da%21%21b%21%2Fc%21%22d"));
}

TEST(JolokiaValue, IsTheValueOfASuccess) {
  const auto value = jolokia_value(R"({"request":{},"value":3,"status":200,"timestamp":1})");
  ASSERT_THAT(value, IsOk());
  EXPECT_EQ(value->dump(), "3");
}

TEST(JolokiaValue, KeepsNullApartFromZero) {
  const auto value = jolokia_value(R"({"value":{"commit-latency-avg":null},"status":200})");
  ASSERT_THAT(value, IsOk());
  EXPECT_TRUE(value->get("/commit-latency-avg").is_null());
}

TEST(JolokiaValue, FindsTheFailureInsideAnHttp200) {
  EXPECT_THAT(jolokia_value(
                  R"({"error_type":"javax.management.InstanceNotFoundException",)"
                  R"("error":"javax.management.InstanceNotFoundException : a:b=c","status":404})"),
              HasError(ErrorCode::NotFound, "a:b=c"));
  EXPECT_THAT(jolokia_value(R"({"error":"boom","status":500})"),
              HasError(ErrorCode::Protocol, "500: boom"));
  EXPECT_THAT(jolokia_value("{}"), HasError(ErrorCode::Protocol, "no status"));
  EXPECT_THAT(jolokia_value("<html>"), HasError(ErrorCode::Protocol));
  EXPECT_THAT(jolokia_value("[]"), HasError(ErrorCode::Protocol));
}

TEST(KeyProperties, SplitsAnObjectName) {
  EXPECT_THAT(
      key_properties("kafka.cluster:name=AtMinIsr,partition=2,topic=my.topic-a_b"),
      ElementsAre(Pair("name", "AtMinIsr"), Pair("partition", "2"), Pair("topic", "my.topic-a_b")));
}

TEST(KeyProperties, TakesQuotesOff) {
  EXPECT_THAT(key_properties(R"(a:x="one,two\"\*\\",y=3)"),
              ElementsAre(Pair("x", R"(one,two"*\)"), Pair("y", "3")));
}

TEST(KeyProperties, ToleratesPatternsAndNonsense) {
  EXPECT_THAT(key_properties("a:x=1,*"), ElementsAre(Pair("x", "1")));
  EXPECT_TRUE(key_properties("nonsense").empty());
  EXPECT_TRUE(key_properties("a:").empty());
  EXPECT_THAT(key_properties("a:x=\"open"), ElementsAre(Pair("x", "\"open")));
}

TEST(KeyProperties, OneIsFoundByItsKey) {
  EXPECT_EQ(key_property(R"(a:x="1,y=2",y=3)", "y"), "3");
  EXPECT_EQ(key_property("a:x=1,x=2", "x"), "1");
  EXPECT_EQ(key_property("a:x=1", "z"), std::nullopt);
}

}  // namespace
}  // namespace cfkops::kafka
