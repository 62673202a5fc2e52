#pragma once

#include "api/exchange.hpp"
#include "kind_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// The groups that are served, "" for the core group apart, in the order of discovery.
[[nodiscard]] std::vector<std::string> served_groups(const KindTable& kinds);

/// The versions of a group, the preferred one first.
[[nodiscard]] std::vector<std::string> served_versions(const KindTable& kinds,
                                                       std::string_view group);

/// The kinds of one version by their plural.
[[nodiscard]] std::vector<const Kind*> served_kinds(const KindTable& kinds,
                                                    std::string_view group,
                                                    std::string_view version);

/// A kind's subresources in the order in which discovery lists them.
[[nodiscard]] std::vector<SubresourceNames> listed_subresources(const Kind& kind);

/// Whether the Accept header prefers the aggregated document (apidiscovery.k8s.io/v2).
[[nodiscard]] bool wants_aggregated(const Exchange& exchange);

/// All groups with their versions and resources in one document; `core` only the core group.
[[nodiscard]] kube::Response aggregated(const Exchange& exchange,
                                        const KindTable& kinds,
                                        bool core);

}  // namespace cfkops::sandbox
