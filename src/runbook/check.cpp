#include "check.hpp"

#include "functions.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::runbook {

namespace {

using ast::Kind;
using ast::Node;
using ast::NodePtr;
using Chain = std::vector<std::string>;

Type bool_type() {
  return Type::of(Type::Kind::Bool);
}

Type string_type() {
  return Type::of(Type::Kind::String);
}

bool is_any(const Type& type) {
  return type.kind == Type::Kind::Any;
}

/// Walks the tree once, as deep as it is.
class Checker {
 public:
  Checker(const Expression& expression, const Scope& scope)
      : expression_(expression),
        scope_(scope) {}

  /// The chain that may be missing: the whole expression.
  void pass_on(const Node* node) { passed_on_ = node; }

  Result<Type> type_of(const Node& node) {
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

 private:
  [[nodiscard]] Error fail(const Node& node, std::string_view code, std::string message) const {
    return error_at(expression_.pos(), expression_.source(), node.mark, code, std::move(message));
  }

  Result<Type> computed(tl::expected<Type, std::string> outcome, const Node& node) const {
    if (!outcome) {
      return fail(node, kTypeMismatch, std::move(outcome).error());
    }
    return *std::move(outcome);
  }

  [[nodiscard]] Error unknown(const Node& node, std::string message, const Chain& chain) const {
    Error error = fail(node, kUnknownName, std::move(message));
    error.causes.push_back({"unknown", base::join(chain, "."), {}});
    return error;
  }

  Result<Type> name(const Node& node) {
    const auto local = std::find_if(locals_.rbegin(), locals_.rend(), [&](const auto& known) {
      return known.first == node.name;
    });
    if (local != locals_.rend()) {
      return local->second;
    }
    const auto found = scope_.find(node.name);
    if (found != scope_.end()) {
      return present(node, found->second);
    }
    std::vector<std::string> names;
    for (const auto& known : scope_) {
      names.push_back(known.first);
    }
    return unknown(
        node,
        fmt::format("unknown name '{}'{}", node.name, base::did_you_mean(node.name, names)),
        {node.name});
  }

  /// `type` where the chain is known to be there; otherwise an error.
  Result<Type> present(const Node& node, Type type) const {
    if (!type.maybe_missing || &node == passed_on_) {
      return type;
    }
    type.maybe_missing = false;
    const Chain chain = ast::chain_of(node);
    if (std::find(proven_.begin(), proven_.end(), chain) != proven_.end()) {
      return type;
    }
    const std::string text = base::join(chain, ".");
    return fail(node, kMaybeMissing, fmt::format("'{}' may be missing", text))
        .with_hint(chain.size() < 2 ? std::string()
                                    : fmt::format("write has({}) ? {} : …", text, text));
  }

  /// The type of the member `name` of `target`, `maybe_missing` where it is.
  Result<Type> field(const Node& node, const std::string& name, const Type& target) const {
    switch (target.kind) {
      case Type::Kind::Any:
        return Type();
      case Type::Kind::Map:
        return target.element();
      case Type::Kind::Ref:
        if (name == "kind" || name == "namespace" || name == "name" || name == "uid") {
          return string_type();
        }
        return unknown_field(node, name, {"kind", "namespace", "name", "uid"});
      case Type::Kind::Object:
        break;
      default:
        return fail(node, kTypeMismatch, fmt::format("{} has no member '{}'", target.text(), name));
    }
    if (const Type::Field* found = target.field(name)) {
      return found->type;
    }
    std::vector<std::string> names;
    for (const Type::Field& known : target.fields) {
      names.push_back(known.name);
    }
    return unknown_field(node, name, names);
  }

  [[nodiscard]] Error unknown_field(const Node& node,
                                    const std::string& name,
                                    const std::vector<std::string>& known) const {
    Chain chain = ast::chain_of(node.child(0));
    const std::string owner = chain.empty() ? "it" : "'" + base::join(chain, ".") + "'";
    chain.push_back(name);
    std::string list = known.empty() ? "nothing" : base::enumerate(known, 8);
    return unknown(node,
                   fmt::format("{} has no '{}'{}", owner, name, base::did_you_mean(name, known)),
                   chain)
        .with_hint(fmt::format("{} has {}", owner, list));
  }

  Result<Type> member(const Node& node) {
    CFKOPS_ASSIGN(const Type target, type_of(node.child(0)));
    CFKOPS_ASSIGN(Type type, field(node, node.name, target));
    return present(node, std::move(type));
  }

  Result<Type> has(const Node& node) {
    CFKOPS_ASSIGN(const Type target, type_of(node.child(0)));
    CFKOPS_TRY(field(node, node.name, target));
    return bool_type();
  }

  Result<Type> index(const Node& node) {
    CFKOPS_ASSIGN(const Type target, type_of(node.child(0)));
    CFKOPS_ASSIGN(const Type key, type_of(node.child(1)));
    const bool number = key.kind == Type::Kind::Int || key.kind == Type::Kind::Uint ||
                        key.kind == Type::Kind::Double || is_any(key);
    const bool text = key.kind == Type::Kind::String || key.kind == Type::Kind::Enum || is_any(key);
    switch (target.kind) {
      case Type::Kind::Any:
        return Type();
      case Type::Kind::List:
        return number ? Result<Type>(target.element()) : bad_index(node, target, key);
      case Type::Kind::Map:
        return text ? Result<Type>(target.element()) : bad_index(node, target, key);
      case Type::Kind::Object:
      case Type::Kind::Ref:
        return text ? some_field(node, target) : bad_index(node, target, key);
      default:
        return bad_index(node, target, key);
    }
  }

  /// target[key]: a literal key is a member like any other; which one another key will name is not
  /// known, but what may be a secret is treated as one.
  Result<Type> some_field(const Node& node, const Type& target) const {
    if (const std::string* name = ast::member_name(node)) {
      CFKOPS_ASSIGN(Type type, field(node, *name, target));
      return present(node, std::move(type));
    }
    return has_secret(target) ? Type::of(Type::Kind::Secret) : Type();
  }

  [[nodiscard]] Error bad_index(const Node& node, const Type& target, const Type& key) const {
    return fail(
        node, kTypeMismatch, fmt::format("{} cannot be indexed by {}", target.text(), key.text()));
  }

  Result<Type> list(const Node& node) {
    if (node.children.empty()) {
      return Type::list_of(Type());
    }
    CFKOPS_ASSIGN(Type element, type_of(node.child(0)));
    for (std::size_t i = 1; i < node.children.size(); ++i) {
      CFKOPS_ASSIGN(const Type type, type_of(node.child(i)));
      element = common_type(element, type);
    }
    return Type::list_of(std::move(element));
  }

  Result<Type> map(const Node& node) {
    Type element;
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
      CFKOPS_ASSIGN(const Type key, type_of(node.child(i)));
      CFKOPS_ASSIGN(const Type value, type_of(node.child(i + 1)));
      if (key.kind != Type::Kind::String && key.kind != Type::Kind::Enum && !is_any(key)) {
        return fail(node.child(i),
                    kTypeMismatch,
                    fmt::format("the key of a map is a string, not {}", key.text()));
      }
      element = i == 0 ? value : common_type(element, value);
    }
    return Type::map_of(std::move(element));
  }

