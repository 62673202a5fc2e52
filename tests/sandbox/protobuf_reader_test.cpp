#include "protobuf_reader.hpp"

#include "decode.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cfkops::sandbox {
namespace {

// What `kubectl create` of v1.34 posts.
constexpr std::string_view kBudget =
    "6b3873000a200a09706f6c6963792f76311213506f6444697372757074696f6e4275646765741236"
    "0a110a017012001a0022002a0032003800420012150a09080110001a0335302512080a060a016112"
    "01621a0a080018002000280030001a002200";
constexpr std::string_view kSecret =
    "6b3873000a0c0a0276311206536563726574121e0a120a02733112001a0022002a00320038004200"
    "12060a01611201621a001a002200";
constexpr std::string_view kDeployment =
    "6b3873000a150a07617070732f7631120a4465706c6f796d656e7412a7010a1b0a016412001a0022"
    "002a003200380042005a080a03617070120164127a0801120a0a080a036170701201641a620a1a0a"
    "0012001a0022002a003200380042005a080a03617070120164124412260a01781201782a00320a0a"
    "001000185022002a0042006a007200800100880100900100a201001a00320042004a005200580060"
    "0068008201008a01009a0100c2010022020a00280038001a0c0800100018002000280038001a0022"
    "00";

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

Value read(std::string_view hex) {
  const auto object = read_protobuf(bytes_of(hex));
  EXPECT_TRUE(object.has_value());
  return object.value_or(Value());
}

TEST(ReadProtobuf, ReadsWhatKubectlPosts) {
  const Value budget = read(kBudget);
  EXPECT_EQ(text_at(budget, {"apiVersion"}), "policy/v1");
  EXPECT_EQ(text_at(budget, {"spec", "minAvailable"}), "50%");
  EXPECT_EQ(text_at(budget, {"spec", "selector", "matchLabels", "a"}), "b");
  EXPECT_EQ(text_at(read(kSecret), {"data", "a"}), "Yg==");
}

TEST(ReadProtobuf, LeavesNothingEmptyBehind) {
  StrictErrors strict;
  const auto decoded = decode_request(built_in_target("apps/v1", "Deployment"),
                                      bytes_of(kDeployment),
                                      "application/vnd.kubernetes.protobuf",
                                      strict);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(number_at(*decoded, {"spec", "replicas"}), 1);
  const Value& container = list_at(*decoded, {"spec", "template", "spec", "containers"}).at(0);
  EXPECT_EQ(container,
            Value::parse(R"({"image": "x", "name": "x", "ports": [{"containerPort": 80}], )"
                         R"("resources": {}})"));
}

TEST(ReadProtobuf, RefusesWhatIsBroken) {
  EXPECT_FALSE(read_protobuf("{}").has_value());
  const std::string whole = bytes_of(kDeployment);
  // Between the end of what names the kind and the empty fields behind the object.
  for (std::size_t size = 28; size < whole.size() - 4; ++size) {
    EXPECT_FALSE(read_protobuf(whole.substr(0, size)).has_value()) << size;
  }
}

}  // namespace
}  // namespace cfkops::sandbox
