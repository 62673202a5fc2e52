#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/engine/sent_mutation.hpp"
#include "cfkops/kube/reader.hpp"

#include <string>

namespace cfkops::engine {

/// What became of a mutation, and what shows it.
struct FoundFate {
  Fate fate = Fate::Unknown;
  std::string why;
};

/// Asks the live object whether a mutation whose answer is not on record took effect: an eviction
/// or deletion by the pod's uid, a change by its fields and by the resourceVersion or the last
/// writes of the object, a creation by the object's fields and age. What a command in a pod did is
/// not to be seen. Errors: Cancelled; what kept it from looking, as Unknown.
[[nodiscard]] Result<FoundFate> find_fate(kube::Reader& reader, const SentMutation& sent);

}  // namespace cfkops::engine
