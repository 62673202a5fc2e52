#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/quantity.hpp"
#include "cfkops/kube/object.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// One resource that a quota limits.
struct QuotaLine {
  std::string resource = {};  ///< "requests.cpu"
  base::Quantity hard = {};
  std::optional<base::Quantity> used = {};  ///< nothing where nobody has counted yet

  /// How much of it is used, in percent, rounded up; 0 where that is not known, 100 where none is
  /// allowed.
  [[nodiscard]] std::int64_t percent() const;

  /// "requests.cpu: 1800m of 2 used (90 %)"
  [[nodiscard]] std::string text() const;
};

/// What a quota limits, by name of the resource: `spec.hard`, used as its status says. What is no
/// quantity is left out. Pure.
[[nodiscard]] std::vector<QuotaLine> lines_of(const kube::Object& quota);

/// Amounts by the names that quotas have for them, in thousand-millionths.
using QuotaAmounts = std::map<std::string, base::Int128, std::less<>>;

/// What a pod counts for in quotas, the claims that it makes for itself (`ephemeral` volumes)
/// included. Pure.
[[nodiscard]] QuotaAmounts quota_amounts(const Json& pod);

/// Whether a quota's scopes take a pod; nothing where that cannot be told. Pure.
[[nodiscard]] std::optional<bool> takes_pod(const kube::Object& quota, const Json& pod);

/// What room the quotas of a namespace have for pods.
struct QuotaRoom {
  std::vector<std::string> too_small = {};  ///< "quota shop/small: requests.cpu: …", by resource
  std::vector<std::string> doubts = {};     ///< why it cannot be told
};

/// Whether so much more can be used beside what is there, whatever the quotas' scopes. Pure.
[[nodiscard]] QuotaRoom room_for(const std::vector<kube::Object>& quotas, const QuotaAmounts& more);

/// Whether all of these pods can be made beside what is there. Pure.
[[nodiscard]] QuotaRoom quota_room(const std::vector<kube::Object>& quotas,
                                   const std::vector<Json>& pods);

}  // namespace cfkops::actions
