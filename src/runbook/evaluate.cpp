#include "evaluate.hpp"

#include "evaluator.hpp"
#include "names.hpp"
#include "price.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::runbook {

using ast::Kind;
using ast::Node;
using ast::NodePtr;

Evaluator::Evaluator(const Expression& expression, const Bindings& bindings)
    : expression_(expression),
      bindings_(bindings),
      qualified_names_(has_qualified(bindings)) {}

Result<Value> Evaluator::value_of(const Node& node) {
  CFKOPS_TRY(spend(1, node));
  switch (node.kind) {
    case Kind::Literal:
      return node.value;
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
      return value_of(node.child(0));
    case Kind::Negate:
    case Kind::Not:
      return unary(node);
    case Kind::Binary:
      return binary(node);
    case Kind::And:
      return logic(node, false);
    case Kind::Or:
      return logic(node, true);
    case Kind::Conditional:
      return conditional(node);
    case Kind::Call:
      return call(node);
    case Kind::Macro:
      return macro(node);
  }
  return fail(node, "unknown kind of expression");
}

Error Evaluator::fail(const Node& node, std::string message) const {
  return error_at(
      expression_.pos(), expression_.source(), node.mark, kTypeMismatch, std::move(message));
}

Error Evaluator::secret(const Node& node, std::string_view what) const {
  return fail(node, fmt::format("{} on a secret: a secret may only be passed on", what));
}

Status Evaluator::spend(int steps, const Node& node) {
  steps_ += steps;
  if (steps_ <= kStepBudget) {
    return {};
  }
  Error error = fail(node, fmt::format("the expression takes more than {} steps", kStepBudget));
  error.code = ErrorCode::Refused;
  return error;
}

Result<Value> Evaluator::computed(Computed outcome, const Node& node) {
  if (!outcome) {
    return fail(node, std::move(outcome).error());
  }
  CFKOPS_TRY(spend(price_of_top(*outcome), node));
  return *std::move(outcome);
}

Result<Value> Evaluator::unary(const Node& node) {
  CFKOPS_ASSIGN(const Value operand, value_of(node.child(0)));
  if (operand.tainted()) {
    return secret(node, node.kind == Kind::Not ? "'!'" : "'-'");
  }
  if (node.kind == Kind::Negate) {
    return computed(negate(operand), node);
  }
  const auto* truth = operand.as<bool>();
  return truth != nullptr ? Result<Value>(Value(!*truth))
                          : fail(node, fmt::format("'!' does not take {}", operand.type_name()));
}

Result<Value> Evaluator::binary(const Node& node) {
  CFKOPS_ASSIGN(const Value left, value_of(node.child(0)));
  CFKOPS_ASSIGN(const Value right, value_of(node.child(1)));
  CFKOPS_TRY(spend(price_of(node.op, left, right), node));
  return computed(apply(node.op, left, right), node);
}

/// && with `decisive` false and || with `decisive` true: one decisive operand settles it,
/// whatever the errors of the others; without one the first error remains.
Result<Value> Evaluator::logic(const Node& node, bool decisive) {
  std::optional<Error> error;
  for (const NodePtr& child : node.children) {
    const auto settled = judge(value_of(*child), *child, decisive, error);
    if (settled) {
      return *settled;
    }
  }
  return error ? Result<Value>(*std::move(error)) : Value(!decisive);
}

/// One operand of a chain: the chain's result if it settles it; an error is kept in `error`.
std::optional<Result<Value>> Evaluator::judge(Result<Value> operand,
                                              const Node& node,
                                              bool decisive,
                                              std::optional<Error>& error) {
  if (!operand && operand.error().code == ErrorCode::Refused) {
    return operand;
  }
  if (operand) {
    const auto* truth = operand->as<bool>();
    if (truth != nullptr) {
      return *truth == decisive ? std::optional(Result<Value>(Value(decisive))) : std::nullopt;
    }
    operand = fail(node, fmt::format("expected a bool, got {}", operand->type_name()));
  }
  if (!error) {
    error = std::move(operand).error();
  }
  return std::nullopt;
}

Result<Value> Evaluator::conditional(const Node& node) {
  CFKOPS_ASSIGN(const bool truth, condition(node.child(0)));
  return value_of(node.child(truth ? 1 : 2));
}

Result<bool> Evaluator::condition(const Node& node) {
  CFKOPS_ASSIGN(const Value value, value_of(node));
  const auto* truth = value.as<bool>();
  return truth != nullptr ? Result<bool>(*truth)
                          : fail(node, fmt::format("expected a bool, got {}", value.type_name()));
}

Result<Value> Evaluator::call(const Node& node) {
  const Function* function = find_function(node.name);
  if (function == nullptr || !(node.method ? function->method : function->global)) {
    return fail(node, fmt::format("unknown function '{}'", node.name));
  }
  if (node.children.size() < function->least || node.children.size() > function->most) {
    return fail(node, fmt::format("{}: write {}", node.name, function->signature));
  }
  std::vector<Value> arguments;
  for (const NodePtr& child : node.children) {
    CFKOPS_ASSIGN(Value argument, value_of(*child));
    if (!function->passes_on && argument.tainted()) {
      return secret(node, node.name + "()");
    }
    arguments.push_back(std::move(argument));
  }
  CFKOPS_TRY(spend(price_of(*function, arguments), node));
  return computed(function->run({arguments, regexes_}), node);
}

Result<Value> evaluate_tree(const Node& root,
                            const Expression& expression,
                            const Bindings& bindings) {
  auto value = Evaluator(expression, bindings).value_of(root);
  if (value && value->weight() > kMaxWeight) {
    Error error = error_at(expression.pos(),
                           expression.source(),
                           root.mark,
                           kTypeMismatch,
                           fmt::format("its value has more than {} pieces", kMaxWeight));
    error.code = ErrorCode::Refused;
    return error;
  }
  if (value) {
    return value;
  }
  const std::string values = explain_tree(root, expression, bindings);
  return values.empty() ? std::move(value).error()
                        : std::move(value).error().with_hint("where " + values);
}

}  // namespace cfkops::runbook
