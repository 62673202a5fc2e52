#pragma once

#include "value.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/kube/transport.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What a command in a container gave.
struct ExecResult {
  int code = 0;
  std::string out = {};
  std::string error = {};
};

/// What runs in the containers of simulated pods. Kubelets tell it of beginnings and ends and ask
/// how it is; the API server asks for logs, HTTP and commands. Each program knows the pods that it
/// is meant for; where none does, containers are states without a process (`PodBehaviour`).
class Program {
 public:
  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  virtual ~Program() = default;

  /// Whether it runs in this pod; asked before anything else.
  [[nodiscard]] virtual bool runs_in(const Value& pod) const = 0;

  /// From the pod's arrival at its node to the beginning of its containers.
  [[nodiscard]] virtual Duration start_delay(const Value& pod) const = 0;

  /// The containers begin, for the first time or again.
  virtual void start(const Value& pod) = 0;

  /// SIGTERM: how long until it ends by itself.
  virtual Duration stop(const Value& pod) = 0;

  /// Its containers are gone, killed or ended; also those of a lost node.
  virtual void end(const Value& pod) = 0;

  /// Whether its readiness probes succeed as soon as they are made, while `is_ready`.
  [[nodiscard]] virtual bool passes_probes() const { return false; }

  /// What its readiness probe says now.
  [[nodiscard]] virtual bool is_ready(const Value& pod) const = 0;

  /// It has ended by itself, with this code, and `end` has not been called yet.
  [[nodiscard]] virtual std::optional<int> exited(const Value& pod) const = 0;

  /// What a container wrote, in lines ending in "\n"; of its last run where `previous`.
  [[nodiscard]] virtual std::string log(const Value& pod,
                                        std::string_view container,
                                        bool previous) const = 0;

  /// An HTTP request to a port of the pod; none: connection refused.
  [[nodiscard]] virtual std::optional<kube::Response> serve(const Value& pod,
                                                            int port,
                                                            const kube::Request& request) = 0;

  /// The bytes that it has in each of the pod's volumes; more than fit: they are full.
  [[nodiscard]] virtual double stored(const Value& /*pod*/) const { return 0; }

  /// A command; none: no such file.
  [[nodiscard]] virtual std::optional<ExecResult> exec(const Value& pod,
                                                       std::string_view container,
                                                       const std::vector<std::string>& command) = 0;
};

/// The programs of a cluster. One thread.
class Programs {
 public:
  /// Where a program says that a pod's state has changed (ready, ended): namespace and name.
  using Listener = std::function<void(const std::string& ns, const std::string& pod)>;

  void add(std::unique_ptr<Program> program);

  /// The one that runs in the pod, or nullptr.
  [[nodiscard]] Program* of(const Value& pod) const;

  void listen(Listener listener) { listener_ = std::move(listener); }

  void changed(const std::string& ns, const std::string& pod) const {
    if (listener_) {
      listener_(ns, pod);
    }
  }

 private:
  std::vector<std::unique_ptr<Program>> all_;
  Listener listener_;
};

}  // namespace cfkops::sandbox
