#pragma once

#include "format_tree.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// What stands between two pieces of a file.
struct FormatGap {
  std::vector<FormatComment> comments;  ///< those in lines of their own
  bool blank = false;                   ///< an empty line stands behind the last of them
};

/// Goes through a text from one piece to the next.
class FormatGaps {
 public:
  /// `text` must outlive it; its lines end with \n.
  explicit FormatGaps(std::string_view text)
      : text_(text) {}

  /// Goes to the next sign that is no space and in no comment. Nothing where a comment has no place
  /// to go to, or is none.
  [[nodiscard]] std::optional<FormatGap> skip();

  /// Goes to the next line, behind which nothing but a comment may stand in this one. Returns
  /// whether that is so.
  [[nodiscard]] bool skip_line();

  /// All comments so far.
  [[nodiscard]] const std::vector<std::string>& comments() const { return comments_; }

  std::size_t at = 0;
  std::string* comment_slot = nullptr;  ///< where a comment goes that ends the line

 private:
  [[nodiscard]] bool take_comment(bool own_line, bool blank, FormatGap& gap);

  std::string_view text_;
  std::vector<std::string> comments_;
};

}  // namespace cfkops::runbook
