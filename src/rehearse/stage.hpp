#pragma once

#include "request_target.hpp"

#include "cfkops/rehearse/rehearse.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// A request that a run sent.
struct SentRequest {
  std::string method;
  RequestTarget target;
  bool mutation = false;
  std::string step;  ///< as of `Witness::step`
};

/// Where one run has been.
struct Trace {
  std::vector<SentRequest> requests;  ///< in order
  std::vector<std::string> writes;    ///< the step of each write of its log
};

/// Runs it once on a fresh cluster with these faults and judges what it did. `trace`, where there
/// is one, is filled. Errors: those of `Cluster::begin`.
[[nodiscard]] Result<Rehearsed> run_once(const Rehearsal& rehearsal,
                                         const std::vector<sandbox::Fault>& faults,
                                         Trace* trace);

}  // namespace cfkops::rehearse
