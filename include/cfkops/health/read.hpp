#pragma once

#include "cfkops/health/catalogue.hpp"
#include "cfkops/kube/reader.hpp"

#include <string>
#include <vector>

namespace cfkops::health {

/// What to look at.
struct ReadOptions {
  Selection checks = {};  ///< what these need is read
  std::string ns = {};    ///< of what has a namespace only this one; "": all
  Duration timeout = std::chrono::seconds(30);
};

/// Reads what the checks that are asked need, and no more. For `sop` that is tables without
/// objects, then the details of what looks unwell. Whatever can be is asked for at once over one
/// connection. What may not be read or does not come is told by its source and hides nothing else.
/// Errors: InvalidInput where disks are asked of the profile `sop`, which has no check of them;
/// Cancelled, and those of a server that cannot be reached at all.
[[nodiscard]] Result<Snapshot> read_snapshot(kube::Reader& reader, const ReadOptions& options);

/// What must be allowed for it, so that no check is unknown for want of it.
[[nodiscard]] std::vector<kube::AccessQuestion> rights(const ReadOptions& options);

}  // namespace cfkops::health
