#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/base/source_pos.hpp"
#include "cfkops/runbook/type.hpp"
#include "cfkops/runbook/value.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

namespace ast {
struct Node;
}  // namespace ast

/// The names an expression may use, with their types.
using Scope = std::map<std::string, Type, std::less<>>;

/// The same names with their values at run time.
using Bindings = std::map<std::string, Value, std::less<>>;

/// A parsed expression of the CEL subset (docs/expressions.md): total, free of side effects,
/// bounded. A value; copies share the tree.
class Expression {
 public:
  Expression() = default;

  /// Errors: InvalidInput at the offending character; `pos` is where the source's first character
  /// stands.
  [[nodiscard]] static Result<Expression> parse(std::string_view source, const SourcePos& pos);

  /// The same expression in a container, CEL's namespace: in "a.b" the name x is a.b.x, a.x or x,
  /// whichever is there first.
  [[nodiscard]] Expression within(std::string container) const;

  /// The same expression where another runbook includes the one that it is of, by the step of that
  /// id: `params` is "<step>/params", a name that nobody can write, steps.x is steps.<step>_x and
  /// checks.x is checks.<step>_x. Source and places stay as they are written. What the runbook has
  /// included itself is renamed likewise.
  [[nodiscard]] Expression included_by(const std::string& step) const;

  /// It uses `steps` or `checks` as a whole and not one of their members, so that it means
  /// something else in a runbook that includes its own.
  [[nodiscard]] bool takes_all_steps() const;

  /// The container; "" is none.
  [[nodiscard]] const std::string& container() const { return container_; }

  /// The static type under `scope`. Errors: InvalidInput: unknown name (did-you-mean), wrong
  /// operand types, use of what may be missing; positions point into the runbook.
  [[nodiscard]] Result<Type> check(const Scope& scope) const;

  /// The same, but an expression that is nothing but a member chain which may be missing has that
  /// chain's type, `maybe_missing` set: for a place that can be left empty, such as an optional
  /// argument.
  [[nodiscard]] Result<Type> check_passing(const Scope& scope) const;

  /// CEL semantics: short circuits absorb errors, integers overflow to errors. Errors: InvalidInput
  /// with the values of the sub-expressions; Refused where the step budget (100,000) is exceeded.
  [[nodiscard]] Result<Value> evaluate(const Bindings& bindings) const;

  /// "`min(isr)` = 1, `settle` = 30s": the values of the names and member chains in it, for
  /// messages about a false condition. Secrets read "***".
  [[nodiscard]] std::string explain(const Bindings& bindings) const;

  /// The root names it uses, each once.
  [[nodiscard]] std::vector<std::string> names() const;

  /// The member chains it uses from a root, e.g. {"steps", "roll", "restarted"}.
  [[nodiscard]] std::vector<std::vector<std::string>> chains() const;

  /// The member chain it is as a whole, {"params", "target"}; empty where it is anything else.
  [[nodiscard]] std::vector<std::string> chain() const;

  /// The member chains that are there whenever it is true, because it asks has() for them.
  [[nodiscard]] std::vector<std::vector<std::string>> proves() const;

  /// As it is written.
  [[nodiscard]] const std::string& source() const { return source_; }

  /// Where it stands.
  [[nodiscard]] const SourcePos& pos() const { return pos_; }

  /// Nothing is written: the key was left out.
  [[nodiscard]] bool empty() const { return root_ == nullptr; }

 private:
  std::string source_;
  SourcePos pos_;
  std::string container_;
  std::shared_ptr<const ast::Node> root_;
};

/// Text with `${…}` parts. A text that is exactly one `${…}` keeps the expression's type; otherwise
/// the parts are written into the text. "$${" is a literal "${".
class Template {
 public:
  Template() = default;

  /// Errors: InvalidInput at the offending character.
  [[nodiscard]] static Result<Template> parse(std::string_view text, const SourcePos& pos);

  /// The static type: string, or that of the only `${…}`. A chain that may be missing keeps
  /// `maybe_missing` there and is an error inside text.
  [[nodiscard]] Result<Type> check(const Scope& scope) const;

  /// Where the only `${…}` is a member chain whose last member is missing: null. A secret inside
  /// text is an error.
  [[nodiscard]] Result<Value> evaluate(const Bindings& bindings) const;

  /// The same with each expression `included_by` the step.
  [[nodiscard]] Template included_by(const std::string& step) const;

  /// Its expressions, in order.
  [[nodiscard]] const std::vector<Expression>& expressions() const { return expressions_; }

  /// There is no `${…}` in it.
  [[nodiscard]] bool constant() const { return expressions_.empty(); }

  /// As it is written.
  [[nodiscard]] const std::string& source() const { return source_; }

  /// Where it stands.
  [[nodiscard]] const SourcePos& pos() const { return pos_; }

 private:
  std::string source_;
  SourcePos pos_;
  std::vector<std::string> literals_;  ///< one more than expressions
  std::vector<Expression> expressions_;
};

/// Whether CEL keeps the word for itself, so that nothing can have it as its name.
[[nodiscard]] bool is_reserved(std::string_view word);

}  // namespace cfkops::runbook
