#pragma once

#include "kind.hpp"

#include <string>
#include <vector>

namespace cfkops::sandbox {

/// The table of pods.
[[nodiscard]] std::vector<Column> pod_columns();
[[nodiscard]] std::vector<Value> pod_cells(const Value& pod, WallTime now);

/// "Guaranteed", "Burstable" or "BestEffort": what requests and limits make of a pod.
[[nodiscard]] std::string pod_quality(const Value& pod);

/// What may not change through the pod itself, its status, `ephemeralcontainers` and `resize`.
void validate_pod_change(const Value& fresh, const Value& old, FieldErrors& errors);
void validate_pod_status(const Value& fresh, const Value& old, FieldErrors& errors);
void validate_debug_change(const Value& fresh, const Value& old, FieldErrors& errors);
void validate_resize_change(const Value& fresh, const Value& old, FieldErrors& errors);

}  // namespace cfkops::sandbox
