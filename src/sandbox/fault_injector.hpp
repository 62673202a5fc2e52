#pragma once

#include "kafka/model.hpp"
#include "registry.hpp"

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// What becomes of one request.
struct RequestFate {
  enum class What { Pass, Refuse, LoseRequest, LoseAnswer, NoAnswer, Unreachable };

  What what = What::Pass;
  kube::Response answer = {};  ///< of Refuse
  Duration delay = {};         ///< more than usual until the answer
};

/// What the faults of a cluster act on beside its objects; each borrowed.
struct FaultSites {
  Registry& registry;
  const std::vector<std::shared_ptr<KafkaModel>>& kafka;
  /// All open watches break off, or end in 410.
  std::function<void(bool expired)> end_watches;
};

/// Makes things go wrong when their time has come. Objects are changed through annotations that the
/// kubelets know (`PodBehaviour`) and through the registry. One thread.
class FaultInjector {
 public:
  explicit FaultInjector(FaultSites sites);

  void add(const std::vector<Fault>& faults);

  /// Asked once for each request of the client, in order, as it leaves the client.
  [[nodiscard]] RequestFate judge(const kube::Request& request);

  [[nodiscard]] const std::vector<Cluster::Happened>& happened() const { return happened_; }

 private:
  FaultSites sites_;
  std::vector<Cluster::Happened> happened_;
};

}  // namespace cfkops::sandbox
