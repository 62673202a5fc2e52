#include "lexer.hpp"

#include "span.hpp"
#include "string_literal.hpp"

#include "cfkops/runbook/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cfkops::runbook {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool in_name(char c) {
  return starts_name(c) || is_digit(c);
}

/// What people of other languages write, and what it is called here.
struct Foreign {
  std::string_view symbol;
  std::string_view hint;
};

constexpr std::array<Foreign, 6> kForeign = {{
    {"??", "write a.?b.orValue(other), or has(a.b) ? a.b : other"},
    {"?.", "write a.?b.orValue(other), or has(a.b) ? a.b : other"},
    {"=~", "write text.matches('pattern')"},
    {"=", "write == to compare"},
    {"&", "write && for 'and'"},
    {"|", "write || for 'or'"},
}};

}  // namespace

bool is_reserved(std::string_view word) {
  constexpr std::array<std::string_view, 21> kReserved = {
      "as",       "break",   "const",  "continue", "else", "false", "for",
      "function", "if",      "import", "in",       "let",  "loop",  "namespace",
      "null",     "package", "return", "true",     "var",  "void",  "while"};
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

std::nullopt_t Lexer::fail(std::size_t offset, std::string message, std::string hint) {
  error_ = {offset, std::move(message), std::move(hint), false};
  return std::nullopt;
}

std::optional<Token> Lexer::finish(Token::Kind kind) {
  Token token;
  token.kind = kind;
  token.begin = begin_;
  token.text = source_.substr(begin_, at_ - begin_);
  return token;
}

void Lexer::skip_space() {
  while (at_ < source_.size()) {
    if (source_.substr(at_).starts_with("//")) {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (std::string_view(" \t\r\n\f").find(source_[at_]) != std::string_view::npos) {
      ++at_;
    } else {
      return;
    }
  }
}

std::optional<Token> Lexer::next() {
  skip_space();
  begin_ = at_;
  if (at_ >= source_.size()) {
    return finish(Token::Kind::End);
  }
  if (starts_string(source_.substr(at_))) {
    return text();
  }
  if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) {
    return number();
  }
  if (peek() == '`') {
    return quoted_name();
  }
  return starts_name(peek()) ? name() : symbol();
}

/// `content-type`: a member's name that is no identifier.
std::optional<Token> Lexer::quoted_name() {
  const std::size_t end = source_.find('`', at_ + 1);
  const std::string_view inside =
      end == std::string_view::npos ? std::string_view() : source_.substr(at_ + 1, end - at_ - 1);
  const bool good = !inside.empty() && std::all_of(inside.begin(), inside.end(), [](char c) {
    return in_name(c) || std::string_view("-./ ").find(c) != std::string_view::npos;
  });
  if (!good) {
    return fail(begin_,
                "'`' starts a member's name, such as a.`content-type`",
                "write strings in single or double quotes");
  }
  at_ = end + 1;
  return finish(Token::Kind::Quoted);
}

std::optional<Token> Lexer::name() {
  while (in_name(peek())) {
    ++at_;
  }
  return finish(Token::Kind::Name);
}

std::optional<Token> Lexer::integer(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, value, base).ec != std::errc()) {
    return fail(begin_, "the number does not fit 64 bits");
  }
  const bool is_unsigned = peek() == 'u' || peek() == 'U';
  at_ += is_unsigned ? 1 : 0;
  if (in_name(peek())) {
    return fail(begin_,
                fmt::format("a number must not be followed by '{}'", peek()),
                "durations are written duration('30s'), other units as strings");
  }
  auto token = finish(Token::Kind::Number);
  token->value = Value(value);
  token->plain_int = !is_unsigned;
  return token;
}

std::optional<Token> Lexer::hexadecimal() {
  at_ += 2;
  const std::size_t start = at_;
  while (is_hex(peek())) {
    ++at_;
  }
  if (at_ == start) {
    return fail(begin_, "0x must be followed by hexadecimal digits");
  }
  return integer(source_.substr(start, at_ - start), 16);
}

std::optional<Token> Lexer::number() {
  if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
    return hexadecimal();
  }
  const auto digits = [this] {
    while (is_digit(peek())) {
      ++at_;
    }
  };
  digits();
  bool fraction = false;
  if (peek() == '.' && is_digit(peek(1))) {
    fraction = true;
    ++at_;
    digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (is_digit(peek(1 + sign))) {
      fraction = true;
      at_ += 1 + sign;
      digits();
    }
  }
  const std::string_view written = source_.substr(begin_, at_ - begin_);
  if (!fraction) {
    return integer(written, 10);
  }
  if (in_name(peek())) {
    return fail(begin_, fmt::format("a number must not be followed by '{}'", peek()));
  }
  double value = 0;
  const std::string padded =
      written.starts_with('.') ? "0" + std::string(written) : std::string(written);
  const bool inside =
      std::from_chars(padded.data(), padded.data() + padded.size(), value).ec == std::errc();
  // What is too small for a double is zero.
  if (!inside && padded.find("e-") == std::string::npos && padded.find("E-") == std::string::npos) {
    return fail(begin_, "the number does not fit a double");
  }
  auto token = finish(Token::Kind::Number);
  token->value = Value(value);
  return token;
}

std::optional<Token> Lexer::text() {
  StringLiteralError error;
  auto literal = read_string(source_.substr(at_), error);
  if (!literal) {
    return fail(begin_ + error.offset, std::move(error.message));
  }
  at_ += literal->length;
  auto token = finish(Token::Kind::Text);
  token->value = std::move(literal->value);
  return token;
}

std::optional<Token> Lexer::symbol() {
  constexpr std::array<std::string_view, 6> kPairs = {"&&", "||", "==", "!=", "<=", ">="};
  constexpr std::string_view kSingles = "+-*/%<>!?:.,()[]{}";
  const std::string_view rest = source_.substr(at_);
  for (const std::string_view pair : kPairs) {
    if (rest.starts_with(pair)) {
      at_ += pair.size();
      return finish(Token::Kind::Symbol);
    }
  }
  for (const Foreign& foreign : kForeign) {
    if (rest.starts_with(foreign.symbol)) {
      return fail(begin_,
                  fmt::format("'{}' is no operator of this language", foreign.symbol),
                  std::string(foreign.hint));
    }
  }
  if (kSingles.find(rest.front()) != std::string_view::npos) {
    ++at_;
    return finish(Token::Kind::Symbol);
  }
  if (rest.starts_with("${")) {
    fail(begin_, "this field takes a bare expression", "leave out '${' and '}'");
    error_.braces = true;
    return std::nullopt;
  }
  const std::string_view character = rest.substr(0, next_character(rest, 0));
  return fail(begin_, fmt::format("unexpected character '{}'", character));
}

}  // namespace cfkops::runbook
