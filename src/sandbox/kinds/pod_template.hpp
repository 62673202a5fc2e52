#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <string>

namespace cfkops::sandbox {

/// What the decoder fills in: of a PodTemplateSpec, and of a PodSpec alone. `spec` has no
/// metadata beside it, so nothing is made that a template does not have.
void default_pod_template(Value& pod_template);
void default_pod_spec(Value& spec);

/// Checks of a PodTemplateSpec at `path` ("spec.template"): labels, annotations and the spec
/// (pkg/apis/core/validation).
void validate_pod_template(const Value& pod_template, const std::string& path, FieldErrors& errors);

/// Checks of a PodSpec at `path` ("spec"). `pod_metadata` is that of the pod or template.
void validate_pod_spec(const Value& spec,
                       const Value& pod_metadata,
                       const std::string& path,
                       FieldErrors& errors);

}  // namespace cfkops::sandbox
