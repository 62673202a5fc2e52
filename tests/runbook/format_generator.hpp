#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace cfkops::runbook {

/// What must be true of a comment when the file is formatted.
struct CommentPromise {
  enum class Where { SomeLine, SameLine, LineAbove };

  std::string comment;  ///< no other has the same text
  std::string key;      ///< that it is about
  Where where = Where::SomeLine;
};

/// A runbook in a wild but legal form.
struct WildRunbook {
  std::string text;
  std::vector<CommentPromise> comments;
};

/// The same for the same number, everywhere.
[[nodiscard]] WildRunbook wild_runbook(std::uint32_t number);

}  // namespace cfkops::runbook
