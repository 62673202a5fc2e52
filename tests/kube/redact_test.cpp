#include "redact.hpp"

#include <gtest/gtest.h>

namespace cfkops::kube {
namespace {

std::string redacted(const char* body, const Resource& resource = resources::secrets()) {
  return without_secrets(resource, *Json::parse(body)).dump();
}

TEST(WithoutSecrets, KeepsTheKeysAndHidesTheValues) {
  EXPECT_EQ(
      redacted(
          R"({"kind":"Secret","data":{"plain.txt":"aHVudGVyMg=="},"stringData":{"a":"b"},"type":"Opaque"})"),
      R"({"data":{"plain.txt":"***"},"kind":"Secret","stringData":{"a":"***"},"type":"Opaque"})");
}

TEST(WithoutSecrets, ShowsThatAKeyIsRemoved) {
  EXPECT_EQ(redacted(R"({"data":{"old":null,"new":"eA=="}})"),
            R"({"data":{"new":"***","old":null}})");
}

TEST(WithoutSecrets, HidesTheCopyThatKubectlKeeps) {
  EXPECT_EQ(
      redacted(
          R"({"metadata":{"annotations":{"a":"b","kubectl.kubernetes.io/last-applied-configuration":"{\"data\":1}"}}})"),
      R"({"metadata":{"annotations":{"a":"b","kubectl.kubernetes.io/last-applied-configuration":"***"}}})");
}

TEST(WithoutSecrets, HidesTheValuesOfAJsonPatch) {
  EXPECT_EQ(
      redacted(
          R"([{"op":"test","path":"/metadata/uid","value":"u"},{"op":"add","path":"/data","value":{"k":"eA=="}},{"op":"replace","path":"","value":{"data":{"k":"eA=="}}}])"),
      R"([{"op":"test","path":"/metadata/uid","value":"u"},{"op":"add","path":"/data","value":{"k":"***"}},{"op":"replace","path":"","value":{"data":{"k":"***"}}}])");
}

TEST(WithoutSecrets, HidesWhatIsNoObject) {
  EXPECT_EQ(redacted(R"("hunter2")"), R"("***")");
}

TEST(WithoutSecrets, LeavesOtherKindsAlone) {
  EXPECT_EQ(redacted(R"({"data":{"a":"b"}})", resources::config_maps()), R"({"data":{"a":"b"}})");
}

TEST(WithoutSecrets, TrustsTheBodysKindToo) {
  EXPECT_EQ(redacted(R"({"kind":"Secret","data":{"a":"b"}})", resources::config_maps()),
            R"({"data":{"a":"***"},"kind":"Secret"})");
}

}  // namespace
}  // namespace cfkops::kube
