#include "cfkops/runbook/schema.hpp"

#include "schema_check.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"
#include "test_specs.hpp"

#include "cfkops/base/yaml.hpp"
#include "cfkops/runbook/keys.hpp"
#include "cfkops/runbook/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

namespace cfkops::runbook {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kHead =
    "apiVersion: cfkops/v1\nkind: Runbook\nname: x\ntitle: X\npurpose: P\nowner: me\nrisk: low\n";

const json& schema() {
  static const base::Json kSchema = runbook_schema(test_specs());
  return kSchema.raw();
}

std::string violation(std::string_view text) {
  const auto tree = base::parse_yaml(text, "x.yaml", base::YamlDialect::Strict);
  return tree ? schema_violation(schema(), base::to_json(*tree).raw()) : "not YAML";
}

/// Of a runbook with these steps.
std::string violation_of_steps(const std::string& steps) {
  return violation(std::string(kHead) + "steps:\n" + steps);
}

TEST(Schema, AcceptsWhatTheLoaderAndLintAccept) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::source_tree() / "tests/golden/lint/ok")) {
    EXPECT_EQ(violation(test::read_file(entry.path())), "") << entry.path();
    ++count;
  }
  EXPECT_GE(count, 2);
}

TEST(Schema, RefusesWhatTheLoaderRefusesForItsKeys) {
  const auto folder = test::source_tree() / "tests/golden/lint/err";
  for (const char* name : {"s001_unknown_key",
                           "s002_missing_key",
                           "s003_wrong_type",
                           "s004_bad_id",
                           "s006_unknown_action",
                           "s007_arguments",
                           "y005_empty_value",
                           "head"}) {
    EXPECT_NE(violation(test::read_file(folder / (std::string(name) + ".yaml"))), "") << name;
  }
}

TEST(Schema, NeverRefusesWhatLoads) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::source_tree() /
                                                                         "tests/golden/lint/err")) {
    const std::string text = test::read_file(entry.path());
    // What only lint knows: actions that are not there, arguments that they do not have.
    if (entry.path().extension() == ".yaml" && load_runbook(text, "x.yaml")) {
      const std::string why = violation(text);
      EXPECT_TRUE(why.empty() || why.find("/do") != std::string::npos ||
                  why.find("/check") != std::string::npos ||
                  why.find("/with") != std::string::npos || why.find("allOf") != std::string::npos)
          << entry.path() << ": " << why;
    }
  }
}

TEST(Schema, ArgumentsDependOnTheAction) {
  EXPECT_EQ(violation_of_steps("  - {id: a, do: kafka.roll, with: {target: kafka, settle: 30s}}\n"),
            "");
  EXPECT_EQ(
      violation_of_steps("  - {id: a, do: kafka.roll, with: {target: \"${x}\", roles: all}}\n"),
      "");
  EXPECT_THAT(violation_of_steps("  - {id: a, do: kafka.roll, with: {target: k, roles: boss}}\n"),
              HasSubstr("/with/roles"));
  EXPECT_THAT(violation_of_steps("  - {id: a, do: kafka.roll, with: {target: k, settle: 30}}\n"),
              HasSubstr("/with/settle"));
  EXPECT_THAT(violation_of_steps("  - {id: a, do: kafka.roll, with: {traget: k}}\n"),
              HasSubstr("/steps/0"));
  EXPECT_THAT(violation_of_steps("  - {id: a, do: kafka.roll}\n"), HasSubstr("lacks \"with\""));
  EXPECT_THAT(violation_of_steps("  - {id: a, do: kafka.rol, with: {target: k}}\n"),
              StartsWith("/steps/0/do: enum"));
  EXPECT_THAT(violation_of_steps("  - {id: a}\n"), HasSubstr("oneOf"));
  EXPECT_THAT(violation_of_steps("  - {id: a, do: notify, with: {text: a}, stepz: []}\n"),
              HasSubstr("/steps/0/stepz"));
}

TEST(Schema, HasEveryKeyWithItsTypeAndWords) {
  for (const KeySpec& key : all_keys()) {
    const json& place =
        key.where == "runbook" ? schema() : schema().at("$defs").at(std::string(key.where));
    const json& found = place.at("properties").at(std::string(key.key));
    EXPECT_EQ(found.at("description"), key.doc);
    EXPECT_TRUE(found.contains("examples")) << key.where << "." << key.key;
    const bool typed = found.contains("type") || found.contains("enum") ||
                       found.contains("const") || found.contains("$ref") ||
                       found.contains("anyOf") || found.contains("not");
    EXPECT_TRUE(typed) << key.where << "." << key.key << ": " << key.type;
    const json& required = place.at("required");
    EXPECT_EQ(std::find(required.begin(), required.end(), key.key) != required.end(), key.required);
  }
  EXPECT_EQ(schema().at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_TRUE(schema().at("$defs").at("guard").at("properties").contains("that"));
}

TEST(Schema, ItsOwnExamplesObeyIt) {
  for (const KeySpec& key : all_keys()) {
    const json& place =
        key.where == "runbook" ? schema() : schema().at("$defs").at(std::string(key.where));
    const json& found = place.at("properties").at(std::string(key.key));
    const std::string type(key.type);
    if (type.find("steps") != std::string::npos || type.find("checks") != std::string::npos ||
        type.find("guards") != std::string::npos || type == "action" || type == "kind") {
      continue;  // they name actions that the specs of the tests do not have
    }
    json rooted = found;
    rooted["$defs"] = schema().at("$defs");
    EXPECT_EQ(schema_violation(rooted, found.at("examples").at(0)), "")
        << key.where << "." << key.key;
  }
}

}  // namespace
}  // namespace cfkops::runbook
