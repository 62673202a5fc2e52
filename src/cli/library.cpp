#include "library.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/lint.hpp"
#include "cfkops/runbook/loader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

bool is_yaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

/// "x.test.yaml": tests of a runbook.
bool is_test_file(const fs::path& path) {
  return is_yaml(path) && path.stem().extension() == ".test";
}

/// One that cannot be read is one, and is to be heard of.
bool is_runbook_file(const fs::path& path) {
  if (!is_yaml(path) || is_test_file(path)) {
    return false;
  }
  const auto text = base::read_file(path, runbook::kMostBytes);
  if (!text) {
    return true;
  }
  const runbook::Claim claim = runbook::claim_of(*text);
  return claim != runbook::Claim::OtherOfOurs && claim != runbook::Claim::Foreign;
}

bool is_path(const std::string& word) {
  return word.find('/') != std::string::npos || is_yaml(word);
}

std::string origin_of(std::size_t index) {
  static constexpr std::array<std::string_view, 3> kOrigins = {"./runbooks", "user", "system"};
  return std::string(kOrigins.at(std::min<std::size_t>(index, 2)));
}

RunbookPlace place_of(const std::string& path, std::string origin) {
  return {.name = fs::path(path).stem().string(), .path = path, .origin = std::move(origin)};
}

Error not_found(const std::string& word) {
  const std::vector<std::string> names = runbook_names();
  const std::vector<std::string> folders = search_folders();
  return make_error(ErrorCode::NotFound,
                    "there is no runbook '" + word + "'" + base::did_you_mean(word, names),
                    "looked in " + base::join(folders, ", ") +
                        " and in the program itself; see what there is with: cfkops list");
}

/// A file, or its first `most` bytes; lint says where a text is too long. Errors: as read_file.
Result<std::string> read_start(const fs::path& path, std::size_t most) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || size <= most) {
    return base::read_file(path, most);
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(most, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(most))) {
    return make_error(ErrorCode::Io, path.string() + " cannot be read");
  }
  return text;
}

}  // namespace

std::vector<std::string> search_folders() {
  std::string config = base::environment("XDG_CONFIG_HOME");
  if (config.empty()) {
    config = base::environment("HOME") + "/.config";
  }
  return {"./runbooks", config + "/cfkops/runbooks", "/etc/cfkops/runbooks"};
}

std::vector<RunbookPlace> runbooks_found() {
  std::vector<RunbookPlace> found;
  const std::vector<std::string> folders = search_folders();
  for (std::size_t i = 0; i < folders.size(); ++i) {
    // Most of the folders are not there, and need not be.
    const auto paths = runbook_files_below(folders[i]);
    for (const std::string& path : paths ? *paths : std::vector<std::string>()) {
      found.push_back(place_of(path, origin_of(i)));
    }
  }
  for (const BuiltinRunbook& runbook : builtin_runbooks()) {
    found.push_back({.name = std::string(runbook.name),
                     .path = "built-in/" + std::string(runbook.name) + ".yaml",
                     .origin = "built in",
                     .builtin = runbook.text});
  }
  return found;
}

std::vector<RunbookPlace> runbooks_by_name() {
  std::vector<RunbookPlace> named;
  for (RunbookPlace& place : runbooks_found()) {
    const bool known = std::any_of(named.begin(), named.end(), [&place](const RunbookPlace& other) {
      return other.name == place.name;
    });
    if (!known && runbook::is_runbook_name(place.name)) {
      named.push_back(std::move(place));
    }
  }
  std::ranges::sort(named, {}, &RunbookPlace::name);
  return named;
}

std::vector<std::string> runbook_names() {
  std::vector<std::string> names;
  for (RunbookPlace& place : runbooks_by_name()) {
    names.push_back(std::move(place.name));
  }
  return names;
}

Result<RunbookPlace> look_up(const std::string& word) {
  if (is_path(word)) {
    return place_of(word, "file");
  }
  for (RunbookPlace& place : runbooks_by_name()) {
    if (place.name == word) {
      return std::move(place);
    }
  }
  return not_found(word);
}

Result<RunbookFile> read_runbook(const RunbookPlace& place) {
  if (place.builtin) {
    return RunbookFile{.place = place, .text = std::string(*place.builtin)};
  }
  auto text = read_start(place.path, runbook::kMostBytes + 1);
  if (!text) {
    return std::move(text).error().with_hint(
        "give the path of a runbook file, or a name from: cfkops list");
  }
  return RunbookFile{.place = place, .text = *std::move(text)};
}

Result<RunbookFile> find_runbook(const std::string& word) {
  CFKOPS_ASSIGN(const RunbookPlace place, look_up(word));
  return read_runbook(place);
}

namespace {

/// A rename would take the file from its other names, or from its owner.
bool belongs_to_others(const fs::path& file) {
  struct stat info {};

  return ::stat(file.c_str(), &info) == 0 && (info.st_nlink > 1 || info.st_uid != ::geteuid());
}

}  // namespace

Status replace_file(const std::string& path, std::string_view text) {
  CFKOPS_TRY(base::expect_regular_file(path));
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  const fs::perms permissions = error ? fs::perms::none : fs::status(file, error).permissions();
  if (error) {
    return make_error(ErrorCode::Io, path + ": " + error.message(), "check the path");
  }
  if (belongs_to_others(file)) {
    return base::overwrite_file(file, text);
  }
  CFKOPS_TRY(base::write_private_file(file, text));
  fs::permissions(file, permissions, error);
  return {};
}

Status write_runbook(const std::string& path, std::string_view text, bool force) {
  std::error_code ignored;
  if (force && fs::exists(path, ignored)) {
    return replace_file(path, text);
  }
  Status written = base::write_new_file(path, text);
  if (!written && written.error().code == ErrorCode::AlreadyExists) {
    return make_error(ErrorCode::InvalidInput,
                      path + " is there already",
                      "take another name or file, or replace it with --force");
  }
  return written;
}

namespace {

/// The files below a folder that are wanted: those that lie in it before those in folders below,
/// and by path. Errors: Io.
Result<std::vector<std::string>> files_below(const std::string& folder,
                                             bool (*wanted)(const fs::path&)) {
  std::error_code error;
  std::vector<std::pair<int, std::string>> found;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
  while (!error && it != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    // A link that leads nowhere is a runbook that cannot be read, and is to be heard of.
    if (wanted(it->path()) && !it->is_directory(ignored)) {
      found.emplace_back(it.depth(), it->path().string());
    }
    it.increment(error);
  }
  if (error) {
    return make_error(ErrorCode::Io,
                      folder + ": " + error.message(),
                      "name a folder that is there and that you may read");
  }
  std::ranges::sort(found);
  std::vector<std::string> paths;
  paths.reserve(found.size());
  for (auto& [depth, path] : found) {
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace

Result<std::vector<std::string>> yaml_files_below(const std::string& folder) {
  return files_below(folder, is_yaml);
}

Result<std::vector<std::string>> runbook_files_below(const std::string& folder) {
  return files_below(folder, is_runbook_file);
}

Result<std::vector<std::string>> runbooks_in(const std::string& folder) {
  CFKOPS_ASSIGN(std::vector<std::string> paths, runbook_files_below(folder));
  if (paths.empty()) {
    return make_error(ErrorCode::NotFound,
                      "there is no runbook in " + folder + " or below it",
                      "looked for *.yaml and *.yml that hold no tests and no objects of a cluster; "
                      "name another folder, or write one with: cfkops new NAME");
  }
  return paths;
}

Result<std::vector<std::string>> test_files_below(const std::string& folder) {
  return files_below(folder, is_test_file);
}

}  // namespace cfkops::cli
