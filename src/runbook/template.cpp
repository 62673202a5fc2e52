#include "check.hpp"
#include "lexer.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/expression.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace cfkops::runbook {

namespace {

/// The bytes of an expression that a '}' closes, the '}' not counted; nothing where none does.
std::optional<std::size_t> closed_length(std::string_view text) {
  Lexer lexer(text);
  int open = 0;
  while (true) {
    const auto token = lexer.next();
    if (!token) {
      // Let the parser say what is wrong with it; it ends where the next '}' is.
      const std::size_t end = text.find('}', lexer.error().offset);
      return end == std::string_view::npos ? std::nullopt : std::optional(end);
    }
    if (token->kind == Token::Kind::End) {
      return std::nullopt;
    }
    if (token->kind != Token::Kind::Symbol) {
      continue;
    }
    if (token->is("}") && open-- == 0) {
      return token->begin;
    }
    open += token->is("{") ? 1 : 0;
  }
}

/// The value at the end of a member chain: null where only the last member is missing, nothing
/// where more is.
std::optional<Value> follow(const std::vector<std::string>& chain, const Bindings& bindings) {
  const auto root = bindings.find(chain.front());
  if (root == bindings.end()) {
    return std::nullopt;
  }
  Value value = root->second;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    const Value* next = value.member(chain[i]);
    if (next == nullptr) {
      const bool last = i + 1 == chain.size() && value.map() != nullptr;
      return last ? std::optional(Value()) : std::nullopt;
    }
    value = Value(*next);
  }
  return value;
}

}  // namespace

Result<Template> Template::parse(std::string_view text, const SourcePos& pos) {
  Template result;
  result.source_ = text;
  result.pos_ = pos;
  std::string literal;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("$${")) {
      literal += "${";
      at += 3;
    } else if (!rest.starts_with("${")) {
      literal += text[at++];
    } else {
      const auto length = closed_length(rest.substr(2));
      if (!length) {
        return error_at(pos, text, at, kSyntax, "'${' is not closed")
            .with_hint("add the missing '}'");
      }
      CFKOPS_ASSIGN(Expression expression,
                    Expression::parse(rest.substr(2, *length), advance(pos, text, at + 2)));
      result.literals_.push_back(std::move(literal));
      literal.clear();
      result.expressions_.push_back(std::move(expression));
      at += 2 + *length + 1;
    }
  }
  result.literals_.push_back(std::move(literal));
  return result;
}

Result<Type> Template::check(const Scope& scope) const {
  const bool single = expressions_.size() == 1 && literals_[0].empty() && literals_[1].empty();
  if (single) {
    return expressions_[0].check_passing(scope);
  }
  for (const Expression& expression : expressions_) {
    CFKOPS_ASSIGN(const Type type, expression.check(scope));
    if (has_secret(type)) {
      return error_at(expression.pos(), {}, 0, kSecretSink, "a secret may not stand inside text")
          .with_hint("pass it on alone, to an argument that takes a secret");
    }
    if (type.kind == Type::Kind::Optional) {
      return error_at(
                 expression.pos(), {}, 0, kTypeMismatch, "an optional may not stand inside text")
          .with_hint("say what to write where there is none: a.?b.orValue('')");
    }
  }
  return Type::of(Type::Kind::String);
}

Result<Value> Template::evaluate(const Bindings& bindings) const {
  const bool single = expressions_.size() == 1 && literals_[0].empty() && literals_[1].empty();
  if (single) {
    const std::vector<std::string> chain = expressions_[0].chain();
    const auto value = chain.empty() ? std::nullopt : follow(chain, bindings);
    return value ? Result<Value>(*value) : expressions_[0].evaluate(bindings);
  }
  std::string text = literals_.empty() ? std::string() : literals_[0];
  for (std::size_t i = 0; i < expressions_.size(); ++i) {
    CFKOPS_ASSIGN(const Value value, expressions_[i].evaluate(bindings));
    if (value.tainted()) {
      return error_at(
          expressions_[i].pos(), {}, 0, kSecretSink, "a secret may not stand inside text");
    }
    text += value.text();
    text += literals_[i + 1];
  }
  return Value(std::move(text));
}

}  // namespace cfkops::runbook
