#pragma once

#include "controllers/cfk_resource.hpp"
#include "controllers/cfk_roll.hpp"
#include "programs.hpp"
#include "value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What the operator found on one look at a resource.
struct CfkFindings {
  Shared set = {};                ///< its StatefulSet, or null
  std::vector<Shared> pods = {};  ///< of that
  RollStep roll = {};             ///< what is done to them
  std::string problem = {};       ///< why the spec cannot be brought about
  std::string frozen = {};        ///< why a change has to wait
  std::string shrinks = {};       ///< what keeps leaving brokers, or that they leave
  bool waits_for_others = false;  ///< nothing has been made yet
};

/// The whole status of a resource after that look; what it said before is kept where nothing new is
/// known.
[[nodiscard]] Value cfk_status(const CfkResource& resource,
                               const CfkFindings& found,
                               const Programs& programs,
                               std::string_view now);

}  // namespace cfkops::sandbox
