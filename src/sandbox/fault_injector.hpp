#pragma once

#include "fault_request.hpp"
#include "kafka/model.hpp"
#include "registry.hpp"

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <functional>
#include <memory>
#include <optional>
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
/// kubelets know (`PodBehaviour`, `is_lost`) and through the registry. One thread.
class FaultInjector {
 public:
  explicit FaultInjector(FaultSites sites);
  ~FaultInjector() = default;
  FaultInjector(const FaultInjector&) = delete;
  FaultInjector& operator=(const FaultInjector&) = delete;

  /// Their moments count from now. The first call, also with none, is the start that `happened`
  /// counts from.
  void add(const std::vector<Fault>& faults);

  /// What goes on is over: see `Cluster::end_faults`.
  void end();

  /// Asked once for each request of the client, in order, as it leaves the client.
  [[nodiscard]] RequestFate judge(const kube::Request& request);

  [[nodiscard]] const std::vector<Cluster::Happened>& happened() const { return happened_; }

  /// Pods that were made since the start, each time: "confluent/kafka-1".
  [[nodiscard]] const std::vector<std::string>& made_pods() const { return made_pods_; }

 private:
  /// One that waits for requests.
  struct Armed {
    Fault fault;
    MonoTime from = {};
    std::uint64_t seen = 0;  ///< requests that match
  };

  /// Each answer takes so much more.
  struct Slowness {
    Duration each;
    MonoTime until;
  };

  /// A pod whose next incarnation fails; its namespace may be "".
  struct DoomedPod {
    Fault fault;
    std::string ns;
    std::string name;
  };

  // fault_injector.cpp: when.
  [[nodiscard]] MonoTime now() const;
  [[nodiscard]] MonoTime end_of(const Fault& fault) const;
  void begin();
  void add_one(const Fault& fault);
  void later(Duration delay, std::function<void(FaultInjector&)> what);
  void note(const Fault& fault, std::string what);
  [[nodiscard]] bool is_away() const;
  [[nodiscard]] std::optional<Fault> count(const FaultRequest& asked);
  [[nodiscard]] RequestFate fate_of(const Fault& fault,
                                    const kube::Request& request,
                                    const FaultRequest& asked);
  [[nodiscard]] Duration slowness();

  // fault_injector_world.cpp: what happens. `asked` is a request that brings it about, or nullptr.
  void happen(const Fault& fault, const FaultRequest* asked);
  void slow_down(const Fault& fault);
  void go_away(const Fault& fault);
  void end_watches(const Fault& fault);
  void jump(const Fault& fault);
  void fail_over(const Fault& fault);
  void harm_broker(const Fault& fault, const FaultRequest* asked);

  // fault_injector_objects.cpp: what happens to objects.
  void lose_node(const Fault& fault, const FaultRequest* asked);
  void doom_pod(const Fault& fault, const FaultRequest* asked);
  void on_change(const Change& change);
  void spoil_pod(const Fault& fault, const Key& key, const std::string& uid);
  void close_budgets(const Fault& fault, const FaultRequest* asked);

  FaultSites sites_;
  std::shared_ptr<FaultInjector*> self_;  ///< what is due after we have gone does not happen
  std::optional<MonoTime> start_;
  std::vector<Armed> armed_;
  std::vector<DoomedPod> doomed_;
  std::vector<Slowness> slow_;
  std::optional<MonoTime> away_until_;
  std::vector<Cluster::Happened> happened_;
  std::vector<std::string> made_pods_;
};

/// The pod that a fault names, else that of the request; "" where there is none.
struct PodTarget {
  std::string ns;  ///< "": wherever the name is found
  std::string name;
};

[[nodiscard]] PodTarget pod_target(const Fault& fault, const FaultRequest* asked);

/// Whether it hits requests one by one, not the world.
[[nodiscard]] bool hits_requests(FaultKind kind);

}  // namespace cfkops::sandbox
