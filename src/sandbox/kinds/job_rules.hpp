#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <string>

namespace cfkops::sandbox {

/// What the decoder fills in: `job` has metadata and spec.
void default_job(Value& job);

/// Checks of a job's spec but for its selector, which a job template has none of
/// (pkg/apis/batch/validation).
void validate_job_spec(const Value& spec, const std::string& path, FieldErrors& errors);

/// Whether a condition of that type is True.
[[nodiscard]] bool job_has(const Value& job, std::string_view condition);

}  // namespace cfkops::sandbox
