#include "limits.hpp"

#include "form.hpp"
#include "span.hpp"

#include "cfkops/base/utf8.hpp"
#include "cfkops/runbook/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// What is wrong at the byte `offset` of the text.
Diagnostic wrong_at(std::string_view text,
                    std::size_t offset,
                    const std::string& file,
                    std::string message,
                    std::string remedy) {
  return {std::string(kInvalidYaml),
          std::move(message),
          std::move(remedy),
          advance({file, 1, 1}, text, offset)};
}

/// Characters that make what follows read in another direction, so that a line does not say what it
/// shows.
bool turns_text(char32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

std::optional<Diagnostic> long_line(std::string_view text, const std::string& file) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > kMostLineBytes) {
      return wrong_at(text,
                      begin + kMostLineBytes,
                      file,
                      fmt::format("the line goes on behind {} KiB", kMostLineBytes >> 10U),
                      "break it: a text can be a block (|), a list can have an item a line");
    }
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<Diagnostic> unseen_character(std::string_view text, const std::string& file) {
  // All of them begin with one of two bytes.
  for (std::size_t at = text.find_first_of("\xE2\xEF"); at != std::string_view::npos;
       at = text.find_first_of("\xE2\xEF", at + 1)) {
    const base::CodePoint point = base::decode_utf8(text, at);
    if (point.valid && turns_text(point.value)) {
      return wrong_at(text,
                      at,
                      file,
                      fmt::format("the character U+{:04X} turns the direction of text: the line "
                                  "reads otherwise than it is",
                                  static_cast<unsigned>(point.value)),
                      "remove it, or write it as an escape in double quotes");
    }
    if (point.valid && point.value == 0xFEFF) {
      return wrong_at(text,
                      at,
                      file,
                      "a byte order mark (U+FEFF) in the middle of the file",
                      "remove it: files that were put together may have one");
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Diagnostic> beyond_limits(std::string_view text, const std::string& file) {
  const bool large = text.size() > kMostBytes;
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (large) {
    return wrong_at(text,
                    std::min(kMostBytes, text.size()),
                    file,
                    fmt::format("the file goes on behind {} KiB", kMostBytes >> 10U),
                    "is it the right file? a runbook is a text that people read");
  }
  auto finding = long_line(text, file);
  return finding ? finding : unseen_character(text, file);
}

}  // namespace cfkops::runbook
