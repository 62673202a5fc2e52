#include "parser.hpp"

#include "functions.hpp"
#include "lexer.hpp"
#include "macro.hpp"
#include "span.hpp"

#include "cfkops/runbook/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::runbook {

namespace {

using ast::Kind;
using ast::Node;
using ast::NodePtr;
using ast::Operator;

struct BinaryOperator {
  std::string_view symbol;
  Operator op;
};

constexpr std::array<BinaryOperator, 7> kRelations = {{{"==", Operator::Equal},
                                                       {"!=", Operator::NotEqual},
                                                       {"<=", Operator::LessEqual},
                                                       {">=", Operator::GreaterEqual},
                                                       {"<", Operator::Less},
                                                       {">", Operator::Greater},
                                                       {"in", Operator::In}}};
constexpr std::array<BinaryOperator, 2> kSums = {{{"+", Operator::Add}, {"-", Operator::Subtract}}};
constexpr std::array<BinaryOperator, 3> kProducts = {
    {{"*", Operator::Multiply}, {"/", Operator::Divide}, {"%", Operator::Remainder}}};

/// Recursive descent, one function per level of CEL's grammar. The look-ahead is one token,
/// `token_`.
class Parser {
 public:
  Parser(std::string_view source, const SourcePos& pos)
      : source_(source),
        pos_(pos),
        lexer_(source) {}

  Result<NodePtr> parse() {
    CFKOPS_TRY(take());
    if (token_.kind == Token::Kind::End) {
      return fail(0, "expected an expression");
    }
    CFKOPS_ASSIGN(NodePtr node, expression());
    if (token_.kind != Token::Kind::End) {
      return fail(token_.begin, fmt::format("unexpected '{}'{}", token_.text, foreign_word()));
    }
    return node;
  }

 private:
  using Level = Result<NodePtr> (Parser::*)();

  Error fail(std::size_t offset, std::string message) {
    return error_at(pos_, source_, offset, kSyntax, std::move(message));
  }

  /// "and", "or" and "not" deserve a better answer than "unexpected".
  std::string foreign_word() const {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kWords = {
        {{"and", "&&"}, {"or", "||"}, {"not", "!"}}};
    for (const auto& [word, symbol] : kWords) {
      if (token_.text == word) {
        return fmt::format("; write {}", symbol);
      }
    }
    return {};
  }

  Error unexpected(std::string_view wanted) {
    return token_.kind == Token::Kind::End
               ? fail(source_.size(),
                      fmt::format("the expression ends where {} should stand", wanted))
               : fail(token_.begin, fmt::format("expected {}, got '{}'", wanted, token_.text));
  }

  /// Moves on to the next token.
  Status take() {
    last_end_ = token_.end();
    auto next = lexer_.next();
    if (!next) {
      const LexicalError& error = lexer_.error();
      Error said = error_at(pos_,
                            source_,
                            error.offset,
                            error.braces ? kBraces : kSyntax,
                            std::string(error.message));
      return error.hint.empty() ? std::move(said) : std::move(said).with_hint(error.hint);
    }
    token_ = *std::move(next);
    return {};
  }

  Status expect(std::string_view symbol) {
    return token_.is(symbol) ? take() : Status(unexpected(fmt::format("'{}'", symbol)));
  }

  /// Completes a node that began at byte `begin`: it ends where the last token taken ended.
  Result<NodePtr> finish(std::unique_ptr<Node> node, std::size_t begin) {
    node->begin = begin;
    node->end = last_end_;
    for (const NodePtr& child : node->children) {
      node->depth = std::max(node->depth, child->depth + 1);
    }
    if (node->depth > ast::kMaxDepth) {
      return too_deep();
    }
    return NodePtr(std::move(node));
  }

  Error too_deep() {
    return fail(token_.begin,
                fmt::format("the expression is nested deeper than {} levels", ast::kMaxDepth));
  }

  static std::unique_ptr<Node> make(Kind kind, std::size_t mark) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->mark = mark;
    return node;
  }

  Result<NodePtr> expression() {
    if (++nesting_ > ast::kMaxDepth) {
      return too_deep();
    }
    auto node = conditional();
    --nesting_;
    return node;
  }

