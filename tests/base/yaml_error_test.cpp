#include "cfkops/base/yaml.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cfkops::base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

/// "line:column message" of each error; every one must carry a hint.
Strings errors(std::string_view text, YamlDialect dialect = YamlDialect::Strict) {
  const auto result = parse_yaml(text, "t.yaml", dialect);
  Strings out;
  if (result) {
    return out;
  }
  for (const Error& error : result.error()) {
    EXPECT_EQ(error.code, ErrorCode::InvalidInput);
    EXPECT_EQ(error.pos->file, "t.yaml");
    EXPECT_FALSE(error.hint.empty()) << error.message;
    out.push_back(std::to_string(error.pos->line) + ":" + std::to_string(error.pos->column) + " " +
                  error.message);
  }
  return out;
}

TEST(YamlError, DuplicateKeysNameBothPlaces) {
  EXPECT_THAT(errors("a: 1\nb: {c: 1, 'c': 2}\na: 3\n\"a\": 4\n"),
              ElementsAre("2:11 the key 'c' is already used in line 2, column 5",
                          "3:1 the key 'a' is already used in line 1, column 1",
                          "4:1 the key 'a' is already used in line 1, column 1"));
}

TEST(YamlError, AnchorsAndAliasesAreRefusedInBothDialects) {
  for (const YamlDialect dialect : {YamlDialect::Strict, YamlDialect::Lenient}) {
    EXPECT_THAT(errors("a: &x 1\nb: *x\nc: [*x, &y {d: 1}]\n", dialect),
                ElementsAre("1:4 the anchor '&x' is not allowed",
                            "2:4 an alias (*) is not allowed",
                            "3:5 an alias (*) is not allowed",
                            "3:9 the anchor '&y' is not allowed"));
    EXPECT_THAT(errors("a: *nowhere\n", dialect), ElementsAre("1:4 an alias (*) is not allowed"));
    EXPECT_THAT(errors("<<: {a: 1}\n", dialect),
                ElementsAre("1:1 a merge key (<<) is not allowed"));
  }
  EXPECT_THAT(errors("'<<': 1\n"), ElementsAre());
}

TEST(YamlError, BillionLaughsCostNothing) {
  std::string text = "a: &a [x, x, x]\n";
  for (char c = 'b'; c <= 'z'; ++c) {
    text += fmt::format("{0}: &{0} [*{1}, *{1}, *{1}]\n", c, static_cast<char>(c - 1));
  }
  EXPECT_GE(errors(text).size(), 100U);
}

TEST(YamlError, TagsAreRefusedInRunbooks) {
  EXPECT_THAT(errors("a: !!str 1\nb: !x {c: 1}\nd: ! e\nf: !g\nh: ! 'i'\n"),
              ElementsAre("1:4 a tag (!) is not allowed",
                          "2:4 a tag (!) is not allowed",
                          "3:4 a tag (!) is not allowed",
                          "4:4 a tag (!) is not allowed",
                          "5:4 a tag (!) is not allowed"));
}

TEST(YamlError, KeysAreText) {
  EXPECT_THAT(errors("? a\n: b\n"), ElementsAre("1:3 a key written with '?' is not allowed"));
  EXPECT_THAT(
      errors("[x]: 1\n{y: z}: 2\n"),
      ElementsAre("1:1 a list or map cannot be a key", "2:1 a list or map cannot be a key"));
  EXPECT_THAT(errors("{[x]: 1}\n"), ElementsAre("1:2 a list or map cannot be a key"));
  EXPECT_THAT(errors("null: 1\n~: 2\n"),
              ElementsAre("1:1 null cannot be a key", "2:1 null cannot be a key"));
  EXPECT_THAT(errors(": 1\n"), ElementsAre("1:1 there is no key before ':'"));
  EXPECT_THAT(errors("x: why ?\nb: 1\n'?': 2\nc?: 3\n"), ElementsAre());
}

TEST(YamlError, AKeyWithoutColonIsNoNull) {
  EXPECT_THAT(errors("a: 1\nb\n"), ElementsAre("2:1 expected ':' after 'b'"));
  EXPECT_THAT(errors("b\nc: 2\n"), ElementsAre("2:2 a ':' is not allowed here"));
}

TEST(YamlError, TabsAreFoundWhereTheyIndent) {
  EXPECT_THAT(errors("a:\n\tb: 1\n"), ElementsAre("2:1 a tab in the indentation"));
  EXPECT_THAT(errors("a:\n  \tb\n"), ElementsAre("2:3 a tab in the indentation"));
  EXPECT_THAT(errors("a:\n  b: 1\n\tc: 2\n"), ElementsAre("3:1 a tab in the indentation"));
  EXPECT_THAT(errors("a:\n\t- 1\n\t- 2\n"), ElementsAre("2:1 a tab in the indentation"));
}

