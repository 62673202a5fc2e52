#include "cfkops/base/files.hpp"

#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace cfkops::base {
namespace {

namespace fs = std::filesystem;
using test::HasError;
using test::IsOkAnd;

constexpr std::size_t kMost = 100;
constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;

TEST(MachineFiles, KeepsWhatItWritesFromOthers) {
  const test::TempDir dir;
  const fs::path file = dir.path() / "a/b/it";
  ASSERT_TRUE(machine_files().write(file, "text"));
  EXPECT_THAT(machine_files().read(file, kMost), IsOkAnd(std::string("text")));
  for (const fs::path& path : {file, file.parent_path(), file.parent_path().parent_path()}) {
    EXPECT_EQ(fs::status(path).permissions() & kOthers, fs::perms::none) << path;
  }
}

TEST(OverlayFiles, WritesNothingToWhatIsBelow) {
  const test::TempDir dir;
  ASSERT_TRUE(machine_files().write(dir.path() / "there", "old"));
  OverlayFiles files(machine_files(), dir.path());
  EXPECT_THAT(files.read("there", kMost), IsOkAnd(std::string("old")));
  ASSERT_TRUE(files.write("there", "new"));
  ASSERT_TRUE(files.write("a/../more", "text"));
  EXPECT_THAT(files.read(dir.path() / "there", kMost), IsOkAnd(std::string("new")));
  EXPECT_THAT(files.read("./more", kMost), IsOkAnd(std::string("text")));
  EXPECT_THAT(files.read("more", 3), HasError(ErrorCode::InvalidInput, "larger than the 3 bytes"));
  EXPECT_THAT(files.read("neither", kMost), HasError(ErrorCode::NotFound, "neither"));
  EXPECT_THAT(machine_files().read(dir.path() / "there", kMost), IsOkAnd(std::string("old")));
  EXPECT_FALSE(fs::exists(dir.path() / "more"));
}

}  // namespace
}  // namespace cfkops::base
