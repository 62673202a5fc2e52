#include "cfkops/audit/key.hpp"

#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/base/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace cfkops::audit {
namespace {

namespace fs = std::filesystem;
using test::HasError;
using test::IsOk;

TEST(SigningKeyIn, MakesAKeyOnceAndKeepsIt) {
  const test::TempDir folder;
  const fs::path file = folder.path() / "audit-key.pem";
  const auto made = signing_key_in(file);
  ASSERT_THAT(made, IsOk());
  const auto again = signing_key_in(file);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(made->public_pem, again->public_pem);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const auto half = base::read_file(file.string() + ".pub");
  ASSERT_THAT(half, IsOk());
  EXPECT_EQ(*half, made->public_pem);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 2)
      << "no draft stays behind";
}

TEST(SigningKeyIn, GivesFirstRunsThatBeginAtOnceTheSameKey) {
  for (int round = 0; round < 50; ++round) {
    const test::TempDir folder;
    std::array<std::string, 4> found;
    std::latch together(static_cast<std::ptrdiff_t>(found.size()));
    std::vector<std::thread> runs;
    runs.reserve(found.size());
    for (std::string& mine : found) {
      runs.emplace_back([&folder, &together, &mine] {
        together.arrive_and_wait();
        const auto key = signing_key_in(folder.path() / "audit-key.pem");
        mine = key ? key->public_pem : key.error().text();
      });
    }
    for (std::thread& run : runs) {
      run.join();
    }
    EXPECT_THAT(found, testing::Each(found.front()));
    EXPECT_THAT(found.front(), testing::StartsWith("-----BEGIN PUBLIC KEY"));
  }
}

TEST(SigningKeyIn, RefusesAKeyThatOthersMayRead) {
  const test::TempDir folder;
  const fs::path file = folder.path() / "audit-key.pem";
  ASSERT_THAT(signing_key_in(file), IsOk());
  fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
  EXPECT_THAT(signing_key_in(file), HasError(ErrorCode::InvalidInput, "chmod 600"));
}

TEST(SigningKeyIn, SaysWhichFileIsNoKey) {
  const test::TempDir folder;
  const fs::path file = folder.path() / "audit-key.pem";
  ASSERT_THAT(base::write_private_file(file, "nonsense"), IsOk());
  EXPECT_THAT(signing_key_in(file), HasError(ErrorCode::InvalidInput, "audit-key.pem"));
  EXPECT_THAT(signing_key_in(folder.path() / "missing" / "key"), HasError(ErrorCode::Io));
}

// The key of RFC 8410 §10.1; the hash made with `openssl pkey -pubin -outform DER | sha256sum`.
TEST(Fingerprint, IsTheHashOfTheDerForm) {
  const auto known = fingerprint(
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n");
  ASSERT_THAT(known, IsOk());
  EXPECT_EQ(*known, "SHA256:a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f");
  EXPECT_THAT(fingerprint("nonsense"), HasError(ErrorCode::InvalidInput));
}

}  // namespace
}  // namespace cfkops::audit
