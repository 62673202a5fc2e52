#include "run_store.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/observer.hpp"

#include <algorithm>
#include <system_error>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

fs::path runs_folder() {
  return engine::state_directory() / "runs";
}

}  // namespace

fs::path run_folder(const std::string& run_id) {
  return runs_folder() / run_id;
}

std::vector<std::string> run_ids() {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator it(runs_folder(), error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    if (fs::exists(it->path() / kJournalFile, ignored)) {
      ids.push_back(it->path().filename().string());
    }
  }
  std::ranges::sort(ids, std::greater<>());
  return ids;
}

Result<fs::path> find_log(const std::string& word) {
  std::error_code ignored;
  if (fs::is_regular_file(word, ignored)) {
    return fs::path(word);
  }
  if (word.find('/') != std::string::npos) {
    return make_error(ErrorCode::NotFound,
                      "there is no file " + word,
                      "name the log of a run, or its id; see: cfkops runs list");
  }
  const std::vector<std::string> ids = run_ids();
  std::vector<std::string> matches;
  for (const std::string& id : ids) {
    if (id == word || (word == "last" && matches.empty())) {
      return runs_folder() / id / kJournalFile;
    }
    if (id.starts_with(word)) {
      matches.push_back(id);
    }
  }
  if (matches.size() == 1) {
    return runs_folder() / matches.front() / kJournalFile;
  }
  const std::string what = matches.empty()
                               ? "there is no run '" + word + "'" + base::did_you_mean(word, ids)
                               : "'" + word + "' may mean " + base::enumerate(matches);
  return make_error(
      ErrorCode::NotFound, what, "looked in " + runs_folder().string() + "; see: cfkops runs list");
}

Result<std::optional<std::string>> read_head_of(const fs::path& log) {
  auto text = base::read_file(fs::path(log).replace_extension(".head"));
  if (!text && text.error().code == ErrorCode::NotFound) {
    return std::optional<std::string>();
  }
  if (!text) {
    return text.error();
  }
  return std::optional(*std::move(text));
}

std::vector<std::string> run_results() {
  std::vector<std::string> names = {"open", "RolledBack"};
  for (int i = 0; i <= static_cast<int>(engine::RunResult::PolicyRefused); ++i) {
    names.emplace_back(engine::to_string(static_cast<engine::RunResult>(i)));
  }
  return names;
}

}  // namespace cfkops::cli
