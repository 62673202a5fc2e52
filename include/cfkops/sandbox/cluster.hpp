#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/audit.hpp"
#include "cfkops/sandbox/faults.hpp"
#include "cfkops/sandbox/kafka_report.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// How a simulated cluster begins.
struct ClusterOptions {
  std::uint64_t seed = 1;
  WallTime start = {};                              ///< what the calendar says at the start
  Duration latency = std::chrono::milliseconds(2);  ///< of each answer
};

/// A simulated Kubernetes cluster: API server, controllers, scheduler and kubelets in memory on a
/// virtual clock. The client talks to it as to a real one; `pump` moves the clock to the next thing
/// that happens instead of waiting.
///
/// Not simulated (docs/sandbox.md says more): CEL rules of custom resources, conversion webhooks,
/// admission webhooks, authentication beyond a user's name, networks, images, real processes.
/// One thread.
class Cluster final : public kube::Transport {
 public:
  explicit Cluster(const ClusterOptions& options);

  /// As a scenario says; settled: what can become ready has. `start` counts where the scenario says
  /// none. Errors: InvalidInput for an object that the API server refuses.
  [[nodiscard]] static Result<std::unique_ptr<Cluster>> begin(const Scenario& scenario,
                                                              WallTime start);

  ~Cluster() override;
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// Virtual time; lives as long as the cluster.
  [[nodiscard]] const Clock& clock() const;

  kube::ExchangeId submit(kube::Request request, Completion completion) override;
  kube::ExchangeId stream(kube::Request request, kube::StreamSink& sink) override;
  kube::ExchangeId open_socket(kube::Request request,
                               std::vector<std::string> protocols,
                               kube::SocketSink& sink) override;
  void send(kube::ExchangeId socket, std::string_view bytes) override;
  void cancel(kube::ExchangeId exchange) override;
  void pump(MonoTime until) override;
  void wake() noexcept override;
  [[nodiscard]] std::string server() const override;

  [[nodiscard]] bool simulated() const override { return true; }

  /// More faults, their moments counted from now.
  void inject(const std::vector<Fault>& faults);

  /// What goes wrong ends, as far as it can: requests are answered again and at once, brokers catch
  /// up and start, no fault waits for a request or a pod any more. Nodes, budgets and faults whose
  /// moment is still to come are left as they are.
  void end_faults();

  /// Those that have happened, with the moment of each since the start.
  struct Happened {
    Fault fault;
    Duration at;
    std::string what;  ///< "node-2 lost with pods kafka-1, kraftcontroller-0"
  };

  [[nodiscard]] const std::vector<Happened>& happened() const;

  /// Is told of every request that the API server has answered to the end, in their order.
  void on_answered(std::function<void(const AuditEvent&)> listener);

  /// What can be changed of a Kafka while it runs; what is left out stays.
  struct KafkaChange {
    std::optional<double> catch_up_bytes_per_second = {};
    /// The brokers' disks are as if full when a process starts the next time.
    std::optional<bool> disks_fail_at_start = {};
  };

  /// Of all that are simulated.
  void change_kafka(const KafkaChange& change);

  /// How each simulated Kafka fares; `reset` forgets what was, and counts from now.
  [[nodiscard]] std::vector<KafkaReport> kafka_reports() const;
  void reset_kafka_reports();

  /// Pods that are not ready although they should be: "confluent/kafka-1 (CrashLoopBackOff)".
  [[nodiscard]] std::vector<std::string> unready_pods() const;

  /// Pods that were made since the first `inject`, each time, in order: "confluent/kafka-1".
  [[nodiscard]] const std::vector<std::string>& made_pods() const;

  /// To be told where this process is the copy of another, and shares its memory: frees less, since
  /// what is freed would first be copied.
  void share_memory();

  /// For a server that gives it to other programs: runs what is due until `until`, which follows
  /// real time there; returns when the next thing is due.
  MonoTime advance(MonoTime until);

 private:
  class Impl;

  explicit Cluster(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace cfkops::sandbox
