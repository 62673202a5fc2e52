#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// The objects of a snapshot as they were read.
struct TakenObjects {
  std::vector<kube::Object> objects = {};
  std::set<std::string> kafka_namespaces = {};  ///< those with StatefulSets
  std::vector<std::string> missing = {};
};

/// Reads all kinds that a snapshot has, in these namespaces or in all. Errors: those of the first
/// list but Forbidden and NotFound; Cancelled.
[[nodiscard]] Result<TakenObjects> take_objects(kube::Reader& reader,
                                                const std::vector<std::string>& namespaces);

/// They as a scenario has them, without what a snapshot never holds.
[[nodiscard]] nlohmann::json as_scenario_objects(const std::vector<kube::Object>& objects);

}  // namespace cfkops::rehearse
