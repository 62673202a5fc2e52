#include "evaluate.hpp"

#include "functions.hpp"
#include "number.hpp"
#include "price.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::runbook {

namespace {

using ast::Kind;
using ast::Node;
using ast::NodePtr;

/// Walks the tree once. It recurses as deep as the tree, which is at most ast::kMaxDepth.
class Evaluator {
 public:
  Evaluator(const Expression& expression, const Bindings& bindings)
      : expression_(expression),
        bindings_(bindings) {}

  Result<Value> value_of(const Node& node) {
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

 private:
  struct Local {
    const std::string* name;
    Value value;
  };

  [[nodiscard]] Error fail(const Node& node, std::string message) const {
    return error_at(
        expression_.pos(), expression_.source(), node.mark, kTypeMismatch, std::move(message));
  }

  /// Errors: Refused, which nothing absorbs.
  Status spend(int steps, const Node& node) {
    steps_ += steps;
    if (steps_ <= kStepBudget) {
      return {};
    }
    Error error = fail(node, fmt::format("the expression takes more than {} steps", kStepBudget));
    error.code = ErrorCode::Refused;
    return error;
  }

  Result<Value> computed(Computed outcome, const Node& node) {
    if (!outcome) {
      return fail(node, std::move(outcome).error());
    }
    CFKOPS_TRY(spend(price_of_top(*outcome), node));
    return *std::move(outcome);
  }

  Result<Value> name(const Node& node) const {
    const auto local = std::find_if(locals_.rbegin(), locals_.rend(), [&](const Local& known) {
      return *known.name == node.name;
    });
    if (local != locals_.rend()) {
      return local->value;
    }
    const auto found = bindings_.find(node.name);
    return found == bindings_.end()
               ? Result<Value>(fail(node, fmt::format("unknown name '{}'", node.name)))
               : found->second;
  }

  Result<Value> member(const Node& node) {
    CFKOPS_ASSIGN(const Value target, value_of(node.child(0)));
    if (const Value* found = target.member(node.name)) {
      return *found;
    }
    return fail(node,
                target.map() != nullptr
                    ? fmt::format("no such key: '{}'", node.name)
                    : fmt::format("a {} has no member '{}'", target.type_name(), node.name));
  }

  Result<Value> has(const Node& node) {
    CFKOPS_ASSIGN(const Value target, value_of(node.child(0)));
    if (target.map() == nullptr) {
      return fail(node, fmt::format("a {} has no member '{}'", target.type_name(), node.name));
    }
    return Value(target.member(node.name) != nullptr);
  }

  Result<Value> index(const Node& node) {
    CFKOPS_ASSIGN(const Value target, value_of(node.child(0)));
    CFKOPS_ASSIGN(const Value key, value_of(node.child(1)));
    if (key.tainted()) {
      return fail(node, "a secret may not be an index");
    }
    if (const ValueList* items = target.list()) {
      const auto number = whole_number(key);
      if (!number) {
        return fail(node, fmt::format("the index of a list is an int, not {}", key.type_name()));
      }
      const bool inside = *number >= 0 && static_cast<std::size_t>(*number) < items->size();
      return inside
                 ? Result<Value>((*items)[static_cast<std::size_t>(*number)])
                 : fail(node, fmt::format("index out of bounds: {} of {}", *number, items->size()));
    }
    if (target.map() == nullptr) {
      return fail(node, fmt::format("'[]' does not take {}", target.type_name()));
    }
    if (key.list() != nullptr || key.map() != nullptr) {
      return fail(node, fmt::format("the key of a map is a string, not {}", key.type_name()));
    }
    const auto* text = key.as<std::string>();
    const Value* found = text == nullptr ? nullptr : target.member(*text);
    return found != nullptr ? Result<Value>(*found)
                            : fail(node, fmt::format("no such key: '{}'", key.text()));
  }

  Result<Value> list(const Node& node) {
    ValueList items;
    items.reserve(node.children.size());
    for (const NodePtr& child : node.children) {
      CFKOPS_ASSIGN(Value item, value_of(*child));
      items.push_back(std::move(item));
    }
    return Value(std::move(items));
  }

  Result<Value> map(const Node& node) {
    ValueMap members;
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
      CFKOPS_ASSIGN(const Value key, value_of(node.child(i)));
      CFKOPS_ASSIGN(Value value, value_of(node.child(i + 1)));
      const auto* text = key.as<std::string>();
      if (text == nullptr) {
        return fail(node.child(i),
                    fmt::format("the key of a map is a string, not {}", key.type_name()));
      }
      if (!members.emplace(*text, std::move(value)).second) {
        return fail(node.child(i), fmt::format("the key '{}' stands twice", *text));
      }
    }
    return Value(std::move(members));
  }

