#pragma once

#include "registry.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace cfkops::sandbox {

inline constexpr const char* kJobFinalizer = "batch.kubernetes.io/job-tracking";

/// The completion indexes that are done.
using Indexes = std::set<std::int64_t>;

/// "0-2,5": as a job's status keeps them.
[[nodiscard]] Indexes parse_indexes(const std::string& text);
[[nodiscard]] std::string indexes_text(const Indexes& indexes);

/// A pod of a job; with an index where the job counts them.
[[nodiscard]] Value job_pod(const Value& job, std::optional<std::int64_t> index);

/// The index of a job's pod.
[[nodiscard]] std::optional<std::int64_t> index_of(const Value& pod);

/// The job has not counted it yet.
[[nodiscard]] bool is_tracked(const Value& pod);

/// Lets a counted pod go.
void untrack(Registry& registry, const Value& pod);

}  // namespace cfkops::sandbox
