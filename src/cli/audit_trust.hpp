#pragma once

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// Whose logs are taken for what they say: those signed with the public keys in these files;
/// without any, those signed with the user's own. Errors: NotFound, InvalidInput, Io.
[[nodiscard]] Result<audit::Trust> trust_in(const std::vector<std::string>& key_files);

/// A log that was read and checked.
struct CheckedLog {
  std::filesystem::path path;
  audit::VerifyReport report;
  std::vector<audit::LogLine> lines;  ///< those that are as they were written
};

/// The log of the run that `word` names, see find_log. Errors: as that, and Io.
[[nodiscard]] Result<CheckedLog> checked_log(const std::string& word, const audit::Trust& trust);

/// "intact", "open", "broken"
[[nodiscard]] std::string_view state_name(audit::VerifyReport::State state);

/// state run records sha256 line reason signedRecords signers
[[nodiscard]] Json to_json(const audit::VerifyReport& report);

}  // namespace cfkops::cli
