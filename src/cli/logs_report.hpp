#pragma once

#include "cfkops/logs/collect.hpp"
#include "cfkops/logs/follow.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace cfkops::cli {

/// "34.2 MB"
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// What was collected into `archive`, what is missing, what was taken out.
[[nodiscard]] std::string collection_text(const logs::Collection& collection,
                                          const std::string& archive);
[[nodiscard]] nlohmann::json collection_json(const logs::Collection& collection,
                                             const std::string& archive);

/// A table of what was tried, and a verdict.
[[nodiscard]] std::string redaction_text(const std::vector<logs::RedactionSample>& samples);
[[nodiscard]] nlohmann::json redaction_json(const std::vector<logs::RedactionSample>& samples);

[[nodiscard]] std::string verification_text(const logs::Verification& verification);
[[nodiscard]] nlohmann::json verification_json(const logs::Verification& verification);

enum class Colours { No, Yes };

/// A followed line with where it comes from; each pod has a colour of its own.
[[nodiscard]] std::string followed_text(const logs::FollowedLine& line, Colours colours);
[[nodiscard]] nlohmann::json followed_json(const logs::FollowedLine& line);

}  // namespace cfkops::cli
