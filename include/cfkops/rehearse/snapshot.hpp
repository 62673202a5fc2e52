#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/kube/reader.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// What was taken.
struct Snapshot {
  std::string text;  ///< a file of kind Scenario, YAML
  std::size_t objects = 0;
  std::vector<std::string> missing;  ///< what could not be read and why, in sentences
};

/// Reads what a rehearsal of a runbook in these namespaces needs: nodes, namespaces, the workloads
/// with their pods, budgets, services, claims and volumes, definitions and resources of CFK, and
/// the state of every Kafka found there (by Jolokia). Secrets are listed by name without their
/// values; managed fields and what looks like a credential are left out. All namespaces where
/// `namespaces` is empty. Only reads. Errors: those of the first list; a kind that is not there or
/// not allowed is told in `missing`.
[[nodiscard]] Result<Snapshot> take_snapshot(kube::Reader& reader,
                                             const std::vector<std::string>& namespaces);

}  // namespace cfkops::rehearse
