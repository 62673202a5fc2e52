#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/engine/pins.hpp"
#include "cfkops/engine/sent_mutation.hpp"

#include <set>
#include <string>
#include <vector>

namespace cfkops::engine {

/// The objects that a run itself has changed, or may have, and those that they own: where they
/// differ from the plan, that is no drift.
class OwnChanges {
 public:
  /// `sent` with its fates; `pins` tell what owns what.
  OwnChanges(const std::vector<SentMutation>& sent, const std::vector<Pin>& pins);

  [[nodiscard]] bool has(const Pin& pin) const;

  /// A change of a step, as plans have it in JSON, is on one of them.
  [[nodiscard]] bool touched_by(const Json& change) const;

 private:
  bool add_owned(const std::vector<Pin>& pins);

  std::set<std::string> words_;  ///< uids, and as messages name them: "pod confluent/kafka-2"
};

}  // namespace cfkops::engine
