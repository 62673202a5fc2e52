#include "http_body.hpp"

#include <gtest/gtest.h>

namespace cfkops::sandbox {
namespace {

std::optional<HttpBody> chunked(std::string_view bytes) {
  HttpHead head;
  head.chunked = true;
  return read_http_body(head, bytes);
}

TEST(HttpBody, JoinsChunksAndLeavesWhatFollows) {
  const auto body = chunked("4\r\nWiki\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\nGET /");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->refusal, 0);
  EXPECT_EQ(body->text, "Wiki0123456789");
  EXPECT_EQ(body->size,
            std::string_view("4\r\nWiki\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n").size());
}

TEST(HttpBody, WaitsForWhatIsMissing) {
  const std::string_view whole = "4\r\nWiki\r\n0\r\n\r\n";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(chunked(whole.substr(0, length))) << length;
  }
  EXPECT_FALSE(read_http_body({.body_size = 3}, "ab"));
}

TEST(HttpBody, RefusesWhatIsNoChunk) {
  EXPECT_EQ(chunked("x\r\n")->refusal, 400);
  EXPECT_EQ(chunked("2\r\nabc\r\n")->refusal, 400);
  EXPECT_EQ(chunked("ffffff\r\n")->refusal, 413);
  EXPECT_EQ(chunked(std::string(2000, '1'))->refusal, 400);
}

}  // namespace
}  // namespace cfkops::sandbox
