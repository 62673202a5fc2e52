#include "check.hpp"

#include "checker.hpp"
#include "functions.hpp"
#include "names.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::runbook {

using ast::Kind;
using ast::Node;
using ast::NodePtr;

namespace {

/// Whether a key of a map may have that type.
bool is_key(const Type& type) {
  switch (type.kind) {
    case Type::Kind::Any:
    case Type::Kind::Bool:
    case Type::Kind::Int:
    case Type::Kind::Uint:
    case Type::Kind::String:
    case Type::Kind::Enum:
      return true;
    default:
      return false;
  }
}

}  // namespace

Checker::Checker(const Expression& expression, const Scope& scope)
    : expression_(expression),
      scope_(scope),
      qualified_names_(has_qualified(scope)) {}

Result<Type> Checker::type_of(const Node& node) {
  switch (node.kind) {
    case Kind::Literal:
      return type_of_value(node.value);
    case Kind::Name:
      return name(node);
    case Kind::Member:
      return member(node);
    case Kind::Has:
      return has(node);
    case Kind::Index:
      return index(node);
    case Kind::List:
      return list(node);
    case Kind::Map:
      return map(node);
    case Kind::Maybe:
      return element(node);
    case Kind::Negate:
    case Kind::Not:
      return unary(node);
    case Kind::Binary:
      return binary(node);
    case Kind::And:
    case Kind::Or:
      return logic(node);
    case Kind::Conditional:
      return conditional(node);
    case Kind::Call:
      return call(node);
    case Kind::Macro:
      return macro(node);
  }
  return Type();
}

Error Checker::fail(const Node& node, std::string_view code, std::string message) const {
  return error_at(expression_.pos(), expression_.source(), node.mark, code, std::move(message));
}

Result<Type> Checker::computed(tl::expected<Type, std::string> outcome, const Node& node) const {
  if (!outcome) {
    return fail(node, kTypeMismatch, std::move(outcome).error());
  }
  return *std::move(outcome);
}

Error Checker::unknown(const Node& node, std::string message, const Chain& chain) const {
  Error error = fail(node, kUnknownName, std::move(message));
  error.causes.push_back({"unknown", base::join(chain, "."), {}});
  return error;
}

Result<Type> Checker::list(const Node& node) {
  if (node.children.empty()) {
    return Type::list_of(Type());
  }
  CFKOPS_ASSIGN(Type common, type_of(node.child(0)));
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    CFKOPS_ASSIGN(const Type type, type_of(node.child(i)));
    common = common_type(common, type);
  }
  return Type::list_of(std::move(common));
}

/// ?value: what it holds.
Result<Type> Checker::element(const Node& node) {
  CFKOPS_ASSIGN(const Type type, type_of(node.child(0)));
  if (type.kind == Type::Kind::Optional || type.kind == Type::Kind::Any) {
    return type.element();
  }
  return fail(node, kTypeMismatch, fmt::format("'?' takes an optional, got {}", type.text()));
}

Result<Type> Checker::map(const Node& node) {
  Type keys;
  Type values;
  for (std::size_t i = 0; i < node.children.size(); i += 2) {
    CFKOPS_ASSIGN(const Type key, type_of(node.child(i)));
    CFKOPS_ASSIGN(const Type value, type_of(node.child(i + 1)));
    if (!is_key(key)) {
      return fail(node.child(i),
                  kTypeMismatch,
                  fmt::format("the key of a map is a string, a bool, an int or a uint, not {}",
                              key.text()));
    }
    keys = i == 0 ? key : common_type(keys, key);
    values = i == 0 ? value : common_type(values, value);
  }
  return Type::map_of(std::move(values), std::move(keys));
}

Result<Type> Checker::unary(const Node& node) {
  CFKOPS_ASSIGN(const Type type, type_of(node.child(0)));
  const bool negates = node.kind == Kind::Negate;
  const bool fits = negates ? type.kind == Type::Kind::Int || type.kind == Type::Kind::Double
                            : type.kind == Type::Kind::Bool;
  if (!fits && type.kind != Type::Kind::Any) {
    return fail(node,
                kTypeMismatch,
                fmt::format("'{}' does not take {}", negates ? "-" : "!", type.text()));
  }
  return negates ? type : Type::of(Type::Kind::Bool);
}

Result<Type> Checker::binary(const Node& node) {
  CFKOPS_ASSIGN(const Type left, type_of(node.child(0)));
  CFKOPS_ASSIGN(const Type right, type_of(node.child(1)));
  if (node.op == ast::Operator::Equal || node.op == ast::Operator::NotEqual) {
    CFKOPS_TRY(one_of(left, node.child(1)));
    CFKOPS_TRY(one_of(right, node.child(0)));
  }
  return computed(check_operator(node.op, left, right), node);
}

