#include "span.hpp"

#include "cfkops/base/utf8.hpp"

#include <utility>

namespace cfkops::runbook {

int count_characters(std::string_view text) {
  return base::count_code_points(text);
}

std::size_t next_character(std::string_view text, std::size_t at) {
  return at + base::decode_utf8(text, at).size;
}

std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) {
    return text;
  }
  std::size_t end = 0;
  while (next_character(text, end) <= most) {
    end = next_character(text, end);
  }
  text.resize(end);
  return text + "…";
}

SourcePos advance(const SourcePos& start, std::string_view source, std::size_t offset) {
  SourcePos pos = start;
  const std::string_view before = source.substr(0, offset);
  std::size_t line_start = 0;
  for (std::size_t at = before.find('\n'); at != std::string_view::npos;
       at = before.find('\n', at + 1)) {
    line_start = at + 1;
    ++pos.line;
    pos.column = 1;
  }
  pos.column += count_characters(before.substr(line_start));
  return pos;
}

Error error_at(const SourcePos& start,
               std::string_view source,
               std::size_t offset,
               std::string_view code,
               std::string message) {
  Error error = make_error(ErrorCode::InvalidInput, std::move(message));
  error.pos = advance(start, source, offset);
  error.reason = code;
  return error;
}

}  // namespace cfkops::runbook
