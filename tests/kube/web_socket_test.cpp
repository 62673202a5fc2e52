#include "web_socket.hpp"

#include "socket_session.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace cfkops::kube {
namespace {

using test::HasError;
using test::IsOk;
using test::IsOkAnd;
using testing::Eq;

using namespace std::chrono_literals;

/// An unmasked frame, as a server sends it.
std::string server_frame(int first_byte, const std::string& payload) {
  std::string frame(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(payload.size()));
  } else if (payload.size() < 65536) {
    frame.push_back(126);
    frame.push_back(static_cast<char>(payload.size() >> 8U));
    frame.push_back(static_cast<char>(payload.size() & 0xffU));
  } else {
    frame.push_back(127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      frame.push_back(
          static_cast<char>(std::uint64_t{payload.size()} >> static_cast<unsigned>(shift) & 0xffU));
    }
  }
  return frame + payload;
}

/// What the reader makes of the bytes; ends with the error's message where there is one.
std::vector<std::string> read_all(const std::string& bytes, std::size_t portion) {
  FrameReader reader(std::size_t{1} << 20U);
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < bytes.size(); i += portion) {
    reader.feed(std::string_view(bytes).substr(i, portion));
    while (true) {
      const Result<std::optional<SocketMessage>> message = reader.next();
      if (!message) {
        seen.push_back("error: " + message.error().message);
        return seen;
      }
      if (!*message) {
        break;
      }
      seen.push_back(std::to_string(static_cast<int>((*message)->opcode)) + (*message)->payload);
    }
  }
  return seen;
}

TEST(FrameReader, ReadsFramesOfEveryLengthInAnyPortions) {
  std::string bytes;
  std::vector<std::string> expected;
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 70000U}) {
    const std::string payload(size, 'x');
    bytes += server_frame(0x82, payload);
    expected.push_back("2" + payload);
  }
  for (const std::size_t portion :
       {std::size_t{1}, std::size_t{7}, std::size_t{4096}, bytes.size()}) {
    EXPECT_EQ(read_all(bytes, portion), expected) << portion;
  }
}

TEST(FrameReader, JoinsFragmentsAndLetsControlFramesThrough) {
  const std::string bytes = server_frame(0x01, "one ") + server_frame(0x89, "ping") +
                            server_frame(0x00, "two ") + server_frame(0x80, "three") +
                            server_frame(0x82, "next");
  EXPECT_THAT(read_all(bytes, 3), testing::ElementsAre("9ping", "1one two three", "2next"));
}