  Result<Type> unary(const Node& node) {
    CFKOPS_ASSIGN(const Type type, type_of(node.child(0)));
    const bool negates = node.kind == Kind::Negate;
    const bool fits = negates ? type.kind == Type::Kind::Int || type.kind == Type::Kind::Double
                              : type.kind == Type::Kind::Bool;
    if (!fits && !is_any(type)) {
      return fail(node,
                  kTypeMismatch,
                  fmt::format("'{}' does not take {}", negates ? "-" : "!", type.text()));
    }
    return negates ? type : bool_type();
  }

  Result<Type> binary(const Node& node) {
    CFKOPS_ASSIGN(const Type left, type_of(node.child(0)));
    CFKOPS_ASSIGN(const Type right, type_of(node.child(1)));
    if (node.op == ast::Operator::Equal || node.op == ast::Operator::NotEqual) {
      CFKOPS_TRY(one_of(left, node.child(1)));
      CFKOPS_TRY(one_of(right, node.child(0)));
    }
    return computed(check_operator(node.op, left, right), node);
  }

  /// A literal compared to an enum must be one of its names.
  Status one_of(const Type& type, const Node& literal) const {
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
  Status condition(const Node& node) {
    CFKOPS_ASSIGN(const Type type, type_of(node));
    if (type.kind == Type::Kind::Bool || is_any(type)) {
      return {};
    }
    return fail(node, kTypeMismatch, fmt::format("expected a bool, got {}", type.text()));
  }

  /// What has() proves in one operand holds in those after it.
  Result<Type> logic(const Node& node) {
    const std::size_t before = proven_.size();
    for (const NodePtr& child : node.children) {
      CFKOPS_TRY(condition(*child));
      assume(*child, node.kind == Kind::And);
    }
    proven_.resize(before);
    return bool_type();
  }

  Result<Type> conditional(const Node& node) {
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

  void assume(const Node& condition, bool truth) {
    for (Chain& chain : ast::proven_chains(condition, truth)) {
      proven_.push_back(std::move(chain));
    }
  }

  Result<Type> call(const Node& node) {
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
  Status constant(const Node& node) const {
    if (node.name == "matches" && node.children.size() == 2 &&
        node.child(1).kind == Kind::Literal) {
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

  Result<Type> macro(const Node& node) {
    CFKOPS_ASSIGN(const Type range, type_of(node.child(0)));
    Type item = string_type();
    switch (range.kind) {
      case Type::Kind::Any:
        item = Type();
        break;
      case Type::Kind::List:
        item = range.element();
        break;
      case Type::Kind::Map:
      case Type::Kind::Object:
        break;
      default:
        return fail(node,
                    kTypeMismatch,
                    fmt::format("{}() needs a list or a map, got {}", node.name, range.text()));
    }
    locals_.emplace_back(node.variable, item);
    auto type = body(node, item);
    locals_.pop_back();
    return type;
  }

  Result<Type> body(const Node& node, const Type& item) {
    if (node.name != "map") {
      CFKOPS_TRY(condition(node.child(1)));
      return node.name == "filter" ? Type::list_of(item) : bool_type();
    }
    if (node.children.size() == 3) {
      CFKOPS_TRY(condition(node.child(1)));
    }
    CFKOPS_ASSIGN(Type element, type_of(*node.children.back()));
    return Type::list_of(std::move(element));
  }

  const Expression& expression_;
  const Scope& scope_;
  const Node* passed_on_ = nullptr;
  std::vector<std::pair<std::string, Type>> locals_;
  std::vector<Chain> proven_;
};

}  // namespace

Type type_of_value(const Value& value) {
  constexpr std::array<Type::Kind, 12> kKinds = {Type::Kind::Null,
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
                                                 Type::Kind::Secret};
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