/// A literal compared to an enum must be one of its names.
Status Checker::one_of(const Type& type, const Node& literal) const {
  const auto* text = literal.value.as<std::string>();
  const std::vector<std::string>& names = type.names;
  if (type.kind != Type::Kind::Enum || names.empty() || literal.kind != Kind::Literal ||
      text == nullptr || std::find(names.begin(), names.end(), *text) != names.end()) {
    return {};
  }
  return fail(literal,
              kTypeMismatch,
              fmt::format("'{}' is none of {}{}",
                          *text,
                          base::join(names, ", "),
                          base::did_you_mean(*text, names)));
}

/// A bool, or what may be one.
Status Checker::condition(const Node& node) {
  CFKOPS_ASSIGN(const Type type, type_of(node));
  if (type.kind == Type::Kind::Bool || type.kind == Type::Kind::Any) {
    return {};
  }
  return fail(node, kTypeMismatch, fmt::format("expected a bool, got {}", type.text()));
}

/// What has() proves in one operand holds in those after it.
Result<Type> Checker::logic(const Node& node) {
  const std::size_t before = proven_.size();
  for (const NodePtr& child : node.children) {
    CFKOPS_TRY(condition(*child));
    assume(*child, node.kind == Kind::And);
  }
  proven_.resize(before);
  return Type::of(Type::Kind::Bool);
}

Result<Type> Checker::conditional(const Node& node) {
  CFKOPS_TRY(condition(node.child(0)));
  const std::size_t before = proven_.size();
  assume(node.child(0), true);
  CFKOPS_ASSIGN(const Type yes, type_of(node.child(1)));
  proven_.resize(before);
  assume(node.child(0), false);
  CFKOPS_ASSIGN(const Type no, type_of(node.child(2)));
  proven_.resize(before);
  return common_type(yes, no);
}

void Checker::assume(const Node& condition, bool truth) {
  for (std::vector<std::string>& chain : ast::proven_chains(condition, truth)) {
    proven_.push_back(std::move(chain));
  }
}

Result<Type> Checker::call(const Node& node) {
  std::vector<Type> arguments;
  for (const NodePtr& child : node.children) {
    CFKOPS_ASSIGN(Type type, type_of(*child));
    arguments.push_back(std::move(type));
  }
  CFKOPS_ASSIGN(Type result, computed(check_call(node, arguments), node));
  CFKOPS_TRY(constant(node));
  return result;
}

/// A call on nothing but literals is tried at once: duration('30x') and a bad pattern need no run
/// to be found.
Status Checker::constant(const Node& node) const {
  const bool regex = node.name == "matches" || node.name == "find" || node.name == "findAll";
  if (regex && node.children.size() >= 2 && node.child(1).kind == Kind::Literal) {
    const auto* pattern = node.child(1).value.as<std::string>();
    if (const auto problem = pattern == nullptr ? std::nullopt : regex_problem(*pattern)) {
      return fail(
          node.child(1), kBadRegex, fmt::format("RE2 cannot compile this pattern: {}", *problem));
    }
  }
  std::vector<Value> arguments;
  for (const NodePtr& child : node.children) {
    if (child->kind != Kind::Literal) {
      return {};
    }
    arguments.push_back(child->value);
  }
  RegexCache regexes;
  const Computed value = find_function(node.name)->run({arguments, regexes});
  return value ? Status() : fail(node, kTypeMismatch, value.error());
}

Type type_of_value(const Value& value) {
  if (value.entries() != nullptr) {
    return Type::map_of(Type(), Type());
  }
  constexpr std::array<Type::Kind, std::variant_size_v<Value::Data>> kKinds = {
      Type::Kind::Null,
      Type::Kind::Bool,
      Type::Kind::Int,
      Type::Kind::Uint,
      Type::Kind::Double,
      Type::Kind::String,
      Type::Kind::Bytes,
      Type::Kind::Duration,
      Type::Kind::Timestamp,
      Type::Kind::List,
      Type::Kind::Map,
      Type::Kind::Secret,
      Type::Kind::Duration,
      Type::Kind::Timestamp,
      Type::Kind::Map,
      Type::Kind::TypeType,
      Type::Kind::Optional,
      Type::Kind::Quantity,
      Type::Kind::Semver};
  return Type::of(kKinds[value.data().index()]);
}

Result<Type> check_tree(const Node& root,
                        const Expression& expression,
                        const Scope& scope,
                        Missing missing) {
  Checker checker(expression, scope);
  if (missing == Missing::PassedOn) {
    checker.pass_on(&root);
  }
  return checker.type_of(root);
}

}  // namespace cfkops::runbook
