#pragma once

#include "ast.hpp"

#include "cfkops/runbook/expression.hpp"

namespace cfkops::runbook {

/// What to say of an expression that is nothing but a member chain that may be missing.
enum class Missing { Refused, PassedOn };

/// The static type of `root`, the tree of `expression`. Errors as Expression::check; the reason is
/// a finding's code, and of an unknown name the first cause's field is the chain up to it
/// ("steps.rol").
[[nodiscard]] Result<Type> check_tree(const ast::Node& root,
                                      const Expression& expression,
                                      const Scope& scope,
                                      Missing missing);

/// The type of a call. An error's message lacks its place.
[[nodiscard]] tl::expected<Type, std::string> check_call(const ast::Node& call,
                                                         const std::vector<Type>& arguments);

/// The type of `a op b`. An error's message lacks its place.
[[nodiscard]] tl::expected<Type, std::string> check_operator(ast::Operator op,
                                                             const Type& a,
                                                             const Type& b);

/// The type of a plain value; of lists and maps without what they hold.
[[nodiscard]] Type type_of_value(const Value& value);

/// The type that values of both have: the same, a secret where either holds one, or any.
[[nodiscard]] Type common_type(const Type& a, const Type& b);

/// A secret, or something that holds one.
[[nodiscard]] bool has_secret(const Type& type);

/// Whether a value of type `from` can be handed to what takes `to`.
[[nodiscard]] bool assignable(const Type& from, const Type& to);

}  // namespace cfkops::runbook
