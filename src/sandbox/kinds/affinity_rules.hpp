#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <string>

namespace cfkops::sandbox {

/// Checks of `affinity`, `tolerations` and `topologySpreadConstraints` of a PodSpec at `path`.
void validate_affinity(const Value& affinity, const std::string& path, FieldErrors& errors);
void validate_tolerations(const Value& tolerations, const std::string& path, FieldErrors& errors);
void validate_spread(const Value& constraints, const std::string& path, FieldErrors& errors);

/// A core NodeSelector at `path`.
void validate_node_selector(const Value& selector, const std::string& path, FieldErrors& errors);

/// The effect of a taint or toleration at `path`; "" must be judged before.
void validate_taint_effect(const std::string& effect, const std::string& path, FieldErrors& errors);

}  // namespace cfkops::sandbox
