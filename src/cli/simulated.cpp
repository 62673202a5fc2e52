#include "simulated.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"
#include "json_line.hpp"
#include "kept_world.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/kube/forwarding_transport.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

/// A simulated cluster, and the way to it.
struct SimulatedWorld {
  const sandbox::Scenario& scenario;
  sandbox::Cluster& cluster;
  KeptWorld& line;
};

std::string disruption(const sandbox::KafkaReport& kafka) {
  std::string text = fmt::format("Kafka {}/{}: {} of {} brokers running, at most {} down at once",
                                 kafka.ns,
                                 kafka.name,
                                 kafka.brokers_running,
                                 kafka.brokers,
                                 kafka.most_brokers_down);
  text += fmt::format("; longest pause of acks {}, of one partition {}",
                      base::human_duration(kafka.longest_gap),
                      base::human_duration(kafka.longest_partition_gap));
  text += kafka.most_under_min_isr == 0
              ? std::string("; never under min.insync.replicas")
              : fmt::format("; {} of {} partitions under min.insync.replicas, for {}",
                            kafka.most_under_min_isr,
                            kafka.partitions,
                            base::human_duration(kafka.under_min_isr_time));
  return text;
}

void tell_disruption(const Arguments& arguments,
                     const AppEnvironment& environment,
                     const sandbox::Cluster& cluster) {
  const auto reports = cluster.kafka_reports();
  if (arguments.global.output == Output::Json) {
    nlohmann::json kafka = nlohmann::json::array();
    for (const sandbox::KafkaReport& report : reports) {
      kafka.push_back(sandbox::to_json(report));
    }
    environment.terminal.out(json_line({{"schemaVersion", 1},
                                        {"type", "simulated"},
                                        {"time", base::format_rfc3339(cluster.clock().wall())},
                                        {"kafka", std::move(kafka)}}));
    return;
  }
  for (const sandbox::KafkaReport& report : reports) {
    environment.terminal.err("simulated: " + disruption(report) + "\n");
  }
}

}  // namespace

std::string flag_of_a_real_cluster(const kube::ConfigOverrides& config) {
  const std::array<std::pair<std::string_view, const std::string*>, 5> flags = {
      {{"--kubeconfig", &config.kubeconfig},
       {"--context", &config.context},
       {"--cluster", &config.cluster},
       {"--user", &config.user},
       {"--server", &config.server}}};
  for (const auto& [flag, value] : flags) {
    if (!value->empty()) {
      return std::string(flag);
    }
  }
  return {};
}

std::string sandbox_context(const std::string& scenario) {
  return "sandbox:" + scenario;
}

std::string namespace_of(const sandbox::Scenario& scenario) {
  return scenario.kafka.empty() ? "default" : scenario.kafka.front().ns;
}

namespace {

int show_all(const std::vector<Error>& errors, const AppEnvironment& environment) {
  for (const Error& error : errors) {
    show_error(environment.terminal, error);
  }
  return kUsage;
}

}  // namespace

std::optional<sandbox::Scenario> load_scenario(const std::string& name,
                                               const AppEnvironment& environment,
                                               int& exit_code) {
  auto scenario = sandbox::find_scenario(name.empty() ? "healthy" : name);
  if (scenario) {
    return *std::move(scenario);
  }
  exit_code = show_all(scenario.error(), environment);
  return std::nullopt;
}

std::optional<std::vector<sandbox::Fault>> load_fault_script(const std::string& file,
                                                             const AppEnvironment& environment,
                                                             int& exit_code) {
  if (file.empty()) {
    return std::vector<sandbox::Fault>();
  }
  const auto text = base::read_file(file);
  if (!text) {
    exit_code =
        fail_on_file(environment,
                     Error(text.error())
                         .with_hint("--faults takes a file of kind Faults; of rehearse also: all"));
    return std::nullopt;
  }
  auto faults = sandbox::load_faults(*text, file);
  if (!faults) {
    exit_code = show_all(faults.error(), environment);
    return std::nullopt;
  }
  return *std::move(faults);
}

namespace {

/// Carries a command out on a cluster that was begun for it.
int on_cluster(const Arguments& arguments,
               const AppEnvironment& environment,
               const SimulatedWorld& world,
               const CommandThere& command) {
  const auto configure = [&world](const kube::ConfigOverrides& overrides) {
    kube::ClientConfig config;
    config.context = sandbox_context(world.scenario.name);
    config.ns = overrides.ns.empty() ? namespace_of(world.scenario) : overrides.ns;
    config.source = "scenario " + world.scenario.name;
    return Result<kube::ClientConfig>(std::move(config));
  };
  const auto lend =
      [&world](const kube::ClientConfig& /*config*/) -> Result<std::unique_ptr<kube::Transport>> {
    return std::make_unique<kube::ForwardingTransport>(world.line);
  };
  const AppEnvironment simulated{
      .terminal = environment.terminal,
      .clock = world.cluster.clock(),
      .cancel = environment.cancel,
      .connect = lend,
      .watch_signals = environment.watch_signals,
      .configure = configure,
      .keep_world =
          [&world](const std::filesystem::path& folder) { return world.line.keep(folder); },
      .frames = &environment.clock};
  if (arguments.global.output == Output::Text) {
    environment.terminal.err("On a simulated cluster (scenario " + world.scenario.name +
                             "), in simulated time: nothing real is touched.\n");
  }
  return command(arguments, simulated);
}

}  // namespace

int on_simulated_cluster(const Arguments& arguments,
                         const AppEnvironment& environment,
                         bool tell,
                         const CommandThere& command) {
  if (const std::string flag = flag_of_a_real_cluster(arguments.global.config); !flag.empty()) {
    return fail(environment,
                make_error(ErrorCode::InvalidInput,
                           flag + " and --sandbox contradict each other",
                           "leave one of them out: --sandbox runs on a simulated cluster, and "
                           "touches no real one"));
  }
  int code = kOk;
  const auto scenario = load_scenario(arguments.sandbox.value_or(""), environment, code);
  if (!scenario) {
    return code;
  }
  const WallTime start = environment.clock.wall();
  auto cluster = sandbox::Cluster::begin(*scenario, start);
  if (!cluster) {
    return fail(environment, cluster.error());
  }
  KeptWorld line(**cluster, arguments.sandbox.value_or(""), start);
  code = on_cluster(
      arguments, environment, {.scenario = *scenario, .cluster = **cluster, .line = line}, command);
  if (tell && code != kUsage) {  // what ended so never began
    tell_disruption(arguments, environment, **cluster);
  }
  return code;
}

int on_kept_cluster(const Arguments& arguments,
                    const AppEnvironment& environment,
                    const KeptRun& kept,
                    const CommandThere& command) {
  const auto head = read_world_head(kept.folder);
  if (!head) {
    return fail(environment, head.error());
  }
  int code = kOk;
  const auto scenario = load_scenario(head->scenario, environment, code);
  if (!scenario) {
    return code;
  }
  auto cluster = sandbox::Cluster::begin(*scenario, head->start);
  if (!cluster) {
    return fail(environment, cluster.error());
  }
  KeptWorld line(**cluster, head->scenario, head->start);
  const auto last = base::parse_rfc3339(kept.last_time);
  if (const Status back = line.bring_back(kept.folder, last.value_or(head->start)); !back) {
    return fail(environment, back.error());
  }
  code = on_cluster(
      arguments, environment, {.scenario = *scenario, .cluster = **cluster, .line = line}, command);
  if (code != kUsage) {
    tell_disruption(arguments, environment, **cluster);
  }
  return code;
}

}  // namespace cfkops::cli
