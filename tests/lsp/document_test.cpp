#include "document.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace cfkops::lsp {
namespace {

TEST(Document, CountsInUtf16) {
  const Document document("aä€\U0001F642b\nx", Encoding::Utf16);
  EXPECT_EQ(document.offset_of({0, 0}), 0U);
  EXPECT_EQ(document.offset_of({0, 2}), 3U);   // behind ä
  EXPECT_EQ(document.offset_of({0, 3}), 6U);   // behind €
  EXPECT_EQ(document.offset_of({0, 4}), 6U);   // inside of the pair: where it begins
  EXPECT_EQ(document.offset_of({0, 5}), 10U);  // behind it
  EXPECT_EQ(document.position_of(10), (Position{0, 5}));
  EXPECT_EQ(document.position_of(12), (Position{1, 0}));
}

TEST(Document, CountsInUtf8) {
  const Document document("aä€b\nx", Encoding::Utf8);
  EXPECT_EQ(document.offset_of({0, 3}), 3U);
  EXPECT_EQ(document.offset_of({0, 2}), 1U);  // inside of ä
  EXPECT_EQ(document.position_of(6), (Position{0, 6}));
}

TEST(Document, KnowsEveryLineEnd) {
  const Document document("a\nb\r\nc\rd\n", Encoding::Utf16);
  EXPECT_EQ(document.offset_of({1, 0}), 2U);
  EXPECT_EQ(document.offset_of({1, 9}), 3U);  // before \r\n
  EXPECT_EQ(document.offset_of({2, 0}), 5U);
  EXPECT_EQ(document.offset_of({3, 0}), 7U);
  EXPECT_EQ(document.offset_of({4, 0}), 9U);
  EXPECT_EQ(document.offset_of({9, 9}), 9U);
  EXPECT_EQ(document.position_of(100), (Position{4, 0}));
}

TEST(Document, TakesChanges) {
  Document document("one\ntwo\nthree", Encoding::Utf16);
  document.replace({{1, 0}, {1, 3}}, "2\n2");
  EXPECT_EQ(document.text(), "one\n2\n2\nthree");
  EXPECT_EQ(document.offset_of({3, 2}), 10U);
  document.replace({{0, 3}, {1, 0}}, "");
  EXPECT_EQ(document.text(), "one2\n2\nthree");
  document.replace({{2, 5}, {0, 0}}, "!");  // its end is before its start
  EXPECT_EQ(document.text(), "one2\n2\nthree!");
}

/// After any changes the index is that of the text.
TEST(Document, KeepsItsIndexThroughChanges) {
  constexpr std::string_view kLetters = "a\n\r\r\n\nbä";
  std::mt19937 random(7);
  const auto below = [&](std::size_t most) { return random() % most; };
  const auto position = [&](const Document& document) {
    return document.position_of(below(document.text().size() + 1));
  };
  Document document("a\r\nb\n", Encoding::Utf8);
  for (int round = 0; round < 3000; ++round) {
    const std::size_t begin = below(kLetters.size());
    document.replace({position(document), position(document)},
                     kLetters.substr(begin, below(kLetters.size() - begin + 1)));
    if (document.text().size() > 60) {
      document.replace({{0, 0}, position(document)}, "");
    }
    const Document fresh(document.text(), Encoding::Utf8);
    for (std::size_t at = 0; at <= document.text().size(); ++at) {
      ASSERT_EQ(document.position_of(at), fresh.position_of(at)) << round;
    }
  }
}

}  // namespace
}  // namespace cfkops::lsp
