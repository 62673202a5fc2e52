#pragma once

#include "kinds/container_rules.hpp"
#include "refusal.hpp"
#include "value.hpp"

#include <string>

namespace cfkops::sandbox {

/// Checks of `volumes` in a PodSpec, and notes in `context` which of them containers may use.
/// `pod_name` is "" in a template.
void validate_volumes(const Value& volumes,
                      const std::string& pod_name,
                      const std::string& path,
                      PodContext& context,
                      FieldErrors& errors);

/// A reference to a field or a resource of the pod: `fieldRef` and `resourceFieldRef` at `path`,
/// of a volume or of the environment.
enum class Downward { Volume, Environment };
void validate_field_reference(const Value& reference,
                              Downward where,
                              const std::string& path,
                              FieldErrors& errors);
void validate_resource_reference(const Value& reference,
                                 Downward where,
                                 const std::string& path,
                                 FieldErrors& errors);

/// No absolute path and no "..": what a path below a mount must be.
void validate_descending_path(const std::string& target,
                              const std::string& path,
                              FieldErrors& errors);

/// The same, without a beginning "..".
void validate_unreserved_path(const std::string& target,
                              const std::string& path,
                              FieldErrors& errors);

/// No ".." between slashes.
void validate_no_backsteps(const std::string& target, const std::string& path, FieldErrors& errors);

}  // namespace cfkops::sandbox
