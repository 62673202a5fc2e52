#pragma once

#include "cfkops/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// A runbook file as found, not yet loaded.
struct RunbookFile {
  std::string name;
  std::string path;  ///< for messages: a file's path, or "built-in/broker-restart.yaml"
  std::string text;
  std::string origin;  ///< "file", "./runbooks", "user", "system", "built in"
};

/// The folders that are searched by name, in order: ./runbooks, the user's, the system's. The
/// runbooks in the binary come last.
[[nodiscard]] std::vector<std::string> search_folders();

/// `word` is a path (it contains a slash, ends in .yaml or .yml, or is "-" for nothing) or a name.
/// Errors: NotFound with where was looked, did-you-mean and the next command.
[[nodiscard]] Result<RunbookFile> find_runbook(const std::string& word);

/// Every runbook that can be run by name; of equal names the one that `find_runbook` takes.
[[nodiscard]] std::vector<RunbookFile> all_runbooks();

/// The *.yaml and *.yml files below a folder, sorted by path. Errors: Io.
[[nodiscard]] Result<std::vector<std::string>> runbook_files_below(const std::string& folder);

/// A runbook compiled into the program.
struct BuiltinRunbook {
  std::string_view name;
  std::string_view text;
};

/// Generated from runbooks/*.yaml at build time.
[[nodiscard]] std::vector<BuiltinRunbook> builtin_runbooks();

}  // namespace cfkops::cli
