#pragma once

#include "admission.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// Whether it is about this resource itself, not one of its subresources.
[[nodiscard]] bool is_about(const Admitted& about, std::string_view plural);

/// 403 in the words of admission: the object by its name, or by the prefix of the one to come.
[[nodiscard]] Refusal not_admitted(const Admitted& about,
                                   const Value& object,
                                   std::string_view why);

/// The namespace must be there, and may not be going where something is made in it.
[[nodiscard]] Answer<void> admit_namespace(const Registry& registry,
                                           const Admitted& about,
                                           const Value& object);

/// A new pod gets the service account that it names or the default one, whose token as a volume,
/// and its pull secrets.
[[nodiscard]] Answer<void> admit_service_account(Registry& registry,
                                                 const Admitted& about,
                                                 Value& pod);

/// A pod gets its priority; an update keeps it.
[[nodiscard]] Answer<void> admit_priority(const Registry& registry,
                                          const Admitted& about,
                                          Value& pod);

/// A pod tolerates nodes that are not ready or not reachable for five minutes.
void tolerate_short_absence(Value& pod);

/// Fills in what the namespace's limit ranges have as defaults for containers.
void apply_limit_defaults(const Registry& registry, const Admitted& about, Value& pod);

/// Whether a pod or claim keeps within the namespace's limit ranges.
[[nodiscard]] Answer<void> admit_limits(const Registry& registry,
                                        const Admitted& about,
                                        const Value& object);

/// A claim may grow where it is bound and its class allows that.
[[nodiscard]] Answer<void> admit_resize(const Registry& registry,
                                        const Admitted& about,
                                        const Value& claim);

/// Whether the namespace's quotas have room for it; the room is taken unless `dry_run`.
[[nodiscard]] Answer<void> admit_quota(Registry& registry,
                                       const Admitted& about,
                                       const Value& object,
                                       bool dry_run);

}  // namespace cfkops::sandbox
