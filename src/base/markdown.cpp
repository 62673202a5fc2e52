#include "cfkops/base/markdown.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cfkops::base {
namespace {

std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return printable(line);
}

}  // namespace

std::string markdown_text(std::string_view text) {
  std::string safe;
  for (const char c : one_line(text)) {
    if (std::string_view("|`*_<[\\").find(c) != std::string_view::npos) {
      safe += '\\';
    }
    safe += c;
  }
  return safe;
}

std::string markdown_code(std::string_view text) {
  const std::string line = one_line(text);
  std::string fence = "`";
  while (line.find(fence) != std::string::npos) {
    fence += '`';
  }
  const std::string_view room = fence.size() > 1 ? " " : "";
  return fmt::format("{0}{1}{2}{1}{0}", fence, room, line);
}

}  // namespace cfkops::base
