#include "cfkops/base/append_file.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

namespace cfkops::base {
namespace {

using ::testing::HasSubstr;

TEST(AppendFile, CreatesForTheOwnerAloneAndGrows) {
  const test::TempDir dir;
  const auto path = dir.path() / "journal";
  auto file = create_append_file(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(path).permissions()), 0600U);
  EXPECT_TRUE((*file)->append("one\n"));
  EXPECT_TRUE((*file)->append(""));
  EXPECT_TRUE((*file)->sync());
  EXPECT_TRUE((*file)->append("two\n"));
  EXPECT_EQ(dir.read("journal"), "one\ntwo\n");
}

TEST(AppendFile, ReopensWithoutLosingWhatIsThere) {
  const test::TempDir dir;
  const auto path = dir.write("journal", "one\n");
  auto file = open_append_file(path);
  ASSERT_TRUE(file);
  EXPECT_TRUE((*file)->append("two\n"));
  EXPECT_TRUE((*file)->sync());
  EXPECT_EQ(dir.read("journal"), "one\ntwo\n");
}

TEST(AppendFile, NeverCreatesOverAnExistingFile) {
  const test::TempDir dir;
  const auto path = dir.write("journal", "one\n");
  EXPECT_EQ(create_append_file(path).error().code, ErrorCode::AlreadyExists);
  std::filesystem::create_symlink("nowhere", dir.path() / "link");
  EXPECT_EQ(create_append_file(dir.path() / "link").error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(dir.read("journal"), "one\n");
}

TEST(AppendFile, NeverOpensWhatIsNotThere) {
  const test::TempDir dir;
  EXPECT_EQ(open_append_file(dir.path() / "no").error().code, ErrorCode::NotFound);
  EXPECT_EQ(create_append_file(dir.path() / "no" / "journal").error().code, ErrorCode::Io);
  EXPECT_EQ(open_append_file(dir.path()).error().code, ErrorCode::Io);
}

TEST(AppendFile, NoticesWhenItsNameIsGoneOrAnothersAndFailsForGood) {
  const auto deleted = [](const std::filesystem::path& path) { std::filesystem::remove(path); };
  const auto moved = [](const std::filesystem::path& path) {
    std::filesystem::rename(path, path.string() + ".old");
  };
  const auto replaced = [](const std::filesystem::path& path) {
    std::filesystem::copy_file(path, path.string() + ".copy");
    std::filesystem::rename(path.string() + ".copy", path);
  };
  const auto without_folder = [](const std::filesystem::path& path) {
    std::filesystem::remove_all(path.parent_path());
  };
  using Deed = void (*)(const std::filesystem::path&);
  for (const Deed deed : {Deed(deleted), Deed(moved), Deed(replaced), Deed(without_folder)}) {
    const test::TempDir dir;
    std::filesystem::create_directory(dir.path() / "run");
    const auto path = dir.path() / "run" / "journal";
    auto file = create_append_file(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append("one\n"));
    ASSERT_TRUE((*file)->sync());
    deed(path);
    EXPECT_TRUE((*file)->append("two\n")) << "to the file without a name";
    const Status status = (*file)->sync();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::Io);
    EXPECT_THAT(status.error().message, HasSubstr("deleted, moved or replaced"));
    EXPECT_EQ((*file)->append("three\n").error(), status.error());
  }
}

TEST(AppendFile, AFullDiskFailsForGoodAndSaysWhatToDo) {
  auto file = open_append_file("/dev/full");
  ASSERT_TRUE(file);
  const Status status = (*file)->append("one\n");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::Io);
  EXPECT_EQ(status.error().message, "cannot write /dev/full: No space left on device");
  EXPECT_THAT(status.error().hint, HasSubstr("free space"));
  EXPECT_EQ((*file)->append("").error(), status.error());
  EXPECT_EQ((*file)->sync().error(), status.error());
}

TEST(AppendFile, WritesAllWhenThePipeTakesPiecesOnly) {
  const test::TempDir dir;
  const auto path = dir.path() / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  auto file = open_append_file(path);
  ASSERT_TRUE(file);
  const std::string text(40000, 'x');
  EXPECT_TRUE((*file)->append(text));
  std::array<char, 65536> buffer{};
  EXPECT_EQ(::read(reader, buffer.data(), buffer.size()), 40000);
  EXPECT_EQ((*file)->sync().error().code, ErrorCode::Io);  // a pipe cannot promise to last
  ::close(reader);
}

}  // namespace
}  // namespace cfkops::base