  Result<NodePtr> conditional() {
    const std::size_t begin = token_.begin;
    CFKOPS_ASSIGN(NodePtr condition, disjunction());
    if (!token_.is("?")) {
      return condition;
    }
    auto node = make(Kind::Conditional, token_.begin);
    CFKOPS_TRY(take());
    CFKOPS_ASSIGN(NodePtr yes, disjunction());
    CFKOPS_TRY(expect(":"));
    CFKOPS_ASSIGN(NodePtr no, expression());
    node->children.push_back(std::move(condition));
    node->children.push_back(std::move(yes));
    node->children.push_back(std::move(no));
    return finish(std::move(node), begin);
  }

  Result<NodePtr> disjunction() { return logic(Kind::Or, "||", &Parser::conjunction); }

  Result<NodePtr> conjunction() { return logic(Kind::And, "&&", &Parser::relation); }

  /// A chain of one short-circuit operator becomes one node, so that long chains are not deep
  /// trees.
  Result<NodePtr> logic(Kind kind, std::string_view symbol, Level operand) {
    const std::size_t begin = token_.begin;
    CFKOPS_ASSIGN(NodePtr first, (this->*operand)());
    if (!token_.is(symbol)) {
      return first;
    }
    auto node = make(kind, token_.begin);
    node->children.push_back(std::move(first));
    while (token_.is(symbol)) {
      CFKOPS_TRY(take());
      CFKOPS_ASSIGN(NodePtr next, (this->*operand)());
      node->children.push_back(std::move(next));
    }
    return finish(std::move(node), begin);
  }

  Result<NodePtr> relation() { return binary(kRelations, &Parser::sum); }

  Result<NodePtr> sum() { return binary(kSums, &Parser::product); }

  Result<NodePtr> product() { return binary(kProducts, &Parser::unary); }

  template <class Operators>
  Result<NodePtr> binary(const Operators& operators, Level operand) {
    const std::size_t begin = token_.begin;
    CFKOPS_ASSIGN(NodePtr left, (this->*operand)());
    while (true) {
      const auto* const found = std::find_if(
          operators.begin(), operators.end(), [&](const auto& op) { return token_.is(op.symbol); });
      if (found == operators.end()) {
        return left;
      }
      auto node = make(Kind::Binary, token_.begin);
      node->op = found->op;
      CFKOPS_TRY(take());
      CFKOPS_ASSIGN(NodePtr right, (this->*operand)());
      node->children.push_back(std::move(left));
      node->children.push_back(std::move(right));
      CFKOPS_ASSIGN(left, finish(std::move(node), begin));
    }
  }

  Result<NodePtr> unary() {
    const Token sign = token_;
    if (!sign.is("!") && !sign.is("-")) {
      return member();
    }
    CFKOPS_TRY(take());
    if (sign.is("-") && token_.kind == Token::Kind::Number) {
      return member(sign.begin);
    }
    if (++nesting_ > ast::kMaxDepth) {
      return too_deep();
    }
    CFKOPS_ASSIGN(NodePtr operand, unary());
    --nesting_;
    auto node = make(sign.is("!") ? Kind::Not : Kind::Negate, sign.begin);
    node->children.push_back(std::move(operand));
    return finish(std::move(node), sign.begin);
  }

  /// A primary and what follows it: .name, .name(…), [index]. With `minus` a sign stood before a
  /// number.
  Result<NodePtr> member(std::optional<std::size_t> minus = {}) {
    const std::size_t begin = minus.value_or(token_.begin);
    CFKOPS_ASSIGN(NodePtr node, minus ? number(*minus, true) : primary());
    while (true) {
      if (token_.is(".")) {
        CFKOPS_ASSIGN(node, selection(std::move(node), begin));
      } else if (token_.is("[")) {
        CFKOPS_ASSIGN(node, index(std::move(node), begin));
      } else {
        return node;
      }
    }
  }

  Result<NodePtr> index(NodePtr target, std::size_t begin) {
    auto node = make(Kind::Index, token_.begin);
    CFKOPS_TRY(take());
    CFKOPS_ASSIGN(node->optional, question());
    CFKOPS_ASSIGN(NodePtr key, expression());
    CFKOPS_TRY(expect("]"));
    node->children.push_back(std::move(target));
    node->children.push_back(std::move(key));
    return finish(std::move(node), begin);
  }

