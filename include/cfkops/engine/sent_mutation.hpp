#pragma once

#include "cfkops/kube/mutation.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cfkops::engine {

/// What became of a mutation that was about to be sent when its run broke off.
enum class Fate {
  Applied,     ///< it took effect
  NotApplied,  ///< it did not, and will not
  Unknown,     ///< the objects do not tell
};

/// "applied", "not applied" or "unknown".
[[nodiscard]] std::string_view to_string(Fate fate);

/// A mutation of an earlier process of this run.
struct SentMutation {
  std::uint64_t number = 0;  ///< as the log counts them
  std::string step;          ///< of the instance
  kube::Mutation mutation;
  std::string time;    ///< when it was about to be sent, RFC 3339
  bool known = false;  ///< the server's answer is on record; otherwise the fate is to be looked for
  Fate fate = Fate::Unknown;
};

}  // namespace cfkops::engine
