#pragma once

#include "live_table.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// Makes the lines of a live table: cleans what others said, cuts by columns, colours last.
class LiveLines {
 public:
  /// Both must outlive it.
  LiveLines(const base::Concealed& concealed, const LiveLook& look)
      : concealed_(concealed),
        look_(look) {}

  /// The columns that a line may take: the last one stays free, so that nothing wraps.
  [[nodiscard]] std::size_t room() const;

  /// There is less room than a sentence needs.
  [[nodiscard]] bool narrow() const { return room() < 40; }

  /// There is room for names alone.
  [[nodiscard]] bool tiny() const { return room() < 30; }

  /// What somebody else said, on one line, without secrets and control characters; where the
  /// locale knows no more, in ASCII.
  [[nodiscard]] std::string clean(const std::string& text) const;

  /// A stage as one column.
  [[nodiscard]] std::string glyph(LiveStage stage) const;

  /// The longest of the texts that fits, each of our own words; else the last one, cut.
  [[nodiscard]] LiveLine heading(const std::vector<std::string>& texts) const;

  /// `left`, and `right` at the end of the line where there is room for both.
  [[nodiscard]] LiveLine row(std::size_t indent,
                             LiveStage stage,
                             const std::string& left,
                             const std::string& right) const;

  /// A sentence, wrapped between words into at most `most` lines.
  [[nodiscard]] std::vector<LiveLine> paragraph(std::size_t indent,
                                                const std::string& text,
                                                std::size_t most) const;

  /// Of what there was no room for: "... 3 more steps".
  [[nodiscard]] LiveLine more(std::size_t indent, std::size_t count, std::string_view noun) const;

 private:
  [[nodiscard]] std::string coloured(std::string_view code, const std::string& text) const;

  const base::Concealed& concealed_;
  const LiveLook& look_;
};

}  // namespace cfkops::cli
