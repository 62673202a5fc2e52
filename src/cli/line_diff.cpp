#include "line_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

constexpr std::size_t kAround = 3;
constexpr std::size_t kMostCells = std::size_t{1} << 24U;

using Lines = std::vector<std::string_view>;

/// With their ends, so that a missing last one counts.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// One line of the difference: ' ' is in both, '-' in the first, '+' in the second.
struct Mark {
  char sign = ' ';
  std::string_view line;
};

/// How long the longest common subsequence of what is left of two lists of lines is, by the first
/// line that is left of each.
class CommonLines {
 public:
  /// Where that would take too much memory it holds nothing in common.
  CommonLines(std::span<const std::string_view> one, std::span<const std::string_view> other)
      : columns_(other.size() + 1),
        fits_(columns_ <= kMostCells / (one.size() + 1)),
        cells_(fits_ ? (one.size() + 1) * columns_ : 0) {
    for (std::size_t i = fits_ ? one.size() : 0; i-- > 0;) {
      for (std::size_t j = other.size(); j-- > 0;) {
        cells_[i * columns_ + j] =
            one[i] == other[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }

  [[nodiscard]] std::uint32_t at(std::size_t i, std::size_t j) const {
    return fits_ ? cells_[i * columns_ + j] : 0;
  }

  [[nodiscard]] bool fits() const { return fits_; }

 private:
  std::size_t columns_;
  bool fits_;
  std::vector<std::uint32_t> cells_;
};

/// Which lines are the same is what leaves the fewest others.
void mark_middle(std::span<const std::string_view> one,
                 std::span<const std::string_view> other,
                 std::vector<Mark>& marks) {
  const CommonLines common(one, other);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < one.size() && j < other.size()) {
    if (common.fits() && one[i] == other[j]) {
      marks.push_back({' ', one[i++]});
      ++j;
    } else if (common.at(i + 1, j) >= common.at(i, j + 1)) {
      marks.push_back({'-', one[i++]});
    } else {
      marks.push_back({'+', other[j++]});
    }
  }
  for (; i < one.size(); ++i) {
    marks.push_back({'-', one[i]});
  }
  for (; j < other.size(); ++j) {
    marks.push_back({'+', other[j]});
  }
}

std::vector<Mark> marks_of(const Lines& one, const Lines& other) {
  const std::size_t shorter = std::min(one.size(), other.size());
  std::size_t head = 0;
  while (head < shorter && one[head] == other[head]) {
    ++head;
  }
  std::size_t tail = 0;
  while (tail < shorter - head && one[one.size() - 1 - tail] == other[other.size() - 1 - tail]) {
    ++tail;
  }
  std::vector<Mark> marks;
  for (std::size_t i = 0; i < head; ++i) {
    marks.push_back({' ', one[i]});
  }
  const std::span<const std::string_view> all(one);
  const std::span<const std::string_view> others(other);
  mark_middle(all.subspan(head, one.size() - head - tail),
              others.subspan(head, other.size() - head - tail),
              marks);
  for (std::size_t i = one.size() - tail; i < one.size(); ++i) {
    marks.push_back({' ', one[i]});
  }
  return marks;
}

std::string range_of(std::size_t begin, std::size_t count) {
  return count == 1 ? fmt::format("{}", begin + 1)
                    : fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

std::string hunk(const std::vector<Mark>& marks,
                 std::size_t begin,
                 std::size_t end,
                 std::pair<std::size_t, std::size_t> before) {
  std::string body;
  std::size_t removed = 0;
  std::size_t added = 0;
  for (std::size_t i = begin; i < end; ++i) {
    removed += marks[i].sign != '+' ? 1U : 0U;
    added += marks[i].sign != '-' ? 1U : 0U;
    body += marks[i].sign;
    body += marks[i].line;
    body += marks[i].line.ends_with('\n') ? "" : "\n\\ No newline at end of file\n";
  }
  return fmt::format(
      "@@ -{} +{} @@\n{}", range_of(before.first, removed), range_of(before.second, added), body);
}

}  // namespace

std::string unified_diff(std::string_view one,
                         std::string_view other,
                         const std::string& before,
                         const std::string& after) {
  if (one == other) {
    return {};
  }
  const std::vector<Mark> marks = marks_of(lines_of(one), lines_of(other));
  std::string text = "--- " + before + "\n+++ " + after + "\n";
  std::pair<std::size_t, std::size_t> told = {0, 0};  // lines of each before `next`
  std::size_t next = 0;
  const auto go_to = [&](std::size_t index) {
    for (; next < index; ++next) {
      told.first += marks[next].sign != '+' ? 1U : 0U;
      told.second += marks[next].sign != '-' ? 1U : 0U;
    }
  };
  for (std::size_t i = 0; i < marks.size();) {
    if (marks[i].sign == ' ') {
      ++i;
      continue;
    }
    std::size_t last = i;
    for (std::size_t j = i; j < marks.size() && j <= last + 2 * kAround + 1; ++j) {
      last = marks[j].sign == ' ' ? last : j;
    }
    const std::size_t begin = i - std::min(i, kAround);
    const std::size_t end = std::min(last + kAround + 1, marks.size());
    go_to(begin);
    text += hunk(marks, begin, end, told);
    i = end;
  }
  return text;
}

}  // namespace cfkops::cli
