#pragma once

#include "cfkops/cli/app.hpp"
#include "cfkops/runbook/type.hpp"

#include <span>
#include <string>
#include <vector>

namespace cfkops::cli {

// What completion asks a cluster: the one that the flags of the unfinished command line `before`
// mean, or the simulated one of `--sandbox` and of a rehearsal. Whatever goes wrong, or takes
// longer than a person waits for a key, means that nothing is offered.

/// The objects that a parameter of that type may mean, as they are typed: "statefulset/kafka".
[[nodiscard]] std::vector<std::string> live_references(const runbook::Type& type,
                                                       std::span<const std::string> before,
                                                       const AppEnvironment& environment);

[[nodiscard]] std::vector<std::string> live_namespaces(std::span<const std::string> before,
                                                       const AppEnvironment& environment);

}  // namespace cfkops::cli
