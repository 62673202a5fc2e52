#pragma once

#include "registry.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What the controllers that make pods write as.
inline constexpr std::string_view kControllerManager = "kube-controller-manager";

/// The condition Ready is True.
[[nodiscard]] bool is_ready(const Value& pod);

/// Ready for that long.
[[nodiscard]] bool is_available(const Value& pod, std::int64_t min_ready_seconds, WallTime now);

/// Neither ended nor being deleted.
[[nodiscard]] bool is_active(const Value& pod);
[[nodiscard]] bool is_terminating(const Value& object);
[[nodiscard]] bool has_phase(const Value& pod, std::string_view phase);

/// The condition of that type in `status.conditions`, or nullptr.
[[nodiscard]] const Value* status_condition(const Value& object, std::string_view type);

/// The owner reference that an owner gives to what it controls.
[[nodiscard]] Value controller_ref(const Value& owner);

/// A pod of a template, with a generated name and its owner.
[[nodiscard]] Value pod_of_template(const Value& pod_template, const Value& owner);

/// The kind "apps/v1", "ReplicaSet" as a controller needs it; it is always served.
[[nodiscard]] const Kind& kind_for(const Registry& registry,
                                   std::string_view api_version,
                                   std::string_view kind);

/// The dependents in the owner's namespace that it controls, after it took orphans that match its
/// selector and let go what matches no more. `belongs` narrows the selector; empty for none.
[[nodiscard]] std::vector<Shared> claim_dependents(
    Registry& registry,
    const Kind& of,
    const Value& owner,
    const std::function<bool(const Value&)>& belongs = {});

/// The owner's controller keys that a change of a dependent concerns: the controllers of `kind`
/// before and after it, and where it has none, every object of `owner_kind` that selects it.
[[nodiscard]] std::vector<Key> concerned_owners(const Registry& registry,
                                                const Kind& owner_kind,
                                                const Change& change);

/// Writes a status where it differs.
void write_status(Registry& registry, const Kind& kind, const Value& object, Value status);

/// Creates and deletes, as the controllers do.
Answer<Shared> create_for(Registry& registry, const Kind& kind, const Value& owner, Value object);
void delete_object(Registry& registry, const Kind& kind, const Value& object);

}  // namespace cfkops::sandbox
