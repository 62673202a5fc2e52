// What an archive is made of: headers, compressed texts.

#include "archive.hpp"

#include "archive_files.hpp"
#include "codec.hpp"
#include "support/matchers.hpp"
#include "tar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::logs {
namespace {

using test::HasError;
using test::IsOk;

struct Seen {
  std::string path;
  std::uint64_t size = 0;
};

Seen read_header(const std::string& header) {
  Seen seen;
  TarReader reader({.begin =
                        [&seen](const std::string& path, std::uint64_t size) {
                          seen = {path, size};
                          return Status();
                        },
                    .content = [](std::string_view) { return Status(); },
                    .end = [] { return Status(); }});
  EXPECT_THAT(reader.add(header), IsOk());
  return seen;
}

TEST(Tar, SizeAndPathMayBeMoreThanTheirFields) {
  const std::uint64_t large = std::uint64_t{9} << 30U;
  const std::string path = "logs/" + std::string(200, 'p') + "/c.log";
  for (const std::uint64_t size : {std::uint64_t{7}, large}) {
    for (const std::string& name : {std::string("logs/c.log"), path}) {
      const Seen seen = read_header(tar_header(name, size, WallTime()));
      EXPECT_EQ(seen.path, name);
      EXPECT_EQ(seen.size, size);
    }
  }
}

TEST(Tar, HeaderOfAnotherProgramMayNotTakeAllMemory) {
  std::string header = tar_header("x", std::uint64_t{1} << 30U, WallTime());
  TarReader reader({.begin = [](const std::string&, std::uint64_t) { return Status(); },
                    .content = [](std::string_view) { return Status(); },
                    .end = [] { return Status(); }});
  header[156] = 'x';
  std::uint64_t sum = 0;
  header.replace(148, 8, 8, ' ');
  for (const char byte : header) {
    sum += static_cast<unsigned char>(byte);
  }
  std::string digits(6, '0');
  for (std::size_t at = 6; at-- > 0; sum /= 8) {
    digits[at] = static_cast<char>('0' + sum % 8);
  }
  header.replace(148, 6, digits);
  EXPECT_THAT(reader.add(header), HasError(ErrorCode::Protocol, "no archive"));
}

TEST(Codec, TextThatFillsTheBufferEndsThere) {
  const std::string text(std::size_t{128} << 10U, 'x');
  for (const Compression compression : {Compression::Zstd, Compression::Gzip}) {
    EXPECT_EQ(decompressed(compression, compressed(compression, text)), text);
  }
}

TEST(PathPart, LeadsNowhereElse) {
  EXPECT_EQ(path_part("kafka-0"), "kafka-0");
  EXPECT_EQ(path_part("../../etc/x"), ".._.._etc_x");
  EXPECT_EQ(path_part(".."), "_..");
}

}  // namespace
}  // namespace cfkops::logs
