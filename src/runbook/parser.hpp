#pragma once

#include "ast.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/base/source_pos.hpp"

#include <cstddef>
#include <string_view>

namespace cfkops::runbook {

/// Longer expressions than this are no expressions.
inline constexpr std::size_t kMaxExpression = 10000;

/// Reads one expression by CEL's grammar. Errors: InvalidInput with CFK-E001 or CFK-E005 as reason.
[[nodiscard]] Result<ast::NodePtr> parse_expression(std::string_view source, const SourcePos& pos);

}  // namespace cfkops::runbook