TEST(YamlError, ExactlyOneDocument) {
  EXPECT_THAT(errors("a: 1\n---\nb: 2\n"), ElementsAre("2:1 a second document begins here"));
  EXPECT_THAT(errors("- a\nb: 1\n"),
              ElementsAre("2:1 this does not belong to what stands above it"));
  EXPECT_THAT(errors("{a: 1} x\n"),
              ElementsAre("1:8 this does not belong to what stands above it"));
  for (const char* text : {"", "\n", "# c\n", "---\n", "~", "---\n...\n", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(errors(text), ElementsAre("1:1 the document is empty")) << text;
  }
}

TEST(YamlError, QuotesAndBracketsMustClose) {
  EXPECT_THAT(errors("a: 'x\nb: 1\n"), ElementsAre("1:4 this quote is never closed"));
  EXPECT_THAT(errors("a: \"x\\\"\n"), ElementsAre("1:4 this quote is never closed"));
  EXPECT_THAT(errors("a: [1,\n  2\nb: 3\n"), ElementsAre("1:4 this '[' is never closed"));
  EXPECT_THAT(errors("a: [1\n"), ElementsAre("1:4 this '[' is never closed"));
  EXPECT_THAT(errors("a: {b: [1}\n"), ElementsAre("1:10 this bracket closes none that is open"));
  EXPECT_THAT(errors("a: 1\na: 2\nb: [[1, 2\nc: 3\n"),
              ElementsAre("2:1 the key 'a' is already used in line 1, column 1",
                          "3:5 this '[' is never closed"));
  EXPECT_THAT(errors("a: {b: 1\n"), ElementsAre("1:4 this '{' is never closed"));
  EXPECT_THAT(errors("a: }\n"), ElementsAre("1:4 this bracket closes none that is open"));
}

TEST(YamlError, SyntaxErrorsSayWhatToDo) {
  EXPECT_THAT(errors("a: b: c\n"), ElementsAre("1:5 a ':' is not allowed here"));
  EXPECT_THAT(errors("a: 1\n b: 2\n"), ElementsAre("2:3 a ':' is not allowed here"));
  EXPECT_THAT(errors("a: - b\n"), ElementsAre("1:4 a list item is not allowed here"));
  EXPECT_THAT(errors("ü: @b\n"), ElementsAre("1:4 a plain value cannot begin with '@'"));
  EXPECT_THAT(errors("a: %b\n"), ElementsAre("1:4 a plain value cannot begin with '%'"));
  EXPECT_THAT(errors("a: \"x\" y\n"), ElementsAre("1:8 this does not fit the lines above it"));
  EXPECT_THAT(errors("a: \"\\d\"\n"),
              ElementsAre(HasSubstr("an unknown escape in a text in double quotes")));
  EXPECT_THAT(errors("a: \"\\ud83d\"\n"), ElementsAre(HasSubstr("an escape in double quotes")));
  EXPECT_THAT(errors("%YAML 2.0\n---\na: 1\n"), ElementsAre(HasSubstr("not YAML: ")));
}

TEST(YamlError, WhatWasFoundBeforeASyntaxErrorIsToldToo) {
  EXPECT_THAT(errors("a: 1\na: 2\nb: c: d\n"),
              ElementsAre("2:1 the key 'a' is already used in line 1, column 1",
                          "3:5 a ':' is not allowed here"));
}

TEST(YamlError, OtherEncodingsAndControlCharactersAreRefused) {
  EXPECT_THAT(errors("ü: \xff\n"), ElementsAre("1:4 a byte here is not UTF-8"));
  EXPECT_THAT(errors("a: \xED\xA0\x80\n"), ElementsAre("1:4 a byte here is not UTF-8"));
  EXPECT_THAT(errors(std::string_view("\xFF\xFE"
                                      "a\0",
                                      4)),
              ElementsAre("1:1 the file is in UTF-16"));
  EXPECT_THAT(errors(std::string_view("a: 1\nb: \0x", 10)), ElementsAre("2:4 a NUL byte"));
  EXPECT_THAT(errors("a: 1\x04\nb: 2\n"), ElementsAre("1:5 the control character U+0004"));
  EXPECT_THAT(errors("a: 1\x1b[0m\n"), ElementsAre("1:5 the control character U+001B"));
  EXPECT_THAT(errors("a: \xC2\x9B\n"), ElementsAre("1:4 the control character U+009B"));
  EXPECT_THAT(errors("a: 1\rb: 2\n"), ElementsAre("1:5 a carriage return without a line feed"));
}

TEST(YamlError, NestingIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_THAT(errors("a: " + nested(99)), ElementsAre());
  EXPECT_THAT(errors("a: " + nested(100)), ElementsAre("1:103 nested more than 100 levels deep"));
  EXPECT_THAT(errors(std::string(1000000, '[')),
              ElementsAre("1:1001 too many open brackets in one line"));
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    lines.insert(0, "[\n");
    lines += "]\n";
  }
  EXPECT_THAT(errors(lines), ElementsAre("101:1 nested more than 100 levels deep"));
  std::string dashes;
  std::string questions;
  for (int i = 0; i < 200; ++i) {
    dashes += "- ";
    questions += "? ";
  }
  EXPECT_THAT(errors(dashes), ElementsAre("1:201 nested more than 100 levels deep"));
  EXPECT_FALSE(errors(questions).empty());
}

TEST(YamlError, SizeIsBounded) {
  EXPECT_THAT(errors(std::string((16U << 20U) + 1, ' ')),
              ElementsAre("0:0 the file is larger than 16 MiB"));
  EXPECT_THAT(errors("[" + std::string(1000001, ',') + "]"),
              ElementsAre("1:1000001 more than 1000000 values"));
}

TEST(YamlError, StopsAtAHundred) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "a: 1\n";
  }
  EXPECT_EQ(errors(text).size(), 100U);
}

TEST(YamlError, KeysCannotDriveTheTerminal) {
  EXPECT_THAT(errors("\"\\e[31mx\": 1\n\"\\e[31mx\": 2\n"),
              ElementsAre("2:1 the key 'x' is already used in line 1, column 1"));
}

}  // namespace
}  // namespace cfkops::base