TEST(FrameReader, RefusesWhatRfc6455Forbids) {
  const auto refusal = [](const std::string& bytes) {
    const std::vector<std::string> seen = read_all(bytes, bytes.size());
    return seen.empty() ? std::string() : seen.back();
  };
  EXPECT_THAT(refusal(server_frame(0xc2, "x")), testing::HasSubstr("reserved bits"));
  EXPECT_THAT(refusal(server_frame(0x83, "x")), testing::HasSubstr("unknown opcode 3"));
  EXPECT_THAT(refusal(encode_frame(Opcode::Binary, "x", {1, 2, 3, 4})),
              testing::HasSubstr("masked"));
  EXPECT_THAT(refusal(server_frame(0x09, "x")), testing::HasSubstr("control frame"));
  EXPECT_THAT(refusal(server_frame(0x89, std::string(126, 'x'))),
              testing::HasSubstr("control frame"));
  EXPECT_THAT(refusal(server_frame(0x80, "x")), testing::HasSubstr("continuation of nothing"));
  EXPECT_THAT(refusal(server_frame(0x02, "x") + server_frame(0x82, "y")),
              testing::HasSubstr("within another"));
  EXPECT_THAT(refusal(server_frame(0x82, std::string(1, 'x'))
                          .replace(1, 1, std::string("\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 9))),
              testing::HasSubstr("more than"));
}

TEST(FrameReader, RefusesAMessageThatGrowsTooLargeInFragments) {
  std::string bytes =
      server_frame(0x02, std::string(600'000, 'x')) + server_frame(0x00, std::string(600'000, 'x'));
  EXPECT_THAT(read_all(bytes, bytes.size()).back(), testing::HasSubstr("more than 1048576 bytes"));
}

TEST(FrameReader, NeverReadsRandomBytesDifferentlyInOtherPortions) {
  std::mt19937 random(20261123);  // NOLINT(cert-msc51-cpp): the same bytes in every run
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 40; ++i) {
      // Mostly legal first bytes and short lengths, so that frames are often whole.
      const unsigned kind = random() % 8;
      bytes.push_back(static_cast<char>(kind < 5 ? "\x82\x02\x00\x80\x89"[kind]
                                                 : static_cast<char>(random() & 0xffU)));
      bytes.push_back(static_cast<char>(random() % 16 == 0 ? random() & 0xffU : random() % 4));
      bytes.append(random() % 4, 'p');
    }
    EXPECT_EQ(read_all(bytes, 1), read_all(bytes, bytes.size())) << "round " << round;
  }
}

TEST(EncodeFrame, MasksAsRfc6455Shows) {
  EXPECT_EQ(encode_frame(Opcode::Text, "Hello", {0x37, 0xfa, 0x21, 0x3d}),
            std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
  EXPECT_EQ(encode_frame(Opcode::Binary, std::string(126, '\0'), {}).substr(0, 4),
            std::string("\x82\xfe\0\x7e", 4));
  EXPECT_EQ(encode_frame(Opcode::Binary, std::string(65536, '\0'), {}).substr(0, 10),
            std::string("\x82\xff\0\0\0\0\0\x01\0\0", 10));
}

TEST(CloseCode, IsReadFromThePayload) {
  EXPECT_THAT(close_code(""), IsOkAnd(Eq(1005)));
  EXPECT_THAT(close_code(close_payload(1000)), IsOkAnd(Eq(1000)));
  EXPECT_THAT(close_code(close_payload(1011) + "reason"), IsOkAnd(Eq(1011)));
  EXPECT_THAT(close_code("x"), HasError(ErrorCode::Protocol, "one byte"));
}

TEST(SocketAccept, IsThatOfRfc6455) {
  EXPECT_EQ(socket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  // Longer than one block of SHA-1.
  EXPECT_EQ(socket_accept(std::string(100, 'a')).size(), 28U);
  EXPECT_EQ(random_socket_key().size(), 24U);
  EXPECT_NE(random_socket_key(), random_socket_key());
}

std::string accepting(const std::string& key, const std::string& more = "") {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, "
         "Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         socket_accept(key) + "\r\n" + more + "\r\n";
}

Result<std::optional<Response>> upgrade_answer(const std::string& bytes, bool ended = false) {
  UpgradeReader reader;
  for (const char byte : bytes) {
    reader.feed(std::string_view(&byte, 1));
    static_cast<void>(reader.next().has_value());
  }
  if (ended) {
    reader.end();
  }
  return reader.next();
}

TEST(UpgradeReader, LeavesTheFirstFramesBehindTheHead) {
  UpgradeReader reader;
  reader.feed(accepting("k") + "frames");
  ASSERT_THAT(reader.next(), IsOk());
  EXPECT_EQ(reader.take_rest(), "frames");
}

TEST(UpgradeReader, ReadsARefusalsBodyInEveryForm) {
  for (const std::string body :
       {"Content-Length: 4\r\n\r\nbody",
        "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\n\r\n",
        "Connection: close\r\n\r\nbody"}) {
    const Result<std::optional<Response>> answer =
        upgrade_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\n" + body, true);
    ASSERT_THAT(answer, IsOk()) << body;
    ASSERT_TRUE(answer->has_value()) << body;
    EXPECT_EQ((*answer)->status, 403);
    EXPECT_EQ((*answer)->body, "body") << body;
  }
}

TEST(UpgradeReader, WaitsForMoreAndTellsAnEarlyEnd) {
  EXPECT_THAT(upgrade_answer("HTTP/1.1 403 F\r\nContent-Length: 4\r\n\r\nbo"),
              IsOkAnd(Eq(std::nullopt)));
  EXPECT_THAT(upgrade_answer("HTTP/1.1 403 F\r\nContent-Length: 4\r\n\r\nbo", true),
              HasError(ErrorCode::ConnectionLost, "before the WebSocket upgrade was answered"));
  EXPECT_THAT(upgrade_answer("", true), HasError(ErrorCode::ConnectionLost, "upgrade"));
}

TEST(UpgradeReader, RefusesWhatIsNotHttp) {
  EXPECT_THAT(upgrade_answer("SSH-2.0-OpenSSH\r\n"),
              HasError(ErrorCode::Protocol, "does not begin like HTTP"));
  EXPECT_THAT(upgrade_answer("HTTP/1.1 4x3\r\n\r\n"),
              HasError(ErrorCode::Protocol, "does not begin like HTTP"));
  EXPECT_THAT(upgrade_answer("HTTP/1.1 403 F\r\nContent-Length: x\r\n\r\n"),
              HasError(ErrorCode::Protocol, "Content-Length"));
  EXPECT_THAT(upgrade_answer("HTTP/1.1 403 F\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
              HasError(ErrorCode::Protocol, "chunk"));
}

TEST(AcceptUpgrade, ChecksKeyExtensionsAndProtocol) {
  const std::vector<std::string> offered = {"v5.channel.k8s.io", "v4.channel.k8s.io"};
  const auto judge = [&offered](const std::string& bytes) {
    return accept_upgrade(**upgrade_answer(bytes), "k", offered);
  };
  EXPECT_THAT(judge(accepting("k")), IsOkAnd(Eq("")));
  EXPECT_THAT(judge(accepting("k", "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n")),
              IsOkAnd(Eq("v4.channel.k8s.io")));
  EXPECT_THAT(judge(accepting("other")), HasError(ErrorCode::Protocol, "does not fit our key"));
  EXPECT_THAT(judge(accepting("k", "Sec-WebSocket-Protocol: mqtt\r\n")),
              HasError(ErrorCode::Protocol, "'mqtt'"));
  EXPECT_THAT(judge(accepting("k", "Sec-WebSocket-Extensions: permessage-deflate\r\n")),
              HasError(ErrorCode::Protocol, "extension"));
  EXPECT_THAT(judge("HTTP/1.1 101 S\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\n\r\n"),
              HasError(ErrorCode::Protocol, "something else"));
}

/// A session whose server is the test.
class SocketSessionTest : public testing::Test {
 protected:
  /// The key of the upgrade request that waits in the outbox.
  std::string key() {
    const std::string name = "Sec-WebSocket-Key: ";
    const std::string& text = session.outbox();
    const std::size_t begin = text.find(name) + name.size();
    return text.substr(begin, text.find('\r', begin) - begin);
  }

  void open() {
    session.feed(accepting(key()), now);
    session.outbox().clear();
    ASSERT_TRUE(std::holds_alternative<SocketSession::Opened>(*session.take_event()));
  }

  Result<int> closed() {
    while (std::optional<SocketSession::Event> event = session.take_event()) {
      if (const auto* end = std::get_if<SocketSession::Closed>(&*event)) {
        return end->outcome;
      }
    }
    return make_error(ErrorCode::Internal, "not closed");
  }

  MonoTime now{1000s};
  SocketSession session{{.target = "/exec?token=secret",
                         .headers = {{"Host", "h"}},
                         .protocols = {},
                         .deadline = std::nullopt},
                        now};
};

TEST_F(SocketSessionTest, AsksForTheUpgradeFirst) {
  EXPECT_THAT(session.outbox(),
              testing::StartsWith("GET /exec?token=secret HTTP/1.1\r\nHost: h\r\n"));
  session.send("early");
  EXPECT_THAT(session.outbox(), testing::EndsWith("\r\n\r\n"))
      << "no frame before the upgrade was answered";
}

TEST_F(SocketSessionTest, PingsEveryFiveSeconds) {
  open();
  EXPECT_EQ(session.due(), now + 5s);
  session.tick(now + 4s);
  EXPECT_EQ(session.outbox(), "");
  session.tick(now + 5s);
  EXPECT_EQ(session.outbox().substr(0, 2), std::string("\x89\x80"));
  EXPECT_EQ(session.due(), now + 10s);
}

TEST_F(SocketSessionTest, IsDeadAfter61SecondsWithoutAByte) {
  open();
  session.tick(now + 60s);
  EXPECT_FALSE(session.closed());
  session.feed(server_frame(0x8a, ""), now + 60s);
  session.tick(now + 120s);
  EXPECT_FALSE(session.closed());
  session.tick(now + 121s);
  EXPECT_THAT(closed(), HasError(ErrorCode::ConnectionLost, "61s"));
}

TEST_F(SocketSessionTest, GivesTheUpgradeThirtySeconds) {
  EXPECT_EQ(session.due(), now + 30s);
  session.tick(now + 30s);
  EXPECT_THAT(closed(), HasError(ErrorCode::Timeout, "within 30s"));
}

TEST_F(SocketSessionTest, ForgetsItsDeadlineOnceItIsOpen) {
  session =
      SocketSession({.target = "/exec", .headers = {}, .protocols = {}, .deadline = now + 2s}, now);
  EXPECT_EQ(session.due(), now + 2s);
  open();
  EXPECT_EQ(session.due(), now + 5s);
  session.tick(now + 3s);
  EXPECT_FALSE(session.closed());
}

TEST_F(SocketSessionTest, EchoesTheCloseAndTellsItsCode) {
  open();
  session.feed(server_frame(0x88, close_payload(1011) + "why"), now);
  EXPECT_THAT(closed(), IsOkAnd(Eq(1011)));
  EXPECT_EQ(session.outbox().size(), 8U);
  EXPECT_EQ(session.outbox().substr(0, 2), std::string("\x88\x82"));
  session.send("late");
  EXPECT_EQ(session.outbox().size(), 8U);
}

TEST_F(SocketSessionTest, ARefusalNamesThePathButNotTheQuery) {
  session.feed("HTTP/1.1 404 N\r\nContent-Length: 2\r\n\r\nno", now);
  const Result<int> outcome = closed();
  EXPECT_THAT(outcome, HasError(ErrorCode::NotFound, "/exec"));
  EXPECT_THAT(outcome.error().text(), testing::Not(testing::HasSubstr("secret")));
}

TEST_F(SocketSessionTest, AnOrdinaryAnswerIsAProtocolError) {
  session.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", now);
  EXPECT_THAT(closed(), HasError(ErrorCode::Protocol, "answered 200"));
}

}  // namespace
}  // namespace cfkops::kube
