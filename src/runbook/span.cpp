#include "span.hpp"

#include <utility>

namespace cfkops::runbook {

namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

int count_characters(std::string_view text) {
  int count = 0;
  for (const char c : text) {
    count += continues(c) ? 0 : 1;
  }
  return count;
}

std::size_t next_character(std::string_view text, std::size_t at) {
  do {
    ++at;
  } while (at < text.size() && continues(text[at]));
  return at;
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
