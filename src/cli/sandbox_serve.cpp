#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "simulated.hpp"

#include "cfkops/base/append_file.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/shell_word.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/sandbox/cluster.hpp"
#include "cfkops/sandbox/server.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

Result<std::uint16_t> port_of(const std::string& text) {
  std::uint16_t port = 0;
  if (text.empty()) {
    return port;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) {
    return make_error(ErrorCode::InvalidInput,
                      "'" + text + "' is no port",
                      "give a number from 1 to 65535, or leave --port out for a free one");
  }
  return port;
}

/// Where the kubeconfig is to be written, its folder made.
Result<std::filesystem::path> kubeconfig_path(const std::string& given) {
  std::error_code error;
  std::filesystem::path path = given.empty() ? engine::state_directory() / "sandbox" / "kubeconfig"
                                             : std::filesystem::absolute(given, error);
  if (given.empty()) {
    CFKOPS_TRY(base::make_private_directory(path.parent_path()));
  }
  return path;
}

void announce(const Arguments& arguments,
              const AppEnvironment& environment,
              const sandbox::Server& server,
              const std::filesystem::path& kubeconfig) {
  if (arguments.global.output == Output::Json) {
    environment.terminal.out(json_line(
        {{"schemaVersion", 1}, {"server", server.address()}, {"kubeconfig", kubeconfig.string()}}));
    return;
  }
  environment.terminal.out("A simulated cluster answers at " + server.address() +
                           " until Ctrl-C. In another terminal:\n\n  export KUBECONFIG=" +
                           base::shell_word(kubeconfig.string()) + "\n  kubectl get namespaces\n");
}

Result<std::unique_ptr<sandbox::Cluster>> begin(std::optional<sandbox::Scenario>& scenario,
                                                WallTime now) {
  if (scenario) {
    scenario->latency = {};  // the network to the client has its own
    return sandbox::Cluster::begin(*scenario, now);
  }
  sandbox::ClusterOptions options;
  options.start = now;
  options.latency = {};
  return std::make_unique<sandbox::Cluster>(options);
}

/// Writes what the cluster answers to a file, until that fails.
class AuditLog {
 public:
  /// None for "".
  [[nodiscard]] static Result<std::unique_ptr<AuditLog>> begin(const std::string& path) {
    auto log = std::make_unique<AuditLog>();
    if (!path.empty()) {
      auto file = base::create_append_file(path);
      if (!file) {
        return std::move(file).error().with_hint("give --audit-log a file that is not there yet");
      }
      log->file_ = *std::move(file);
    }
    return log;
  }

  void watch(sandbox::Cluster& cluster) {
    if (file_ != nullptr) {
      cluster.on_answered([this](const sandbox::AuditEvent& event) {
        if (outcome_) {
          outcome_ = file_->append(to_line(event) + "\n");
        }
      });
    }
  }

  [[nodiscard]] const Status& outcome() const { return outcome_; }

 private:
  std::unique_ptr<base::AppendFile> file_;
  Status outcome_ = {};
};

Status serve(const Arguments& arguments,
             const AppEnvironment& environment,
             std::optional<sandbox::Scenario> scenario,
             const std::vector<sandbox::Fault>& faults) {
  CFKOPS_ASSIGN(const std::uint16_t port, port_of(arguments.port));
  CFKOPS_ASSIGN(const std::filesystem::path path, kubeconfig_path(arguments.kubeconfig_out));
  // It outlives the cluster, which tells it of its last answers.
  CFKOPS_ASSIGN(const auto audit, AuditLog::begin(arguments.audit_log));
  CFKOPS_ASSIGN(const auto cluster, begin(scenario, environment.clock.wall()));
  audit->watch(*cluster);
  CFKOPS_ASSIGN(const auto server, sandbox::Server::listen(*cluster, port, arguments.speed));
  CFKOPS_TRY(base::write_private_file(path, server->kubeconfig()));
  environment.watch_signals();
  cluster->inject(faults);
  announce(arguments, environment, *server, path);
  CFKOPS_TRY(server->serve(
      [&] { return environment.cancel.requested() || !audit->outcome().has_value(); }));
  return audit->outcome();
}

}  // namespace

int sandbox_serve_command(const Arguments& arguments, const AppEnvironment& environment) {
  std::optional<sandbox::Scenario> scenario;
  int code = kOk;
  const auto faults = load_fault_script(arguments.faults, environment, code);
  if (!faults) {
    return code;
  }
  if (!arguments.scenario.empty()) {
    scenario = load_scenario(arguments.scenario, environment, code);
    if (!scenario) {
      return code;
    }
  }
  if (const Status done = serve(arguments, environment, std::move(scenario), *faults); !done) {
    return fail(environment, done.error());
  }
  return kOk;
}

}  // namespace cfkops::cli
