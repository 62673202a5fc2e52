#pragma once

#include "ast.hpp"
#include "evaluate.hpp"
#include "functions.hpp"
#include "regex.hpp"

#include "cfkops/runbook/expression.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// Walks the tree of an expression once. It recurses as deep as the tree, which is at most
/// ast::kMaxDepth.
class Evaluator {
 public:
  Evaluator(const Expression& expression, const Bindings& bindings);

  /// Errors: as Expression::evaluate, without the values of the parts.
  [[nodiscard]] Result<Value> value_of(const ast::Node& node);

 private:
  struct Local {
    const std::string* name;
    Value value;
  };

  /// Binds the variables of a macro while it lives.
  class Scoped {
   public:
    Scoped(Evaluator& evaluator, const ast::Node& node, const ValueEntry& item);
    Scoped(const Scoped&) = delete;
    Scoped& operator=(const Scoped&) = delete;
    ~Scoped();

   private:
    Evaluator& evaluator_;
    std::size_t before_;
  };

  /// What a macro runs over, as what its two variables hold: positions and elements of a list, keys
  /// and values of a map. The one variable of a macro holds the elements of a list, but the `keys`
  /// of a map, which then stand as values, too.
  class Range {
   public:
    Range(Value target, bool keys);
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] ValueEntry at(std::size_t index) const;

   private:
    Value target_;
    ValueEntries entries_;  ///< of a map
  };

  [[nodiscard]] Error fail(const ast::Node& node, std::string message) const;
  [[nodiscard]] Error secret(const ast::Node& node, std::string_view what) const;
  /// Errors: Refused, which nothing absorbs.
  Status spend(int steps, const ast::Node& node);
  Result<Value> computed(Computed outcome, const ast::Node& node);

  // evaluate_access.cpp
  Result<Value> name(const ast::Node& node) const;
  [[nodiscard]] std::optional<Value> qualified(const ast::Node& node) const;
  [[nodiscard]] const Value* local(const std::string& name) const;
  Result<Value> member(const ast::Node& node);
  Result<Value> has(const ast::Node& node);
  Result<Value> index(const ast::Node& node);
  Result<const Value*> find(const ast::Node& node, const Value& target, const Value& key);
  Result<const Value*> find_element(const ast::Node& node,
                                    const ValueList& items,
                                    const Value& key) const;
  Result<Value> access(const ast::Node& node, const Value& target, const Value& key);
  [[nodiscard]] Error missing(const ast::Node& node, const Value& target, const Value& key) const;
  Result<Value> list(const ast::Node& node);
  Result<Value> map(const ast::Node& node);
  Result<std::optional<Value>> element(const ast::Node& node);

  // evaluate.cpp
  Result<Value> unary(const ast::Node& node);
  Result<Value> binary(const ast::Node& node);
  Result<Value> logic(const ast::Node& node, bool decisive);
  std::optional<Result<Value>> judge(Result<Value> operand,
                                     const ast::Node& node,
                                     bool decisive,
                                     std::optional<Error>& error);
  Result<Value> conditional(const ast::Node& node);
  Result<bool> condition(const ast::Node& node);
  Result<Value> call(const ast::Node& node);

  // evaluate_macro.cpp
  Result<Value> macro(const ast::Node& node);
  Result<Range> range(const ast::Node& node);
  Result<Value> quantifier(const ast::Node& node, const Range& items, bool decisive);
  Result<Value> exists_one(const ast::Node& node, const Range& items);
  Result<Value> transform(const ast::Node& node, const Range& items);
  Result<bool> wanted(const ast::Node& node);
  Result<Value> optional_macro(const ast::Node& node);

  const Expression& expression_;
  const Bindings& bindings_;
  std::vector<Local> locals_;
  RegexCache regexes_;
  int steps_ = 0;
  bool qualified_names_;
};

}  // namespace cfkops::runbook
