#pragma once

#include "quota_room.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/engine/action.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// The claims and what they depend on, in one namespace.
struct ClaimView {
  std::vector<kube::Object> claims = {};  ///< in the order in which they are worked on
  std::map<std::string, kube::Object, std::less<>> classes = {};  ///< by name
  std::vector<kube::Object> pods = {};

  /// The pods that have this claim mounted or wait for it.
  [[nodiscard]] std::vector<kube::Object> users_of(const kube::Object& claim) const;

  /// Its class lets its volumes grow.
  [[nodiscard]] bool expandable(const kube::Object& claim) const;
};

/// All claims of a namespace by name, with classes and pods. Errors: those of listing.
[[nodiscard]] Result<ClaimView> read_claims(kube::Reader& reader, const std::string& ns);

/// What `read_claims` lists.
[[nodiscard]] std::vector<kube::AccessQuestion> claim_permissions(const std::string& ns);

/// The name of its class; "" where it has none.
[[nodiscard]] std::string class_of(const kube::Object& claim);

/// How large it asks to be, and how large it is; nothing where that is not told. Pure.
[[nodiscard]] std::optional<base::Quantity> requested_size(const kube::Object& claim);
[[nodiscard]] std::optional<base::Quantity> actual_size(const kube::Object& claim);

/// How far the growth of a claim has come.
struct Growth {
  bool done = false;
  bool never = false;    ///< the storage says that it cannot be
  bool restart = false;  ///< its file system grows when its pod is started anew
  std::string why = {};
};

/// By the status of the claim. Pure.
[[nodiscard]] Growth growth_of(const kube::Object& claim, const base::Quantity& size);

/// "claim shop/data-db-0: Bound, 10Gi of class fast (can grow), used by pod db-0". Pure.
[[nodiscard]] std::string line_of_claim(const ClaimView& view, const kube::Object& claim);

}  // namespace cfkops::actions
