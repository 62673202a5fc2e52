#include "cfkops/base/display.hpp"

#include "cfkops/base/utf8.hpp"

#include <algorithm>
#include <array>

namespace cfkops::base {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// A block with wide characters counts as a whole: cut too early is no harm.
constexpr std::array<Range, 60> kWide = {
    {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
     {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
     {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
     {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
     {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
     {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
     {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
     {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
     {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
     {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
     {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
     {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18DFF},
     {0x1AFF0, 0x1B2FF}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E},
     {0x1F191, 0x1F19A}, {0x1F200, 0x1F265}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
     {0x1F7E0, 0x1F7F0}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}}};
/// U+FE0F is not among them: many terminals draw what stands before it wider.
constexpr std::array<Range, 4> kZeroWidth = {
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0E}}};

template <class Ranges>
bool inside(const Ranges& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

/// The longest beginning of `text` that takes at most `columns`.
std::string_view beginning(std::string_view text, std::size_t columns) {
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const CodePoint point = decode_utf8(text, end);
    used += display_width(point.value);
    if (used > columns) {
      break;
    }
    end += point.size;
  }
  return text.substr(0, end);
}

}  // namespace

std::size_t display_width(char32_t code_point) {
  if (inside(kZeroWidth, code_point)) {
    return 0;
  }
  return inside(kWide, code_point) ? 2 : 1;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode_utf8(text, i);
    columns += display_width(point.value);
    i += point.size;
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  constexpr std::string_view kCut = "...";
  if (display_width(text) <= columns) {
    return std::string(text);
  }
  if (columns < kCut.size()) {
    return std::string(beginning(text, columns));
  }
  return std::string(beginning(text, columns - kCut.size())).append(kCut);
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(text).append(width < columns ? columns - width : 0, ' ');
}

}  // namespace cfkops::base
