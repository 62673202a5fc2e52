#include "refusal.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::sandbox {
namespace {

TEST(Refusal, NamesTheObjectAsTheServerDoes) {
  EXPECT_EQ(not_found("apps", "statefulsets", "kafka").status(), Value::parse(R"({
    "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
    "message": "statefulsets.apps \"kafka\" not found", "reason": "NotFound",
    "details": {"name": "kafka", "group": "apps", "kind": "statefulsets"}, "code": 404})"));
  EXPECT_EQ(forbidden("", "pods", "", "no").message, "pods is forbidden: no");
  EXPECT_EQ(forbidden("", "", "", "no").status().at("details"), Value::object());
  EXPECT_EQ(conflict("", "configmaps", "a", "why").message,
            "Operation cannot be fulfilled on configmaps \"a\": why");
}

TEST(Refusal, HasDetailsOnlyWhereTheServerHas) {
  EXPECT_FALSE(bad_request("no").status().contains("details"));
  EXPECT_FALSE(expired("old").status().contains("details"));
  EXPECT_EQ(too_many_requests("wait", 10).status().at("details"),
            Value({{"retryAfterSeconds", 10}}));
  EXPECT_EQ(too_many_requests("wait", 0).status().at("details"), Value::object());
  EXPECT_EQ(internal_error("x").status().at("details"),
            Value::parse(R"({"causes": [{"message": "x"}]})"));
}

TEST(Refusal, TellsEachFaultOnceAndEachCause) {
  FieldErrors errors;
  errors.invalid("metadata.uid", "x", "field is immutable");
  errors.invalid("metadata.uid", "x", "field is immutable");
  const Refusal once = invalid("", "ConfigMap", "a", errors);
  EXPECT_EQ(once.message,
            "ConfigMap \"a\" is invalid: metadata.uid: Invalid value: \"x\": field is immutable");
  EXPECT_EQ(once.status().at("details").at("causes").size(), 2U);
  errors.required("spec.x");
  EXPECT_EQ(invalid("g", "K", "", errors).message,
            "K.g \"\" is invalid: [metadata.uid: Invalid value: \"x\": field is immutable, "
            "spec.x: Required value]");
}

TEST(FieldErrors, PrintValuesAsGoDoes) {
  FieldErrors errors;
  errors.invalid("a", 5, "too much");
  errors.invalid("b", Value(), "nothing");
  errors.invalid("c", {{"k", "<v>"}}, "object");
  errors.invalid("d", "tab\tquote\"", "text");
  errors.not_supported("e", "x", {"A", "B"});
  errors.too_long("f", 128);
  errors.too_many("g", 3, 1);
  errors.duplicate("h", "x");
  errors.forbidden("i", "no");
  std::string bodies;
  for (const FieldError& error : errors.all()) {
    bodies += error.body() + "\n";
  }
  EXPECT_EQ(bodies,
            "Invalid value: 5: too much\n"
            "Invalid value: null: nothing\n"
            "Invalid value: {\"k\":\"\\u003cv\\u003e\"}: object\n"
            "Invalid value: \"tab\\tquote\\\"\": text\n"
            "Unsupported value: \"x\": supported values: \"A\", \"B\"\n"
            "Too long: may not be more than 128 bytes\n"
            "Too many: 3: must have at most 1 item\n"
            "Duplicate value: \"x\"\n"
            "Forbidden: no\n");
}

}  // namespace
}  // namespace cfkops::sandbox
