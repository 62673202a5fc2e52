#include "socket_frames.hpp"

#include <gtest/gtest.h>

namespace cfkops::sandbox {
namespace {

/// A short frame as a client sends it; its mask is "abcd".
std::string masked(unsigned first, std::string_view payload) {
  std::string frame = {static_cast<char>(first), static_cast<char>(0x80U | payload.size())};
  frame += "abcd";
  for (std::size_t at = 0; at < payload.size(); ++at) {
    frame += static_cast<char>(payload[at] ^ "abcd"[at % 4]);
  }
  return frame;
}

TEST(SocketFramesTest, AnswersAKeyAsTheStandardShows) {
  EXPECT_EQ(socket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(SocketFramesTest, WritesEachLengthInItsForm) {
  EXPECT_EQ(write_frame(FrameType::Binary, "ab"),
            "\x82\x02"
            "ab");
  EXPECT_EQ(write_frame(FrameType::Binary, std::string(300, 'x')).substr(0, 4),
            std::string("\x82\x7e\x01\x2c"));
  EXPECT_EQ(write_frame(FrameType::Binary, std::string(70000, 'x')).substr(0, 10),
            std::string("\x82\x7f\0\0\0\0\0\x01\x11\x70", 10));
  EXPECT_EQ(write_close(1000), "\x88\x02\x03\xe8");
}

TEST(SocketFramesTest, JoinsFragmentsAroundAControlFrame) {
  SocketReader reader;
  std::string bytes = masked(0x02, "he") + masked(0x89, "p") + masked(0x80, "llo");
  const std::string rest = bytes.substr(bytes.size() - 3);
  bytes.resize(bytes.size() - 3);
  const auto ping = reader.next(bytes);
  ASSERT_TRUE(ping && *ping);
  EXPECT_EQ((*ping)->type, FrameType::Ping);
  EXPECT_EQ((*ping)->payload, "p");
  const auto nothing = reader.next(bytes);
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
  bytes += rest;
  const auto message = reader.next(bytes);
  ASSERT_TRUE(message && *message);
  EXPECT_EQ((*message)->payload, "hello");
  EXPECT_EQ(bytes, "");
}

TEST(SocketFramesTest, RefusesWhatNoClientMaySend) {
  const auto code_of = [](std::string bytes) {
    const auto frame = SocketReader().next(bytes);
    return frame ? 0 : frame.error();
  };
  EXPECT_EQ(code_of("\x82\x02"
                    "ab"),
            kProtocolError);  // not masked
  EXPECT_EQ(code_of(masked(0x80, "x")), kProtocolError);
  EXPECT_EQ(code_of(masked(0x09, "x")), kProtocolError);
  EXPECT_EQ(code_of(masked(0x83, "x")), kProtocolError);
  EXPECT_EQ(code_of(std::string("\x82\xff\0\0\0\0\0\x20\0\0abcd", 14)), kMessageTooBig);
}

}  // namespace
}  // namespace cfkops::sandbox