  /// Takes the question mark that makes an access or an element optional, if there is one.
  Result<bool> question() {
    if (!token_.is("?")) {
      return false;
    }
    CFKOPS_TRY(take());
    return true;
  }

  Result<NodePtr> selection(NodePtr target, std::size_t begin) {
    CFKOPS_TRY(take());
    CFKOPS_ASSIGN(const bool optional, question());
    const bool quoted = token_.kind == Token::Kind::Quoted;
    const bool keyword =
        token_.is("in") || token_.is("true") || token_.is("false") || token_.is("null");
    if ((token_.kind != Token::Kind::Name && !quoted) || keyword) {
      return unexpected("a name after '.'");
    }
    auto node = make(Kind::Member, token_.begin);
    node->name = quoted ? token_.text.substr(1, token_.text.size() - 2) : token_.text;
    node->optional = optional;
    node->quoted = quoted;
    CFKOPS_TRY(take());
    node->children.push_back(std::move(target));
    if (!token_.is("(") || optional || quoted) {
      return finish(std::move(node), begin);
    }
    return method(std::move(node), begin);
  }

  /// Turns the member target.name into the call target.name(…): of a macro, of optional.of and its
  /// like, or of a method.
  Result<NodePtr> method(std::unique_ptr<Node> node, std::size_t begin) {
    node->kind = Kind::Call;
    node->method = true;
    const Node& target = node->child(0);
    const std::string full = target.kind == Kind::Name ? target.name + "." + node->name : "";
    if (find_function(full) != nullptr) {
      node->name = full;
      node->method = false;
      node->children.clear();
    }
    CFKOPS_TRY(arguments(*node, ")"));
    if (!is_macro(node->name)) {
      return finish(std::move(node), begin);
    }
    if (auto problem = make_macro(*node)) {
      return fail(problem->offset, std::move(problem->message));
    }
    return finish(std::move(node), begin);
  }

  /// An expression; behind a question mark an element that is left out where it is none.
  Result<NodePtr> element(bool optional) {
    const std::size_t begin = token_.begin;
    CFKOPS_ASSIGN(NodePtr value, expression());
    if (!optional) {
      return value;
    }
    auto node = make(Kind::Maybe, begin);
    node->children.push_back(std::move(value));
    return finish(std::move(node), begin);
  }

  /// Reads "(a, b" up to and with `close` into the node's children.
  Status arguments(Node& node, std::string_view close) {
    CFKOPS_TRY(take());
    while (!token_.is(close)) {
      const bool list = close == "]";
      CFKOPS_ASSIGN(const bool optional, list ? question() : Result<bool>(false));
      CFKOPS_ASSIGN(NodePtr argument, element(optional));
      node.children.push_back(std::move(argument));
      if (!token_.is(",")) {
        break;
      }
      CFKOPS_TRY(take());
      if (close == ")" && token_.is(close)) {
        return unexpected("another argument");
      }
    }
    return expect(close);
  }

  Result<NodePtr> primary() {
    if (token_.kind == Token::Kind::Name) {
      return name();
    }
    if (token_.kind == Token::Kind::Number) {
      return number(token_.begin, false);
    }
    const std::size_t begin = token_.begin;
    if (token_.kind == Token::Kind::Text) {
      return literal(token_.value);
    }
    if (token_.kind == Token::Kind::Quoted) {
      return fail(begin, "a name in backticks stands behind a '.'")
          .with_hint("write strings in single or double quotes");
    }
    if (token_.is("(")) {
      CFKOPS_TRY(take());
      CFKOPS_ASSIGN(NodePtr inner, expression());
      CFKOPS_TRY(expect(")"));
      return inner;
    }
    if (token_.is("[")) {
      auto node = make(Kind::List, begin);
      CFKOPS_TRY(arguments(*node, "]"));
      return finish(std::move(node), begin);
    }
    if (token_.is("{")) {
      return map();
    }
    return token_.is(".") ? absolute_name() : unexpected("a value");
  }

