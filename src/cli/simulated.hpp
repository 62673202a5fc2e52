#pragma once

#include "arguments.hpp"

#include "cfkops/cli/app.hpp"
#include "cfkops/sandbox/cluster.hpp"
#include "cfkops/sandbox/faults.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::cli {

/// What a simulated cluster is called where a context's name is shown: "sandbox:healthy".
[[nodiscard]] std::string sandbox_context(const std::string& scenario);

/// The namespace of a scenario's first Kafka; "default" where it has none.
[[nodiscard]] std::string namespace_of(const sandbox::Scenario& scenario);

/// The scenario of that name or file; "" means "healthy". What is wrong with it is shown, and
/// `exit_code` is set.
[[nodiscard]] std::optional<sandbox::Scenario> load_scenario(const std::string& name,
                                                             const AppEnvironment& environment,
                                                             int& exit_code);

/// The faults in a file of kind Faults; none for "". What is wrong with it is shown, and
/// `exit_code` is set.
[[nodiscard]] std::optional<std::vector<sandbox::Fault>> load_fault_script(
    const std::string& file, const AppEnvironment& environment, int& exit_code);

/// The first flag given that means a real cluster, or "".
[[nodiscard]] std::string flag_of_a_real_cluster(const kube::ConfigOverrides& config);

/// What is done there.
using CommandThere = std::function<int(const Arguments&, const AppEnvironment&)>;

/// Carries a command out on a simulated cluster: with its clock, and connected to it whatever the
/// kubeconfig says. Afterwards it says how the simulated Kafka fared, where `tell` holds. What
/// stands in the way (flags of a real cluster, a scenario that is wrong) is shown; returns the exit
/// code.
[[nodiscard]] int on_simulated_cluster(const Arguments& arguments,
                                       const AppEnvironment& environment,
                                       bool tell,
                                       const CommandThere& command);

/// A run that was on a simulated cluster.
struct KeptRun {
  std::filesystem::path folder;
  std::string last_time;  ///< of its log's last record
};

/// The same on the cluster of an earlier run, brought back as it was when that run ended.
[[nodiscard]] int on_kept_cluster(const Arguments& arguments,
                                  const AppEnvironment& environment,
                                  const KeptRun& kept,
                                  const CommandThere& command);

}  // namespace cfkops::cli
