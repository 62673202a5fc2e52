#include "cfkops/base/yaml_write.hpp"

#include "cfkops/base/yaml.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::base {
namespace {

nlohmann::json there_and_back(const nlohmann::json& value) {
  const std::string text = to_yaml(Json(value));
  const auto node = parse_yaml(text, "t.yaml", YamlDialect::Strict);
  if (!node) {
    ADD_FAILURE() << node.error().front().text() << " in\n" << text;
    return {};
  }
  return to_json(*node).raw();
}

TEST(YamlWrite, IsReadable) {
  const nlohmann::json value = {{"kind", "Pod"},
                                {"spec", {{"args", {"-c", "x: y"}}, {"none", nullptr}}},
                                {"list", {{{"a", 1}, {"b", true}}, nlohmann::json::array()}}};
  EXPECT_EQ(to_yaml(Json(value)),
            "kind: Pod\n"
            "list:\n"
            "- a: 1\n"
            "  b: true\n"
            "- []\n"
            "spec:\n"
            "  args:\n"
            "  - \"-c\"\n"
            "  - \"x: y\"\n"
            "  none: null\n");
}

TEST(YamlWrite, HostileStringsComeBackAsTheyWere) {
  for (const std::string text : {"",
                                 " ",
                                 "yes",
                                 "No",
                                 "on",
                                 "~",
                                 "null",
                                 "True",
                                 "y",
                                 "1",
                                 "0x1f",
                                 "0o7",
                                 "010",
                                 "1e3",
                                 ".5",
                                 ".inf",
                                 ".nan",
                                 "1_000",
                                 "12:30:45",
                                 "2026-01-15",
                                 "- a",
                                 "a: b",
                                 "a:",
                                 "a #b",
                                 "#a",
                                 "&a",
                                 "*a",
                                 "!a",
                                 "|",
                                 ">",
                                 "%a",
                                 "@a",
                                 "`a",
                                 "{a}",
                                 "[a]",
                                 "'a'",
                                 "\"a\"",
                                 "a\\b",
                                 "a\nb\n",
                                 "\n",
                                 "\t",
                                 "a\r\nb",
                                 " a",
                                 "a ",
                                 "---",
                                 "...",
                                 "? a",
                                 "=",
                                 "<<",
                                 "\x01\x7f",
                                 "gr\xc3\xbc\xc3\x9f",
                                 "\xf0\x9f\x98\x80",
                                 "\xe2\x80\xa8",
                                 "\xc2\x85",
                                 "\xc2\x9f",
                                 "\xc2\xa9",
                                 "\xef\xbb\xbf",
                                 "${X}"}) {
    EXPECT_EQ(there_and_back(text), nlohmann::json(text)) << text;
    const nlohmann::json deep = {{"list", {{{"key", text}}}}};
    EXPECT_EQ(there_and_back(deep), deep) << text;
    if (!text.empty()) {
      const nlohmann::json key = {{text, {{text, text}}}};
      EXPECT_EQ(there_and_back(key), key) << text;
    }
  }
}

TEST(YamlWrite, NumbersStayNumbers) {
  const nlohmann::json value = {0, -1, 18446744073709551615U, 0.5, 1e300, 2.0, false, nullptr};
  const nlohmann::json back = there_and_back(value);
  EXPECT_EQ(back, value);
  EXPECT_TRUE(back.at(2).is_number_unsigned());
}

TEST(YamlWrite, ListsInListsAndEmptyOnes) {
  const nlohmann::json value = {
      {{1, 2}, {{3}}}, nlohmann::json::object(), {{"a", nlohmann::json::array()}}};
  EXPECT_EQ(there_and_back(value), value);
  EXPECT_EQ(there_and_back(nlohmann::json::object()), nlohmann::json::object());
}

}  // namespace
}  // namespace cfkops::base
