#pragma once

#include "ast.hpp"
#include "check.hpp"

#include "cfkops/runbook/expression.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::runbook {

/// Walks the tree of an expression once, as deep as it is, and finds the type of each part.
class Checker {
 public:
  Checker(const Expression& expression, const Scope& scope);

  /// The chain that may be missing: the whole expression.
  void pass_on(const ast::Node* node) { passed_on_ = node; }

  /// Errors: as Expression::check.
  [[nodiscard]] Result<Type> type_of(const ast::Node& node);

 private:
  using Chain = std::vector<std::string>;

  [[nodiscard]] Error fail(const ast::Node& node, std::string_view code, std::string message) const;
  Result<Type> computed(tl::expected<Type, std::string> outcome, const ast::Node& node) const;
  [[nodiscard]] Error unknown(const ast::Node& node, std::string message, const Chain& chain) const;

  // check_access.cpp
  Result<Type> name(const ast::Node& node) const;
  [[nodiscard]] const Type* local(const std::string& name) const;
  [[nodiscard]] const Type* qualified(const ast::Node& node) const;
  [[nodiscard]] const Type* in_scope(const ast::Node& node) const;
  Result<Type> present(const ast::Node& node, Type type) const;
  Result<Type> field(const ast::Node& node, const std::string& name, const Type& target) const;
  [[nodiscard]] Error unknown_field(const ast::Node& node,
                                    const std::string& name,
                                    const std::vector<std::string>& known,
                                    bool live) const;
  Result<Type> member(const ast::Node& node);
  Result<Type> has(const ast::Node& node);
  Result<Type> index(const ast::Node& node);
  Result<Type> element_at(const ast::Node& node, const Type& target, const Type& key) const;
  Result<Type> some_field(const ast::Node& node, const Type& target) const;
  [[nodiscard]] Error bad_index(const ast::Node& node, const Type& target, const Type& key) const;

  // check.cpp
  Result<Type> list(const ast::Node& node);
  Result<Type> map(const ast::Node& node);
  Result<Type> element(const ast::Node& node);
  Result<Type> unary(const ast::Node& node);
  Result<Type> binary(const ast::Node& node);
  Status one_of(const Type& type, const ast::Node& literal) const;
  Status condition(const ast::Node& node);
  Result<Type> logic(const ast::Node& node);
  Result<Type> conditional(const ast::Node& node);
  void assume(const ast::Node& condition, bool truth);
  Result<Type> call(const ast::Node& node);
  Status constant(const ast::Node& node) const;

  // check_macro.cpp
  Result<Type> macro(const ast::Node& node);
  Result<Type> body(const ast::Node& node, const Type& item, const Type& key);
  Result<Type> optional_macro(const ast::Node& node);

  const Expression& expression_;
  const Scope& scope_;
  const ast::Node* passed_on_ = nullptr;
  std::vector<std::pair<std::string, Type>> locals_;
  std::vector<Chain> proven_;
  bool qualified_names_;
};

}  // namespace cfkops::runbook
