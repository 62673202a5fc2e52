#pragma once

#include "caller.hpp"
#include "registry.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// Is told of one rule and where it comes from (`RoleBinding "a/ns" of Role "r" to User "u"`);
/// false ends the visit.
using RuleVisitor = std::function<bool(const std::string& source, const Value& rule)>;

/// Goes through the rules that hold for a caller: those that everybody has, of cluster role
/// bindings, and of role bindings in `ns` unless it is empty. Of administrators it knows nothing.
void visit_rules(const Registry& registry,
                 const Caller& caller,
                 std::string_view ns,
                 const RuleVisitor& visitor);

}  // namespace cfkops::sandbox
