#pragma once

#include "programs.hpp"
#include "value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// What the operator does next to pods that are not of their set's newest template.
struct RollStep {
  bool rolling = false;                        ///< some pods have still to go, or to come back
  std::optional<std::int64_t> partition = {};  ///< to be set: frees one more pod, at 0 all
  std::string waits = {};                      ///< for what, where it waits
};

/// The operator holds a changed set back by its partition and lets pods go one by one, the highest
/// first; `partition` above 0 says that it does. The next one goes when all pods are ready and
/// `precheck` has nothing against it.
[[nodiscard]] RollStep next_roll_step(const Value& set,
                                      const std::vector<Shared>& pods,
                                      const std::string& precheck);

/// Asks the processes whether one more may go: brokers for partitions that are under-replicated,
/// controllers for their leader. "" where it may, else why not; one that does not answer is a
/// reason. Pods without a process are not asked.
[[nodiscard]] std::string roll_precheck(const Programs& programs,
                                        const std::vector<Shared>& pods,
                                        bool controllers);

/// What a process says of an attribute by Jolokia; null where it does not answer.
[[nodiscard]] Shared ask_jolokia(Program& program,
                                 const Value& pod,
                                 std::string_view bean,
                                 std::string_view attribute);

}  // namespace cfkops::sandbox
