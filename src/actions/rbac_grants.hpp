#pragma once

#include "cfkops/base/json.hpp"

#include <compare>
#include <string>
#include <vector>

namespace cfkops::actions {

/// One thing that a rule allows: a verb on a resource, or on a path of the server.
struct Grant {
  std::string group = {};
  std::string resource = {};  ///< "pods/log", "*"
  std::string name = {};      ///< of the one object, or "" for all
  std::string url = {};       ///< instead of the three above
  std::string verb = {};

  friend auto operator<=>(const Grant&, const Grant&) = default;

  /// "pods/log", "secrets web", "statefulsets.apps", "/healthz"
  [[nodiscard]] std::string target() const;
};

/// All that the `rules` of a role allow, one by one.
[[nodiscard]] std::vector<Grant> grants_of(const Json& rules);

/// Whoever has `wide` has `narrow` too, as the API server sees it.
[[nodiscard]] bool covers(const Grant& wide, const Grant& narrow);

/// The roles and bindings of a cluster, or of some of its namespaces.
struct RbacState {
  std::vector<Json> cluster_roles;
  std::vector<Json> roles;
  std::vector<Json> cluster_bindings;
  std::vector<Json> bindings;

  /// Puts an object into the list of its kind, in place of the one of the same name.
  void put(const Json& object);
};

/// What a change of roles and bindings comes to for one subject.
struct RbacShift {
  std::string subject;  ///< "serviceaccount shop/web", "user ana", "group admins"
  std::string ns;       ///< where; "" for the whole cluster
  std::vector<Grant> gains;
  std::vector<Grant> loses;
};

/// For every subject of a binding what it may do after that it might not before, and the other way
/// round; what it has by another binding is neither. Aggregated roles have the rules of those that
/// they select. Pure.
[[nodiscard]] std::vector<RbacShift> shifts_between(const RbacState& before,
                                                    const RbacState& after);

/// The rules of what a binding refers to, as they are in that state.
[[nodiscard]] std::vector<Grant> grants_of_binding(const RbacState& state, const Json& binding);

/// "get, list pods; delete secrets web"
[[nodiscard]] std::string text_of_grants(const std::vector<Grant>& grants);

}  // namespace cfkops::actions
