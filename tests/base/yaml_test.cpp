#include "cfkops/base/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace cfkops::base {
namespace {

YamlNode parsed(std::string_view text, YamlDialect dialect = YamlDialect::Strict) {
  auto result = parse_yaml(text, "t.yaml", dialect);
  if (!result) {
    ADD_FAILURE() << result.error().front().pos->text() << ": " << result.error().front().message;
    return {};
  }
  return *std::move(result);
}

std::string at(const YamlNode& node) {
  return std::to_string(node.pos.line) + ":" + std::to_string(node.pos.column) + "+" +
         std::to_string(node.length);
}

TEST(Yaml, ReadsMapsListsAndScalars) {
  const YamlNode root = parsed("name: roll\nsteps:\n  - do: a\n  - {do: b, with: [1, x]}\n");
  ASSERT_TRUE(root.is_map());
  EXPECT_EQ(root.members[0].key, "name");
  EXPECT_EQ(root.find("name")->scalar, "roll");
  EXPECT_EQ(root.find("none"), nullptr);
  const YamlNode& steps = *root.find("steps");
  ASSERT_TRUE(steps.is_sequence());
  ASSERT_EQ(steps.items.size(), 2U);
  EXPECT_EQ(steps.items[1].find("with")->items[1].scalar, "x");
  EXPECT_EQ(steps.items[1].find("with")->items[1].pos.file, "t.yaml");
}

TEST(Yaml, KnowsWhatWasQuoted) {
  const YamlNode root = parsed("- 1\n- '1'\n- \"1\"\n- |\n  1\n- >-\n  1\n- ''\n");
  std::vector<bool> quoted;
  for (const YamlNode& item : root.items) {
    quoted.push_back(item.quoted);
  }
  EXPECT_EQ(quoted, (std::vector<bool>{false, true, true, true, true, true}));
  EXPECT_EQ(root.items[3].scalar, "1\n");
  EXPECT_EQ(root.items[4].scalar, "1");
}

TEST(Yaml, NullIsOnlyWhatIsPlainAndEmpty) {
  const YamlNode root =
      parsed("- null\n- ~\n-\n- 'null'\n- \"~\"\n- ''\n- nil\n- {a: }\n- null x\n");
  std::vector<bool> null;
  for (const YamlNode& item : root.items) {
    null.push_back(item.is_null());
  }
  EXPECT_EQ(null, (std::vector<bool>{true, true, true, false, false, false, false, false, false}));
  EXPECT_TRUE(root.items[7].find("a")->is_null());
}

TEST(Yaml, PositionsCountCharactersFromOne) {
  const YamlNode root = parsed("a: x\nüb: \"ö\"\nü: {ä: é, k: zz}\nt:\ttab\n");
  EXPECT_EQ(at(root), "1:1+0");
  EXPECT_EQ(at(*root.find("a")), "1:4+1");
  EXPECT_EQ(at(*root.find("üb")), "2:5+3");
  EXPECT_EQ(at(*root.find("ü")), "3:4+0");
  EXPECT_EQ(at(*root.find("ü")->find("ä")), "3:8+1");
  EXPECT_EQ(at(*root.find("ü")->find("k")), "3:14+2");
  EXPECT_EQ(root.find("ü")->members[1].key_pos.column, 11);
  EXPECT_EQ(at(*root.find("t")), "4:4+3");
}

TEST(Yaml, PositionsSurviveWindowsLineEndsAndAByteOrderMark) {
  const YamlNode root = parsed(
      "\xEF\xBB\xBF"
      "a: 1\r\nb:\r\n  c: 22\r\n");
  EXPECT_EQ(at(*root.find("a")), "1:4+1");
  EXPECT_EQ(at(*root.find("b")->find("c")), "3:6+2");
  EXPECT_EQ(root.find("b")->find("c")->scalar, "22");
}

TEST(Yaml, ANullWithoutTextStandsAtItsKey) {
  const YamlNode root = parsed("a:\nb: ~\nc:\n  null\nd: {e: , f: null}\ng:\nnull_: 1\nh:\n");
  EXPECT_EQ(at(*root.find("a")), "1:1+0");
  EXPECT_EQ(at(*root.find("b")), "2:4+1");
  EXPECT_EQ(at(*root.find("c")), "4:3+4");
  EXPECT_EQ(at(*root.find("d")->find("e")), "5:5+0");
  EXPECT_EQ(at(*root.find("d")->find("f")), "5:13+4");
  EXPECT_EQ(at(*root.find("g")), "6:1+0");
  EXPECT_EQ(at(*root.find("h")), "8:1+0");
  EXPECT_EQ(at(parsed("- a\n-\n- b\n").items[1]), "2:1+0");
}

TEST(Yaml, OnlyOneLineScalarsHaveALength) {
  const YamlNode root =
      parsed("a: x y\nb: 'it''s'\nc: |\n  x\nd: p\n  q\ne: \"p\n  q\"\nf: \"\\u00e4\\\"\"\n");
  EXPECT_EQ(root.find("a")->length, 3);
  EXPECT_EQ(root.find("b")->length, 7);
  EXPECT_EQ(root.find("c")->length, 0);
  EXPECT_EQ(root.find("d")->length, 0);
  EXPECT_EQ(root.find("d")->scalar, "p q");
  EXPECT_EQ(root.find("e")->length, 0);
  EXPECT_EQ(root.find("f")->length, 10);
  EXPECT_EQ(root.find("f")->scalar, "ä\"");
}

TEST(Yaml, JsonIsYaml) {
  const char* const text =
      "{\n\t\"a\": [1, -2.5, true, null, \"x\\n\\/\"],\n\t\"b\": {\"c\": {}}\n}\n";
  EXPECT_EQ(to_json(parsed(text)), Json::parse(text).value());
}

TEST(Yaml, OneDocumentMayCarryMarkersCommentsAndAVersion) {
  EXPECT_EQ(parsed("# c\n%YAML 1.2\n---\na: 1 # c\n...\n").find("a")->scalar, "1");
}

TEST(Yaml, TabsAreFineWhereTheyDoNotIndent) {
  EXPECT_EQ(parsed("a:\t1\t# c\n\t\nb: |\n  \tx\n").find("b")->scalar, "\tx\n");
}

TEST(Yaml, TheLenientDialectKeepsTheLastOfTwoKeysAndReadsTags) {
  const YamlNode root =
      parsed("a: 1\nb: 2\na: 3\nc: !!str 4\nd: !x {e: 5}\n", YamlDialect::Lenient);
  ASSERT_EQ(root.members.size(), 4U);
  EXPECT_EQ(root.find("a")->scalar, "3");
  EXPECT_EQ(root.members[0].key_pos.line, 3);
  EXPECT_TRUE(root.find("c")->quoted);
  EXPECT_EQ(root.find("d")->find("e")->scalar, "5");
}

TEST(Yaml, ALongLineIsReadInLinearTime) {
  std::string text = "{\"items\": [";
  for (int i = 0; i < 50000; ++i) {
    text += "{\"a\": 1},";
  }
  text += "{}]}";
  const YamlNode root = parsed(text);
  EXPECT_EQ(root.find("items")->items.size(), 50001U);
  EXPECT_EQ(root.find("items")->items.back().pos.column, static_cast<int>(text.size()) - 3);
}

TEST(YamlToJson, FollowsTheCoreSchema) {
  const auto json = [](const std::string& text) {
    return to_json(parsed("v: " + text)).get("/v").dump();
  };
  for (const char* same :
       {"0", "1", "-1", "9223372036854775807", "18446744073709551615", "true", "false", "1.5"}) {
    EXPECT_EQ(json(same), same);
  }
  EXPECT_EQ(json("True"), "true");
  EXPECT_EQ(json("FALSE"), "false");
  EXPECT_EQ(json("+12"), "12");
  EXPECT_EQ(json("0o10"), "8");
  EXPECT_EQ(json("00.5"), "0.5");
  EXPECT_EQ(json("0x1F"), "31");
  EXPECT_EQ(json("1e3"), "1000.0");
  EXPECT_EQ(json(".5"), "0.5");
  EXPECT_EQ(json("1."), "1.0");
  EXPECT_EQ(json("-1.5E-1"), "-0.15");
  EXPECT_EQ(json("~"), "null");
  for (const char* text :
       {"yes",  "no",   "on",         "off", "y",    "tRUE",  "1_000", "1:30", "0o8",
        "0x",   "0x-1", "1e",         ".",   "+",    "1.2.3", ".inf",  ".nan", "1e999",
        "10Gi", "0b1",  "2026-01-01", "010", "-010", "+08",   "00"}) {
    EXPECT_EQ(json(text), "\"" + std::string(text) + "\"");
  }
  EXPECT_EQ(json("'1'"), "\"1\"");
  EXPECT_EQ(json("\"true\""), "\"true\"");
  EXPECT_EQ(json("''"), "\"\"");
  EXPECT_EQ(json("[]"), "[]");
  EXPECT_EQ(json("{}"), "{}");
}

TEST(YamlToJson, KeepsStructure) {
  EXPECT_EQ(to_json(parsed("b: [1, {c: x}]\na:\n- ~\n1: one\n")).dump(),
            R"({"1":"one","a":[null],"b":[1,{"c":"x"}]})");
}

void check_tree(const YamlNode& node) {
  EXPECT_GE(node.pos.line, 1);
  EXPECT_GE(node.pos.column, 1);
  for (const YamlNode& item : node.items) {
    check_tree(item);
  }
  for (const YamlNode::Member& member : node.members) {
    EXPECT_GE(member.key_pos.line, 1);
    check_tree(member.value);
  }
}

TEST(Yaml, SurvivesMutatedInput) {
  const std::string seed =
      "# head\nname: &a roll\nsteps:\n  - {do: \"x\\n\", with: ['it''s', 1.5, ~]}\n  - do: |\n     "
      " t\n"
      "    ? k\n    : *a\n<<: !!str v\nü: >-\n  folded\n  text\n---\nb: [a: b, {c}]\n";
  const std::string_view pieces = " \n\t-:?[]{}&*!|>'\"%@`#,~ab1\\\0\xC3\x04\r";
  std::mt19937 random(9);
  for (int i = 0; i < 6000; ++i) {
    std::string text = seed.substr(0, random() % (seed.size() + 1));
    for (unsigned j = 0; j < random() % 5 && !text.empty(); ++j) {
      const std::size_t place = random() % text.size();
      if (random() % 2 == 0) {
        text[place] = pieces[random() % pieces.size()];
      } else {
        text.insert(place, 1, pieces[random() % pieces.size()]);
      }
    }
    const auto result =
        parse_yaml(text, "f", i % 2 == 0 ? YamlDialect::Strict : YamlDialect::Lenient);
    if (result) {
      check_tree(*result);
      EXPECT_TRUE(Json::parse(to_json(*result).dump()));
      continue;
    }
    ASSERT_FALSE(result.error().empty());
    for (const Error& error : result.error()) {
      EXPECT_EQ(error.code, ErrorCode::InvalidInput);
      EXPECT_TRUE(error.pos && error.pos->line >= 1 && error.pos->column >= 1) << error.message;
      EXPECT_FALSE(error.message.empty());
      EXPECT_FALSE(error.hint.empty()) << error.message;
    }
  }
}

}  // namespace
}  // namespace cfkops::base
