#pragma once

#include <filesystem>
#include <string_view>

namespace cfkops::test {

/// Fails the running test unless the text equals the file tests/golden/<name>; the message shows
/// the first line that differs. With CFKOPS_ACCEPT=1 in the environment it rewrites the file
/// instead and marks the test skipped, so that an accepting run cannot look like a passing one.
void expect_golden(const std::filesystem::path& name, std::string_view actual);

/// The same of the part of a page (docs/<page>) that is made by a test: between the line `marker`
/// and the line "<!-- end -->" after it.
void expect_section(const std::filesystem::path& page,
                    std::string_view marker,
                    std::string_view actual);

}  // namespace cfkops::test