  Result<NodePtr> map() {
    const std::size_t begin = token_.begin;
    auto node = make(Kind::Map, begin);
    CFKOPS_TRY(take());
    while (!token_.is("}")) {
      CFKOPS_ASSIGN(const bool optional, question());
      CFKOPS_ASSIGN(NodePtr key, expression());
      CFKOPS_TRY(expect(":"));
      CFKOPS_ASSIGN(NodePtr value, element(optional));
      node->children.push_back(std::move(key));
      node->children.push_back(std::move(value));
      if (!token_.is(",")) {
        break;
      }
      CFKOPS_TRY(take());
    }
    CFKOPS_TRY(expect("}"));
    return finish(std::move(node), begin);
  }

  Result<NodePtr> name() {
    const Token word = token_;
    if (word.is("true") || word.is("false")) {
      return literal(Value(word.is("true")));
    }
    if (word.is("null")) {
      return literal(Value());
    }
    if (is_reserved(word.text)) {
      return fail(word.begin, fmt::format("'{}' is a reserved word", word.text));
    }
    CFKOPS_TRY(take());
    if (token_.is("(")) {
      return call(word);
    }
    if (token_.is("{")) {
      return fail(token_.begin, "objects cannot be constructed; a map is {'key': value}");
    }
    auto node = make(Kind::Name, word.begin);
    node->name = word.text;
    return finish(std::move(node), word.begin);
  }

  /// ".a": a name that no variable of a macro hides.
  Result<NodePtr> absolute_name() {
    const std::size_t begin = token_.begin;
    CFKOPS_TRY(take());
    if (token_.kind != Token::Kind::Name || is_reserved(token_.text)) {
      return unexpected("a name after '.'");
    }
    auto node = make(Kind::Name, token_.begin);
    node->name = token_.text;
    node->absolute = true;
    CFKOPS_TRY(take());
    return finish(std::move(node), begin);
  }

  Result<NodePtr> call(const Token& word) {
    auto node = make(Kind::Call, word.begin);
    node->name = word.text;
    CFKOPS_TRY(arguments(*node, ")"));
    if (word.text != "has") {
      return finish(std::move(node), word.begin);
    }
    if (node->children.size() != 1 || node->child(0).kind != Kind::Member ||
        node->child(0).optional) {
      return fail(word.begin, "has() asks for one member: has(a.b)");
    }
    // The member node itself goes; what it selects from stays.
    const NodePtr member = std::move(node->children.front());
    node->kind = Kind::Has;
    node->name = member->name;
    node->mark = member->mark;
    node->children = std::move(member->children);
    return finish(std::move(node), word.begin);
  }

  Result<NodePtr> literal(Value value) {
    const std::size_t begin = token_.begin;
    auto node = make(Kind::Literal, begin);
    node->value = std::move(value);
    CFKOPS_TRY(take());
    return finish(std::move(node), begin);
  }

  /// The number at the look-ahead, with the sign that stood before it at `begin`.
  Result<NodePtr> number(std::size_t begin, bool negative) {
    constexpr std::uint64_t kTwo63 = std::uint64_t{1} << 63U;
    auto node = make(Kind::Literal, begin);
    node->value = token_.value;
    if (const auto* magnitude = token_.value.as<std::uint64_t>()) {
      if (token_.plain_int && *magnitude > kTwo63 - (negative ? 0 : 1)) {
        return fail(begin, "the integer does not fit 64 bits");
      }
      if (!token_.plain_int && negative) {
        return fail(begin, "an unsigned integer has no sign");
      }
      if (token_.plain_int) {
        node->value = Value(static_cast<std::int64_t>(negative ? 0 - *magnitude : *magnitude));
      }
    } else if (negative) {
      node->value = Value(-*token_.value.as<double>());
    }
    CFKOPS_TRY(take());
    return finish(std::move(node), begin);
  }

  std::string_view source_;
  const SourcePos& pos_;
  Lexer lexer_;
  Token token_;
  std::size_t last_end_ = 0;
  int nesting_ = 0;
};

}  // namespace

Result<NodePtr> parse_expression(std::string_view source, const SourcePos& pos) {
  if (source.size() > kMaxExpression) {
    return error_at(
        pos, source, 0, kSyntax, fmt::format("an expression has at most {} bytes", kMaxExpression));
  }
  return Parser(source, pos).parse();
}

}  // namespace cfkops::runbook
