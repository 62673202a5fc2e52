#include "word.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>

namespace cfkops::lsp {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::vector<std::string> parts_of(std::string_view chain) {
  return base::split(chain, '.');
}

std::optional<ExpressionWord> expression_word(std::string_view text, std::size_t offset) {
  std::size_t end = std::min(offset, text.size());
  while (end < text.size() && is_letter(text[end])) {
    ++end;
  }
  const Outline outline(text.substr(0, end));
  const Cursor cursor = cursor_at_end(outline);
  const auto part = expression_at(outline, cursor);
  if (!part) {
    return std::nullopt;
  }
  ExpressionWord word;
  word.chain = parts_of(part->chain);
  word.span = {end - word.chain.back().size(), end};
  word.called = end < text.size() && text[end] == '(';
  word.around = cursor.around;
  return word.span.empty() ? std::nullopt : std::optional(word);
}

ByteSpan word_at(std::string_view text, std::size_t offset) {
  const auto belongs = [](char c) { return is_letter(c) || c == '.' || c == '-' || c == '/'; };
  ByteSpan span{std::min(offset, text.size()), std::min(offset, text.size())};
  while (span.end < text.size() && belongs(text[span.end])) {
    ++span.end;
  }
  while (span.begin > 0 && belongs(text[span.begin - 1])) {
    --span.begin;
  }
  return span;
}

}  // namespace cfkops::lsp
