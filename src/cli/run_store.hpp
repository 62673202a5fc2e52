#pragma once

#include "cfkops/base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::cli {

/// What a run's folder has in it.
inline constexpr const char* kJournalFile = "journal.jsonl";
inline constexpr const char* kHeadFile = "journal.head";  ///< how far the log has come, signed
inline constexpr const char* kPlanFile = "plan.json";     ///< of a saved plan: what is carried out
inline constexpr const char* kRunbookFile = "runbook.yaml";    ///< as the run began with it
inline constexpr const char* kIncludedFile = "included.json";  ///< what that includes, likewise

/// The folder of a run of that id.
[[nodiscard]] std::filesystem::path run_folder(const std::string& run_id);

/// The log of the run that `word` names: an id, the unique beginning of one, "last", or a path.
/// Errors: NotFound, with the next command.
[[nodiscard]] Result<std::filesystem::path> find_log(const std::string& word);

/// The text of the head beside a log: of "x.jsonl" the file "x.head"; nothing where there is none.
/// Errors: what keeps it from being read.
[[nodiscard]] Result<std::optional<std::string>> read_head_of(const std::filesystem::path& log);

/// The ids of all runs, newest first.
[[nodiscard]] std::vector<std::string> run_ids();

/// What `runs list` may say of how a run ended: "open" of one that has not.
[[nodiscard]] std::vector<std::string> run_results();

}  // namespace cfkops::cli