  Result<Value> unary(const Node& node) {
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

  Result<Value> binary(const Node& node) {
    CFKOPS_ASSIGN(const Value left, value_of(node.child(0)));
    CFKOPS_ASSIGN(const Value right, value_of(node.child(1)));
    CFKOPS_TRY(spend(price_of(node.op, left, right), node));
    return computed(apply(node.op, left, right), node);
  }

  /// && with `decisive` false and || with `decisive` true: one decisive operand settles it,
  /// whatever the errors of the others; without one the first error remains.
  Result<Value> logic(const Node& node, bool decisive) {
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
  std::optional<Result<Value>> judge(Result<Value> operand,
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

  Result<Value> conditional(const Node& node) {
    CFKOPS_ASSIGN(const bool truth, condition(node.child(0)));
    return value_of(node.child(truth ? 1 : 2));
  }

  Result<bool> condition(const Node& node) {
    CFKOPS_ASSIGN(const Value value, value_of(node));
    const auto* truth = value.as<bool>();
    return truth != nullptr ? Result<bool>(*truth)
                            : fail(node, fmt::format("expected a bool, got {}", value.type_name()));
  }

  [[nodiscard]] Error secret(const Node& node, std::string_view what) const {
    return fail(node, fmt::format("{} on a secret: a secret may only be passed on", what));
  }

  Result<Value> call(const Node& node) {
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
      if (function->name != "dyn" && argument.tainted()) {
        return secret(node, node.name + "()");
      }
      arguments.push_back(std::move(argument));
    }
    CFKOPS_TRY(spend(price_of(*function, arguments), node));
    return computed(function->run({arguments, regexes_}), node);
  }

  /// The list a macro runs over: a list itself, of a map its keys.
  Result<Value> range(const Node& node) {
    CFKOPS_ASSIGN(Value target, value_of(node));
    if (target.list() != nullptr) {
      return target;
    }
    const ValueMap* members = target.map();
    if (members == nullptr) {
      return fail(node, fmt::format("expected a list or a map, got {}", target.type_name()));
    }
    CFKOPS_TRY(spend(price_of_top(target), node));
    ValueList keys;
    for (const auto& member : *members) {
      keys.emplace_back(member.first);
    }
    return Value(std::move(keys));
  }

  Result<Value> macro(const Node& node) {
    CFKOPS_ASSIGN(const Value target, range(node.child(0)));
    const ValueList& items = *target.list();
    if (node.name == "all" || node.name == "exists") {
      return quantifier(node, items, node.name == "exists");
    }
    if (node.name == "exists_one") {
      return exists_one(node, items);
    }
    ValueList kept;
    for (const Value& item : items) {
      const Scoped scoped(*this, node, item);
      const bool filters = node.name == "filter" || node.children.size() == 3;
      if (filters) {
        CFKOPS_ASSIGN(const bool wanted, condition(node.child(1)));
        if (!wanted) {
          continue;
        }
      }
      if (node.name == "filter") {
        kept.push_back(item);
        continue;
      }
      CFKOPS_ASSIGN(Value mapped, value_of(*node.children.back()));
      kept.push_back(std::move(mapped));
    }
    return Value(std::move(kept));
  }

  /// all() is && over the elements, exists() is ||.
  Result<Value> quantifier(const Node& node, const ValueList& items, bool decisive) {
    std::optional<Error> error;
    for (const Value& item : items) {
      const Scoped scoped(*this, node, item);
      const auto settled = judge(value_of(node.child(1)), node.child(1), decisive, error);
      if (settled) {
        return *settled;
      }
    }
    return error ? Result<Value>(*std::move(error)) : Value(!decisive);
  }

  Result<Value> exists_one(const Node& node, const ValueList& items) {
    int count = 0;
    for (const Value& item : items) {
      const Scoped scoped(*this, node, item);
      CFKOPS_ASSIGN(const bool truth, condition(node.child(1)));
      count += truth ? 1 : 0;
    }
    return Value(count == 1);
  }

  /// Binds a macro's variable while it lives.
  class Scoped {
   public:
    Scoped(Evaluator& evaluator, const Node& node, const Value& value)
        : evaluator_(evaluator) {
      evaluator_.locals_.push_back({&node.variable, value});
    }

    Scoped(const Scoped&) = delete;
    Scoped& operator=(const Scoped&) = delete;

    ~Scoped() { evaluator_.locals_.pop_back(); }

   private:
    Evaluator& evaluator_;
  };

  const Expression& expression_;
  const Bindings& bindings_;
  std::vector<Local> locals_;
  RegexCache regexes_;
  int steps_ = 0;
};

/// Collects the sub-expressions whose values a reader of a false condition asks for.
class Explainer {
 public:
  Explainer(const Expression& expression, const Bindings& bindings)
      : expression_(expression),
        bindings_(bindings) {}

  void visit(const Node& node) {
    switch (node.kind) {
      case Kind::Literal:
        return;
      case Kind::Name:
      case Kind::Member:
      case Kind::Index:
        return tell(node);
      case Kind::Call:
        return node.children.empty() || !about_names(node) ? visit_children(node) : tell(node);
      case Kind::Macro:
        return visit(node.child(0));
      default:
        return visit_children(node);
    }
  }

  [[nodiscard]] std::string text() const { return base::join(parts_, ", "); }

 private:
  static constexpr std::size_t kMostParts = 8;
  static constexpr std::size_t kMostBytes = 117;
  static constexpr std::uint32_t kMostWeight = 10'000;

  void visit_children(const Node& node) {
    for (const NodePtr& child : node.children) {
      visit(*child);
    }
  }

  /// A call on nothing but names and literals, which is short enough to stand for itself.
  static bool about_names(const Node& node) {
    bool names = false;
    for (const NodePtr& child : node.children) {
      const bool chain = !ast::chain_of(*child).empty();
      if (!chain && child->kind != Kind::Literal) {
        return false;
      }
      names = names || chain;
    }
    return names;
  }

  void tell(const Node& node) {
    const std::string source = expression_.source().substr(node.begin, node.end - node.begin);
    Evaluator evaluator(expression_, bindings_);
    const auto value = evaluator.value_of(node);
    if (!value && ast::chain_of(node).empty()) {
      return visit_children(node);
    }
    std::string part = fmt::format("`{}` {}", source, value ? "= " + shown(*value) : "is missing");
    if (parts_.size() < kMostParts &&
        std::find(parts_.begin(), parts_.end(), part) == parts_.end()) {
      parts_.push_back(std::move(part));
    }
  }

  static std::string shown(const Value& value) {
    if (value.weight() > kMostWeight && (value.list() != nullptr || value.map() != nullptr)) {
      return fmt::format("a large {}", value.type_name());
    }
    const bool quoted = value.as<std::string>() != nullptr;
    return shortened(quoted ? value.to_json().dump() : value.text(), kMostBytes);
  }

  const Expression& expression_;
  const Bindings& bindings_;
  std::vector<std::string> parts_;
};

}  // namespace

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

std::string explain_tree(const Node& root, const Expression& expression, const Bindings& bindings) {
  Explainer explainer(expression, bindings);
  explainer.visit(root);
  return explainer.text();
}

}  // namespace cfkops::runbook
