#include "framing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cfkops::lsp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The frames of a stream that comes in pieces of that many bytes, each with the letter of its
/// kind.
std::vector<std::string> frames_of(std::string_view stream, std::size_t piece) {
  Framing framing;
  std::vector<std::string> frames;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    framing.feed(stream.substr(at, piece));
    while (const auto frame = framing.next()) {
      const char* kind = frame->kind == Frame::Kind::Message     ? ""
                         : frame->kind == Frame::Kind::Malformed ? "malformed: "
                                                                 : "too large: ";
      frames.push_back(kind + frame->text);
    }
  }
  return frames;
}

TEST(Framing, CutsMessagesHoweverTheyArrive) {
  const std::string stream = framed("one") + framed("") + framed("th\r\n\r\nee");
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 100U}) {
    EXPECT_THAT(frames_of(stream, piece), ElementsAre("one", "", "th\r\n\r\nee")) << piece;
  }
}

TEST(Framing, ReadsHeadersInAnyOrderAndCase) {
  EXPECT_THAT(frames_of("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n"
                        "content-length:3\r\nX-Other: a:b\r\n\r\nabc",
                        100),
              ElementsAre("abc"));
}

TEST(Framing, GoesOnBehindWhatIsMalformed) {
  const std::string good = framed("good");
  for (const char* bad : {"Hello: there\r\n\r\n",
                          "Content-Length: x\r\n\r\n",
                          "Content-Length: -1\r\n\r\n",
                          "Content-Length:\r\n\r\n",
                          "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
                          "Content-Length: 4\r\nContent-Type: a; charset=latin1\r\n\r\n",
                          "garbage {\"jsonrpc\": \"2.0\"}",
                          "garbage\r\n\r\nmore garbage"}) {
    const std::vector<std::string> frames = frames_of(bad + good, 100);
    EXPECT_THAT(frames, ElementsAre(HasSubstr("malformed: "), "good")) << bad;
  }
}

TEST(Framing, GivesUpAHeaderWithoutEnd) {
  const std::vector<std::string> frames =
      frames_of(std::string(100'000, 'x') + "\r\n" + framed("good"), 1000);
  EXPECT_THAT(frames, ElementsAre("malformed: a header without end", "good"));
}

TEST(Framing, PassesOverWhatIsTooLarge) {
  const std::string large(Framing::kMostContent + 1, 'x');
  EXPECT_THAT(frames_of(framed(large) + framed("next"), 65536),
              ElementsAre(HasSubstr("too large: a message of 2097153 bytes"), "next"));
  const std::string most(Framing::kMostContent, 'x');
  EXPECT_THAT(frames_of(framed(most), 65536), ElementsAre(most));
}

TEST(Framing, TakesALengthThatNoNumberHolds) {
  EXPECT_THAT(frames_of("Content-Length: 99999999999999999999999\r\n\r\nabc", 10),
              ElementsAre(HasSubstr("too large: ")));
}

}  // namespace
}  // namespace cfkops::lsp
