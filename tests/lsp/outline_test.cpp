#include "outline.hpp"

#include "marked_text.hpp"
#include "place.hpp"
#include "support/source_tree.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/runbook/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

namespace cfkops::lsp {
namespace {

/// The entries as "key=value" and "-=value", two spaces deeper for each entry they are in.
std::string outlined(std::string_view text) {
  const Outline outline(text);
  std::string lines;
  for (std::size_t i = 0; i < outline.entries().size(); ++i) {
    const Entry& entry = outline.entries()[i];
    for (std::size_t at = entry.parent; at != kRoot; at = outline.entries()[at].parent) {
      lines += "  ";
    }
    lines += entry.kind == Entry::Kind::Item ? "-" : std::string(outline.key_of(i));
    const bool scalar = entry.style != Entry::Style::Flow && !entry.value.empty();
    lines += scalar ? "=" + std::string(outline.value_of(i)) + "\n" : "\n";
  }
  return lines;
}

TEST(Outline, ReadsBlocks) {
  EXPECT_EQ(outlined("a: 1\nb:\n  c: x y # no\n  d:\n  - e: 2\n    f: 3\n  -  g\ng: h\n"),
            "a=1\nb\n  c=x y\n  d\n    -\n      e=2\n      f=3\n    -=g\ng=h\n");
  EXPECT_EQ(outlined("- - a: 1\n    b: 2\n  - c\n"), "-\n  -\n    a=1\n    b=2\n  -=c\n");
  EXPECT_EQ(outlined("---\na: 1\r\nb: 2\r\n"), "a=1\nb=2\n");
}

TEST(Outline, ReadsScalarsOfSeveralLines) {
  EXPECT_EQ(outlined("a: |\n  b: no\n\n  c\nd: 1\n"), "a=  b: no\n\n  c\nd=1\n");
  EXPECT_EQ(outlined("a: one\n  two\nd: 1\n"), "a=one\n  two\nd=1\n");
  EXPECT_EQ(outlined("a: 'it''s: x'\nb: \"q\\\"{\"\nc: \"x\n  y\"\n"),
            "a=it''s: x\nb=q\\\"{\nc=x\n  y\n");
  EXPECT_EQ(outlined("\"a\" : 1\n'b': 2\n"), "a=1\nb=2\n");
  EXPECT_EQ(outlined("a:\n  under\nb: 1\n"), "a=under\nb=1\n");
}

TEST(Outline, ReadsFlows) {
  EXPECT_EQ(outlined("a: {b: 1, c: [x, {d: 2}], 'e': \"}\"}\nf: 1\n"),
            "a\n  b=1\n  c\n    -=x\n    -\n      d=2\n  e=}\nf=1\n");
  EXPECT_EQ(outlined("a: {\n  b: 1, # }\n  c: 2\n}\nd: http://x\n"),
            "a\n  b=1\n  c=2\nd=http://x\n");
  EXPECT_EQ(outlined("{a: 1, b: {c: 2}}"), "a=1\nb\n  c=2\n");
}

TEST(Outline, GoesOnBehindWhatIsHalfWritten) {
  EXPECT_EQ(outlined("a: {b: 1,\nc: 2\n"), "a\n  b=1\nc=2\n");
  EXPECT_EQ(outlined("a: [x\nc: 2\n"), "a\n  -=x\nc=2\n");
  EXPECT_EQ(outlined("a: \"x\nc: 2\n"), "a=x\nc=2\n");
  EXPECT_EQ(outlined("a:\n  - id: x\n    ti\nc: 2\n"), "a\n  -\n    id=x\nc=2\n");
}

TEST(Outline, IsLinearInWhatIsNestedDeeply) {
  const std::string brackets(200'000, '[');
  EXPECT_LE(Outline("a: " + brackets).entries().size(), Outline::kMostEntries);
  std::string dashes;
  for (int i = 0; i < 200'000; ++i) {
    dashes += "- ";
  }
  const Outline outline(dashes);
  EXPECT_LE(outline.entries().size(), Outline::kMostEntries);
  const Places places(outline);
  EXPECT_EQ(places.inside(outline.entries().size() - 1).where, "");
}

/// Every place of the table of keys is found where one is written.
TEST(Places, AreThoseOfTheTableOfKeys) {
  const std::string text = test::around(R"(    each: {in: [], as: x}
    attempts: {max: 1}
    rollback: {none: x}
guard: [{check: x}]
windows:
  - kind: allow
settings: {timeout: 1m}
)");
  const Outline outline(text);
  const Places places(outline);
  std::set<std::string_view> found = {"runbook"};
  for (std::size_t i = 0; i < outline.entries().size(); ++i) {
    const Inside inside = places.inside(i);
    if (inside.has_keys()) {
      found.insert(inside.where);
    }
  }
  for (const runbook::KeySpec& key : runbook::all_keys()) {
    EXPECT_TRUE(found.contains(key.where)) << key.where;
  }
}

/// What is written in the shipped runbooks is known to be a key, so that places and outline agree
/// with the loader.
TEST(Places, KnowEveryKeyOfTheShippedRunbooks) {
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(test::source_tree() / "runbooks")) {
    if (!file.is_regular_file()) {
      continue;
    }
    const auto text = base::read_file(file.path());
    ASSERT_TRUE(text);
    ++files;
    const Outline outline(*text);
    const Places places(outline);
    for (std::size_t i = 0; i < outline.entries().size(); ++i) {
      const Entry& entry = outline.entries()[i];
      const Inside inside = places.inside(entry.parent);
      if (entry.kind == Entry::Kind::Key && inside.has_keys() && inside.where != kParams &&
          inside.where != kArguments) {
        EXPECT_NE(runbook::find_key(inside.where, outline.key_of(i)), nullptr)
            << file.path() << ": " << outline.key_of(i);
      }
    }
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace cfkops::lsp
