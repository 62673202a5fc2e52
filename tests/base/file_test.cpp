#include "cfkops/base/file.hpp"

#include "posix.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

namespace {

/// The directories and files that were synced, in their order.
std::vector<std::string>& synced() {
  static std::vector<std::string> paths;
  return paths;
}

}  // namespace

/// Stands before the C library's: nothing else tells from outside what was synced.
extern "C" int fsync(int fd) {
  std::error_code ignored;
  synced().push_back(
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), ignored).string());
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

namespace cfkops::base {
namespace {

using ::testing::HasSubstr;

unsigned mode_of(const std::filesystem::path& path) {
  return static_cast<unsigned>(std::filesystem::status(path).permissions());
}

TEST(ReadFile, ReturnsTheWholeContent) {
  const test::TempDir dir;
  const std::string content = std::string("a\0b\n", 4) + std::string(100000, 'x');
  EXPECT_EQ(read_file(dir.write("f", content)).value(), content);
  EXPECT_EQ(read_file(dir.write("empty", "")).value(), "");
  EXPECT_FALSE(read_file("/proc/self/stat").value().empty());  // says its size is 0
}

TEST(ReadFile, DoesNotWaitForAPipe) {
  const test::TempDir dir;
  const std::filesystem::path pipe = dir.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR), 0);
  const auto read = read_file(pipe);
  EXPECT_EQ(read.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(read.error().message, HasSubstr("is a pipe"));
  EXPECT_THAT(read.error().hint, HasSubstr("name a regular file"));
}

TEST(ReadFile, ReadsAPipeWhereThatIsAskedFor) {
  EXPECT_EQ(read_file_or_pipe("/dev/null").value(), "");
  const test::TempDir dir;
  const std::filesystem::path pipe = dir.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR), 0);
  const int both = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);  // neither end waits for the other
  ASSERT_EQ(::write(both, "secret", 6), 6);
  const auto read = read_file_or_pipe(pipe, 3);
  EXPECT_THAT(read.error().message, HasSubstr("larger than the 3 bytes"));
  ::close(both);
}

TEST(OverwriteFile, KeepsTheFileItself) {
  const test::TempDir dir;
  const std::filesystem::path file = dir.write("f", "a longer text than the next");
  std::filesystem::create_hard_link(file, dir.path() / "other");
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  ASSERT_TRUE(overwrite_file(file, "new"));
  EXPECT_EQ(read_file(dir.path() / "other").value(), "new");
  EXPECT_EQ(mode_of(file), 0700U);
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "f.new"));
  EXPECT_EQ(overwrite_file(dir.path() / "no", "x").error().code, ErrorCode::NotFound);
}

TEST(WritePrivateFile, PutsNoFileInThePlaceOfADevice) {
  const test::TempDir dir;
  const std::filesystem::path pipe = dir.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR), 0);
  EXPECT_EQ(write_private_file(pipe, "x").error().code, ErrorCode::InvalidInput);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(ReadFile, NamesWhatIsWrong) {
  const test::TempDir dir;
  const auto missing = read_file(dir.path() / "no");
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("no: No such file"));
  const auto directory = read_file(dir.path());
  EXPECT_EQ(directory.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(directory.error().message, HasSubstr("is a directory"));
  const auto device = read_file("/dev/null");
  EXPECT_EQ(device.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(device.error().message, HasSubstr("/dev/null is a device, not a regular file"));
}

TEST(ReadFile, StopsAtTheLimit) {
  const test::TempDir dir;
  const auto path = dir.write("f", "12345");
  EXPECT_EQ(read_file(path, 5).value(), "12345");
  EXPECT_EQ(read_file(path, 4).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(read_file("/dev/zero", 1000).error().code, ErrorCode::InvalidInput);
}

TEST(MakePrivateDirectory, MakesParentsAndProtectsTheLast) {
  const test::TempDir dir;
  const auto path = dir.path() / "a" / "b";
  ASSERT_TRUE(make_private_directory(path));
  EXPECT_EQ(mode_of(path), 0700U);
  EXPECT_TRUE(make_private_directory(path));
  ASSERT_TRUE(make_private_directory(dir.path() / "c" / ""));
  EXPECT_EQ(mode_of(dir.path() / "c"), 0700U);
}

TEST(MakePrivateDirectory, SyncsTheEntryOfEachDirectoryItMakes) {
  const test::TempDir dir;
  const auto top = std::filesystem::canonical(dir.path());
  synced().clear();
  ASSERT_TRUE(make_private_directory(top / "a" / "b" / "c"));
  EXPECT_THAT(synced(),
              ::testing::UnorderedElementsAre(
                  top.string(), (top / "a").string(), (top / "a" / "b").string()));
  synced().clear();
  ASSERT_TRUE(make_private_directory(top / "a" / "b" / "c"));
  EXPECT_THAT(synced(), ::testing::IsEmpty());
}

TEST(MakePrivateDirectory, RefusesAFileInTheWay) {
  const test::TempDir dir;
  const auto file = dir.write("f", "");
  EXPECT_EQ(make_private_directory(file).error().code, ErrorCode::Io);
  EXPECT_EQ(make_private_directory(file / "x").error().code, ErrorCode::Io);
}

TEST(Environment, UnsetIsEmpty) {
  EXPECT_FALSE(environment("PATH").empty());
  EXPECT_EQ(environment("CFKOPS_SURELY_NOT_SET"), "");
  EXPECT_EQ(environment(""), "");
}

TEST(Posix, ErrorsCarryARemedy) {
  EXPECT_EQ(io_error("write", "/x", ENOSPC).message, "cannot write /x: No space left on device");
  EXPECT_THAT(io_error("write", "/x", ENOSPC).hint, HasSubstr("df -h"));
  EXPECT_THAT(io_error("open", "/x", EACCES).hint, HasSubstr("ls -ld"));
  EXPECT_EQ(io_error("open", "/x", ENOENT).code, ErrorCode::NotFound);
  EXPECT_EQ(io_error("open", "/x", EEXIST).code, ErrorCode::AlreadyExists);
  EXPECT_EQ(io_error("open", "/x", EISDIR).hint, "check the path");
  EXPECT_EQ(io_error("open", "/x", EBADF).hint, "");
}

TEST(WritePrivateFile, ReplacesWhatWasThereAndIsForItsOwnerAlone) {
  const test::TempDir folder;
  const std::filesystem::path path = folder.path() / "config";
  std::ofstream(path) << "older and longer than what comes now";
  std::filesystem::permissions(path, std::filesystem::perms(0644));

  ASSERT_TRUE(write_private_file(path, "new"));

  EXPECT_EQ(*read_file(path), "new");
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".new"));
}

TEST(WritePrivateFile, SaysThatTheDirectoryIsMissing) {
  const test::TempDir folder;

  const Status written = write_private_file(folder.path() / "none" / "config", "text");

  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::Io);
  EXPECT_THAT(written.error().message, HasSubstr("none/config"));
}

}  // namespace
}  // namespace cfkops::base
