#include "api/open_api_schemas.hpp"

#include "kind_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::sandbox {
namespace {

/// What a reference in a document leads to.
const Value& resolved(const Value& schemas, const Value& reference) {
  const std::string name = text_at(reference, {"$ref"});
  return object_at(schemas, {name.substr(name.rfind('/') + 1)});
}

TEST(OpenApiSchemas, LeadFromAKindToItsFields) {
  const KindTable kinds;
  const Value schemas = open_api_schemas({kinds.find("", "v1", "pods")});
  const Value& pod = object_at(schemas, {"v1.Pod"});
  EXPECT_EQ(text_at(list_at(pod, {"x-kubernetes-group-version-kind"}).at(0), {"kind"}), "Pod");
  const Value& spec = resolved(schemas, object_at(pod, {"properties", "spec"}));
  const Value& containers = object_at(spec, {"properties", "containers"});
  EXPECT_EQ(text_at(containers, {"type"}), "array");
  const Value& container = resolved(schemas, object_at(containers, {"items"}));
  EXPECT_EQ(text_at(container, {"properties", "image", "type"}), "string");
}

TEST(OpenApiSchemas, HaveEveryTypeThatTheyReferTo) {
  const KindTable kinds;
  const Value schemas = open_api_schemas(kinds.all());
  const std::string text = schemas.dump();
  constexpr std::string_view kMark = "#/components/schemas/";
  std::size_t at = text.find(kMark);
  ASSERT_NE(at, std::string::npos);
  for (; at != std::string::npos; at = text.find(kMark, at + 1)) {
    const std::size_t begin = at + kMark.size();
    const std::string name = text.substr(begin, text.find('"', begin) - begin);
    EXPECT_NE(find(schemas, {name}), nullptr) << name;
  }
}

}  // namespace
}  // namespace cfkops::sandbox
