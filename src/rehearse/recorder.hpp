#pragma once

#include "evidence.hpp"
#include "stage.hpp"
#include "witness.hpp"

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <cstdint>
#include <string>

namespace cfkops::rehearse {

/// Gathers the evidence of one run as its requests go by. Borrows everything.
class Recorder {
 public:
  Recorder(const sandbox::Cluster& cluster, const Witness& witness, Trace* trace);

  /// Of each request, before it leaves.
  void sent(const kube::Request& request, std::uint64_t number);

  /// Of the answer to a mutation.
  void answered(std::uint64_t number, const Result<kube::Response>& outcome);

  /// Of each write of the log.
  void wrote();

  /// The step in which the first fault happened; "" where none has.
  [[nodiscard]] const std::string& step_of_fault() const { return step_of_fault_; }

  /// What was gathered so far.
  [[nodiscard]] const Evidence& so_far() const { return evidence_; }

  /// The same at the end; what the cluster does then comes later.
  [[nodiscard]] Evidence take() &&;

  [[nodiscard]] Duration since_start() const { return cluster_.clock().now() - started_; }

  [[nodiscard]] Standing standing() const;

 private:
  void note_made_pods(std::uint64_t requests);
  void note_removal(const kube::Request& request, std::uint64_t number);
  void look_for_faults();

  const sandbox::Cluster& cluster_;
  const Witness& witness_;
  Trace* trace_;
  MonoTime started_;
  Evidence evidence_;
  std::string step_of_fault_;
  bool fault_seen_ = false;
};

}  // namespace cfkops::rehearse
