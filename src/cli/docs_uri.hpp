#pragma once

#include <filesystem>
#include <string>

namespace cfkops::cli {

/// A folder as a file: URI, without a slash at its end.
[[nodiscard]] std::string folder_uri(const std::filesystem::path& folder);

/// What `--docs` means: a URI as it is, anything else as a folder; without a slash at its end.
/// Empty for "".
[[nodiscard]] std::string docs_uri(const std::string& wanted);

}  // namespace cfkops::cli
