#pragma once

#include "cfkops/runbook/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// One word of an expression.
struct Token {
  enum class Kind { End, Name, Quoted, Number, Text, Symbol };

  Kind kind = Kind::End;
  std::string_view text;  ///< as written
  std::size_t begin = 0;  ///< bytes from the start of the expression
  Value value;            ///< of Number (a uint where an int was written, see `plain_int`) and Text
  bool plain_int = false;  ///< an integer without `u`: its sign decides whether it fits

  [[nodiscard]] std::size_t end() const { return begin + text.size(); }

  [[nodiscard]] bool is(std::string_view symbol) const {
    return (kind == Kind::Symbol || kind == Kind::Name) && text == symbol;
  }
};

/// What is wrong with the text at `offset`.
struct LexicalError {
  std::size_t offset = 0;
  std::string message;
  std::string hint;
  bool braces = false;  ///< it is a "${" in a place that takes a bare expression
};

/// Cuts an expression into tokens as CEL's grammar does.
class Lexer {
 public:
  explicit Lexer(std::string_view source)
      : source_(source) {}

  /// The next token; after the last one End, again and again. Nothing where the text is malformed;
  /// see `error`.
  [[nodiscard]] std::optional<Token> next();

  /// Why `next` gave nothing.
  [[nodiscard]] const LexicalError& error() const { return error_; }

 private:
  void skip_space();
  [[nodiscard]] std::optional<Token> name();
  [[nodiscard]] std::optional<Token> quoted_name();
  [[nodiscard]] std::optional<Token> number();
  [[nodiscard]] std::optional<Token> hexadecimal();
  [[nodiscard]] std::optional<Token> integer(std::string_view digits, int base);
  [[nodiscard]] std::optional<Token> text();
  [[nodiscard]] std::optional<Token> symbol();
  [[nodiscard]] std::optional<Token> finish(Token::Kind kind);
  std::nullopt_t fail(std::size_t offset, std::string message, std::string hint = {});

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  LexicalError error_;
};

}  // namespace cfkops::runbook
