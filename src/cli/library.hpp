#pragma once

#include "cfkops/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// A runbook that was found, not yet read.
struct RunbookPlace {
  std::string name;    ///< the file's name without its ending
  std::string path;    ///< for messages: a file's path, or "built-in/broker-restart.yaml"
  std::string origin;  ///< "file", "./runbooks", "user", "system", "built in"
  std::optional<std::string_view> builtin = {};  ///< its text, where the program carries it
};

/// The same, read but not yet loaded.
struct RunbookFile {
  RunbookPlace place;
  std::string text;
};

/// The folders that are searched by name, in order: ./runbooks, the user's, the system's. The
/// runbooks in the binary come last.
[[nodiscard]] std::vector<std::string> search_folders();

/// Every runbook below those folders and in the binary, in the order of the search: also those that
/// another of the same name hides, and those whose name nobody can type.
[[nodiscard]] std::vector<RunbookPlace> runbooks_found();

/// Those that can be run by name, by name: lower-case letters, digits and hyphens after a letter;
/// of equal names the one found first.
[[nodiscard]] std::vector<RunbookPlace> runbooks_by_name();

/// Their names.
[[nodiscard]] std::vector<std::string> runbook_names();

/// What `word` means: a path (it contains a slash, or ends in .yaml or .yml) or a name. Errors:
/// NotFound for a name, with where was looked, did-you-mean and the next command.
[[nodiscard]] Result<RunbookPlace> look_up(const std::string& word);

/// Errors: those of reading a file.
[[nodiscard]] Result<RunbookFile> read_runbook(const RunbookPlace& place);

/// `look_up` and `read_runbook`. Errors: theirs.
[[nodiscard]] Result<RunbookFile> find_runbook(const std::string& word);

/// The *.test.yaml and *.test.yml files below a folder, which hold tests of runbooks, in the same
/// order. Errors: Io.
[[nodiscard]] Result<std::vector<std::string>> test_files_below(const std::string& folder);

/// The *.yaml and *.yml files below a folder: those that lie in it before those in folders below,
/// and by path. Errors: Io.
[[nodiscard]] Result<std::vector<std::string>> yaml_files_below(const std::string& folder);

/// Those that hold neither tests nor, by their own word, other objects than runbooks. Errors: Io.
[[nodiscard]] Result<std::vector<std::string>> runbook_files_below(const std::string& folder);

/// The same for a folder that a person named: that there are none is an error that says what was
/// looked for. Errors: NotFound, Io.
[[nodiscard]] Result<std::vector<std::string>> runbooks_in(const std::string& folder);

/// Puts another text into a file that is there: whole or not at all. Keeps the permissions of the
/// file, and a link to it. One that has other names too, or another owner, stays the same file
/// (base::overwrite_file). Errors: InvalidInput (it is no regular file), Io.
[[nodiscard]] Status replace_file(const std::string& path, std::string_view text);

/// Puts a runbook into a file of the user's. Errors: InvalidInput where there is such a file and
/// `force` does not replace it; Io.
[[nodiscard]] Status write_runbook(const std::string& path, std::string_view text, bool force);

/// A runbook compiled into the program.
struct BuiltinRunbook {
  std::string_view name;
  std::string_view text;
};

/// Generated from runbooks/*.yaml at build time.
[[nodiscard]] std::vector<BuiltinRunbook> builtin_runbooks();

}  // namespace cfkops::cli
