#include "support/golden.hpp"

#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace cfkops::test {

namespace {

bool accepting() {
  const char* accept = std::getenv("CFKOPS_ACCEPT");  // NOLINT(concurrency-mt-unsafe): one thread
  return accept != nullptr && std::string_view(accept) == "1";
}

/// Cuts the first line off the text.
std::string_view take_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
  return line;
}

std::string first_difference(std::string_view expected, std::string_view actual) {
  for (int number = 1; !expected.empty() || !actual.empty(); ++number) {
    const bool expected_ended = expected.empty();
    const bool actual_ended = actual.empty();
    const std::string_view expected_line = take_line(expected);
    const std::string_view actual_line = take_line(actual);
    if (expected_line != actual_line || expected_ended != actual_ended) {
      return "line " + std::to_string(number) +
             "\n  expected: " + (expected_ended ? "(the end)" : std::string(expected_line)) +
             "\n  actual:   " + (actual_ended ? "(the end)" : std::string(actual_line));
    }
  }
  return "the line end at the end of the file";
}

}  // namespace

void expect_golden(const std::filesystem::path& name, std::string_view actual) {
  const std::filesystem::path file = source_tree() / "tests" / "golden" / name;
  if (accepting()) {
    write_file(file, actual);
    GTEST_SKIP() << "accepted " << file.string();
  }
  if (!std::filesystem::exists(file)) {
    ADD_FAILURE() << file.string() << " does not exist; accept this with CFKOPS_ACCEPT=1:\n"
                  << actual;
    return;
  }
  const std::string expected = read_file(file);
  EXPECT_TRUE(expected == actual) << file.string() << " differs (CFKOPS_ACCEPT=1 rewrites it) at "
                                  << first_difference(expected, actual) << "\nThe whole text:\n"
                                  << actual;
}

void expect_section(const std::filesystem::path& page,
                    std::string_view marker,
                    std::string_view actual) {
  const std::filesystem::path name = std::filesystem::path("../../docs") / page;
  std::string text = read_file(source_tree() / "docs" / page);
  const std::string line = std::string(marker) + "\n";
  const std::size_t found = text.find(line);
  const std::size_t begin = found + line.size();
  const std::size_t end = text.find("<!-- end -->", begin);
  ASSERT_NE(found, std::string::npos) << page << " has no line " << marker;
  ASSERT_NE(end, std::string::npos) << page << " has no end of " << marker;
  expect_golden(name, text.replace(begin, end - begin, actual));
}

}  // namespace cfkops::test
