#include "yaml_text.hpp"

#include "cfkops/base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::base {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Whether YAML allows the character, besides a carriage return.
bool is_allowed(char32_t c) {
  if (c < 0x20) {
    return c == '\t' || c == '\n';
  }
  return c != 0x7F && (c < 0x80 || c > 0x9F || c == 0x85) && c != 0xFFFE && c != 0xFFFF;
}

}  // namespace

YamlText::YamlText(std::string_view text, const std::string& file)
    : text_(text),
      file_(file),
      lines_{0} {
  if (text_.starts_with(kByteOrderMark)) {
    text_.remove_prefix(kByteOrderMark.size());
  }
  for (std::size_t i = text_.find('\n'); i != std::string_view::npos; i = text_.find('\n', i + 1)) {
    lines_.push_back(i + 1);
  }
}

std::optional<Error> YamlText::check() const {
  if (text_.size() > kMaxBytes) {
    return yaml_error({file_, 0, 0}, "the file is larger than 16 MiB", "is it the right file?");
  }
  auto error = check_characters();
  return error ? error : check_brackets();
}

std::optional<Error> YamlText::check_characters() const {
  for (std::size_t i = 0; i < text_.size();) {
    const CodePoint point = decode_utf8(text_, i);
    if (!point.valid) {
      const bool utf16 = i == 0 && (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF"));
      return yaml_error(pos(i),
                        utf16 ? "the file is in UTF-16" : "a byte here is not UTF-8",
                        "save the file as UTF-8");
    }
    if (point.value == '\r' && at(i + 1) != '\n') {
      return yaml_error(
          pos(i), "a carriage return without a line feed", "save the file with Unix line ends");
    }
    if (point.value == 0) {
      return yaml_error(pos(i), "a NUL byte", "is it a text file? save it as UTF-8");
    }
    if (point.value != '\r' && !is_allowed(point.value)) {
      const auto number = static_cast<std::uint32_t>(point.value);
      return yaml_error(pos(i),
                        fmt::format("the control character U+{:04X}", number),
                        "remove it, or write it as an escape in double quotes");
    }
    i += point.size;
  }
  return std::nullopt;
}

std::optional<Error> YamlText::check_brackets() const {
  // A bracket may begin a key, which must end in the same line; until then the parser keeps it all.
  constexpr int kMaxOpen = 1000;
  int open = 0;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '\n') {
      open = 0;
    } else if (c == '[' || c == '{') {
      ++open;
    } else if (c == ']' || c == '}') {
      --open;
    }
    if (open > kMaxOpen) {
      return yaml_error(pos(i), "too many open brackets in one line", "close them");
    }
  }
  return std::nullopt;
}

SourcePos YamlText::pos(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), offset);
  const auto line = static_cast<std::size_t>(next - lines_.begin());
  if (line != last_line_ || offset < last_offset_) {
    last_line_ = line;
    last_offset_ = lines_[line - 1];
    last_column_ = 1;
  }
  last_column_ += count_code_points(text_.substr(last_offset_, offset - last_offset_));
  last_offset_ = offset;
  return {file_, static_cast<int>(line), last_column_};
}

std::size_t YamlText::line_begin(std::size_t offset) const {
  return *std::prev(std::upper_bound(lines_.begin(), lines_.end(), offset));
}

bool YamlText::indented_by_tab(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  // Most values stand behind something else, and in a long line it is far to its beginning.
  if (offset == 0 || !is_blank(at(offset - 1))) {
    return false;
  }
  const std::size_t last = text_.find_last_not_of(" \t", offset - 1);
  const std::size_t begin = last == std::string_view::npos ? 0 : last + 1;
  return (begin == 0 || at(begin - 1) == '\n') &&
         text_.substr(begin, offset - begin).find('\t') != std::string_view::npos;
}

bool YamlText::line_indented_by_tab(std::size_t offset) const {
  std::size_t end = line_begin(offset);
  while (is_blank(at(end))) {
    ++end;
  }
  return indented_by_tab(end);
}

bool YamlText::after_question_mark(std::size_t offset) const {
  std::size_t i = std::min(offset, text_.size());
  while (i > 0 && is_blank(at(i - 1))) {
    --i;
  }
  if (i == 0 || i == offset || at(i - 1) != '?') {
    return false;
  }
  return i == 1 || std::string_view(" \t\n-?:{[,").find(at(i - 2)) != std::string_view::npos;
}

std::optional<std::size_t> YamlText::quote_end(std::size_t offset) const {
  const char quote = at(offset);
  for (std::size_t i = offset + 1; i < text_.size(); ++i) {
    const bool escape = quote == '"' ? text_[i] == '\\' : text_[i] == quote && at(i + 1) == quote;
    if (escape) {
      ++i;
    } else if (text_[i] == quote) {
      return i + 1;
    }
  }
  return std::nullopt;
}

int YamlText::length_of(std::size_t offset, std::string_view value) const {
  std::string_view written = from(offset).substr(0, value.size());
  if (at(offset) == '"' || at(offset) == '\'') {
    written = from(offset).substr(0, quote_end(offset).value_or(offset) - offset);
  } else if (written != value) {
    return 0;  // a block, or folded from several lines
  }
  return written.find('\n') == std::string_view::npos ? count_code_points(written) : 0;
}

std::size_t YamlText::before_blanks(std::size_t offset) const {
  const std::size_t last = text_.substr(0, offset).find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? 0 : last;
}

Error yaml_error(SourcePos pos, std::string message, std::string hint) {
  Error error = make_error(ErrorCode::InvalidInput, std::move(message), std::move(hint));
  error.pos = std::move(pos);
  return error;
}

}  // namespace cfkops::base
