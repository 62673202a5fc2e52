#include "library.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

bool is_runbook_file(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

bool is_path(const std::string& word) {
  return word.find('/') != std::string::npos || is_runbook_file(word);
}

std::string origin_of(std::size_t index) {
  static constexpr std::array<std::string_view, 3> kOrigins = {"./runbooks", "user", "system"};
  return std::string(kOrigins.at(std::min<std::size_t>(index, 2)));
}

Result<RunbookFile> from_file(const fs::path& path, std::string origin) {
  CFKOPS_ASSIGN(std::string text, base::read_file(path, std::size_t{16} << 20U));
  return RunbookFile{.name = path.stem().string(),
                     .path = path.string(),
                     .text = std::move(text),
                     .origin = std::move(origin)};
}

RunbookFile from_builtin(const BuiltinRunbook& runbook) {
  return {.name = std::string(runbook.name),
          .path = "built-in/" + std::string(runbook.name) + ".yaml",
          .text = std::string(runbook.text),
          .origin = "built in"};
}

Error not_found(const std::string& word) {
  std::vector<std::string> names;
  for (const RunbookFile& file : all_runbooks()) {
    names.push_back(file.name);
  }
  const std::vector<std::string> folders = search_folders();
  return make_error(ErrorCode::NotFound,
                    "there is no runbook '" + word + "'" + base::did_you_mean(word, names),
                    "looked in " + base::join(folders, ", ") +
                        " and in the program itself; see what there is with: cfkops list");
}

}  // namespace

std::vector<std::string> search_folders() {
  std::string config = base::environment("XDG_CONFIG_HOME");
  if (config.empty()) {
    config = base::environment("HOME") + "/.config";
  }
  return {"./runbooks", config + "/cfkops/runbooks", "/etc/cfkops/runbooks"};
}

Result<RunbookFile> find_runbook(const std::string& word) {
  if (is_path(word)) {
    auto file = from_file(word, "file");
    if (!file) {
      return std::move(file).error().with_hint(
          "give the path of a runbook file, or a name from: cfkops list");
    }
    return file;
  }
  const std::vector<std::string> folders = search_folders();
  for (std::size_t i = 0; i < folders.size(); ++i) {
    for (const std::string_view extension : {".yaml", ".yml"}) {
      const fs::path path = fs::path(folders[i]) / (word + std::string(extension));
      std::error_code ignored;
      if (fs::exists(path, ignored)) {
        return from_file(path, origin_of(i));
      }
    }
  }
  for (const BuiltinRunbook& runbook : builtin_runbooks()) {
    if (runbook.name == word) {
      return from_builtin(runbook);
    }
  }
  return not_found(word);
}

std::vector<RunbookFile> all_runbooks() {
  std::vector<RunbookFile> found;
  const auto known = [&found](const std::string& name) {
    return std::any_of(
        found.begin(), found.end(), [&name](const RunbookFile& file) { return file.name == name; });
  };
  const std::vector<std::string> folders = search_folders();
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const auto paths = runbook_files_below(folders[i]);
    for (const std::string& path : paths ? *paths : std::vector<std::string>()) {
      auto file = from_file(path, origin_of(i));
      if (file && !known(file->name)) {
        found.push_back(*std::move(file));
      }
    }
  }
  for (const BuiltinRunbook& runbook : builtin_runbooks()) {
    if (!known(std::string(runbook.name))) {
      found.push_back(from_builtin(runbook));
    }
  }
  std::ranges::sort(found, {}, &RunbookFile::name);
  return found;
}

Result<std::vector<std::string>> runbook_files_below(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> paths;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
  while (!error && it != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && is_runbook_file(it->path())) {
      paths.push_back(it->path().string());
    }
    it.increment(error);
  }
  if (error) {
    return make_error(ErrorCode::Io, folder + ": " + error.message());
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace cfkops::cli
