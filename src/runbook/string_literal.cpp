#include "string_literal.hpp"

#include "span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// The prefix before the quote: which letters, and how many.
struct Prefix {
  bool raw = false;
  bool bytes = false;
  std::size_t length = 0;
};

Prefix read_prefix(std::string_view text) {
  Prefix prefix;
  if (!text.empty() && (text[0] == 'b' || text[0] == 'B')) {
    prefix.bytes = true;
    prefix.length = 1;
  }
  if (text.size() > prefix.length && (text[prefix.length] == 'r' || text[prefix.length] == 'R')) {
    prefix.raw = true;
    ++prefix.length;
  }
  return prefix;
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/// Reads the body of one literal.
class Reader {
 public:
  Reader(std::string_view text, Prefix prefix, StringLiteralError& error)
      : text_(text),
        prefix_(prefix),
        at_(prefix.length),
        error_(error) {}

  std::optional<StringLiteral> read() {
    quote_ = text_.substr(at_, 1);
    const bool triple = text_.substr(at_, 3) == std::string(3, quote_[0]);
    if (triple) {
      quote_ = text_.substr(at_, 3);
    }
    at_ += quote_.size();
    while (at_ < text_.size() && !text_.substr(at_).starts_with(quote_)) {
      if (!triple && (text_[at_] == '\n' || text_[at_] == '\r')) {
        return fail(0, "the string is not closed on its line");
      }
      if (!(text_[at_] == '\\' && !prefix_.raw ? escape() : plain())) {
        return std::nullopt;
      }
    }
    if (at_ >= text_.size()) {
      return fail(0, fmt::format("the string has no closing {}", quote_));
    }
    at_ += quote_.size();
    Value value = prefix_.bytes ? Value(Bytes{std::move(out_)}) : Value(std::move(out_));
    return StringLiteral{std::move(value), at_};
  }

 private:
  std::nullopt_t fail(std::size_t offset, std::string message) {
    error_ = {offset, std::move(message)};
    return std::nullopt;
  }

  bool plain() {
    out_ += text_[at_++];
    return true;
  }

  bool escape() {
    const std::size_t start = at_++;
    const char c = at_ < text_.size() ? text_[at_++] : '\0';
    constexpr std::string_view kNames = "abfnrtv\\?\"'`";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\?\"'`";
    if (const std::size_t known = kNames.find(c); c != '\0' && known != std::string_view::npos) {
      out_ += kMeanings[known];
      return true;
    }
    if (c == 'x' || c == 'X') {
      return code(start, 2, 16);
    }
    if (c >= '0' && c <= '3') {
      --at_;
      return code(start, 3, 8);
    }
    if (!prefix_.bytes && (c == 'u' || c == 'U')) {
      return code(start, c == 'u' ? 4 : 8, 16);
    }
    const std::size_t end = std::min(next_character(text_, start + 1), text_.size());
    fail(start, fmt::format("unknown escape '{}'", text_.substr(start, end - start)));
    return false;
  }

  bool code(std::size_t start, int digits, int base) {
    char32_t value = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = at_ < text_.size() ? digit_value(text_[at_]) : 99;
      if (digit >= base) {
        fail(start,
             fmt::format(
                 "the escape needs {} {} digits", digits, base == 8 ? "octal" : "hexadecimal"));
        return false;
      }
      value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
      ++at_;
    }
    if (prefix_.bytes) {
      out_ += static_cast<char>(static_cast<unsigned char>(value));
      return true;
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
      fail(start, "the escape names no Unicode character");
      return false;
    }
    append_utf8(out_, value);
    return true;
  }

  std::string_view text_;
  Prefix prefix_;
  std::size_t at_;
  StringLiteralError& error_;
  std::string_view quote_;
  std::string out_;
};

}  // namespace

void append_utf8(std::string& out, char32_t code) {
  const auto byte = [&](char32_t lead, unsigned shift) {
    out += static_cast<char>(static_cast<unsigned char>(lead | ((code >> shift) & 0x3FU)));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    byte(0xC0, 6);
    byte(0x80, 0);
  } else if (code < 0x10000) {
    byte(0xE0, 12);
    byte(0x80, 6);
    byte(0x80, 0);
  } else {
    byte(0xF0, 18);
    byte(0x80, 12);
    byte(0x80, 6);
    byte(0x80, 0);
  }
}

bool starts_string(std::string_view text) {
  const Prefix prefix = read_prefix(text);
  return text.size() > prefix.length && is_quote(text[prefix.length]);
}

std::optional<StringLiteral> read_string(std::string_view text, StringLiteralError& error) {
  return Reader(text, read_prefix(text), error).read();
}

}  // namespace cfkops::runbook
