#pragma once

#include "arguments.hpp"

#include "cfkops/audit/log.hpp"
#include "cfkops/base/append_file.hpp"
#include "cfkops/cli/app.hpp"
#include "cfkops/engine/executor.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace cfkops::cli {

/// A run that is to be begun, or gone on with.
struct Conduct {
  engine::RunRequest request;       ///< namespace, context, journal and command line are filled in
  std::unique_ptr<AppendFile> log;  ///< of a run that goes on; null: a new one is made
  std::filesystem::path folder = {};  ///< ditto
  audit::LogTail tail = {};           ///< ditto
  /// Asked once the server has answered, before a new run has a log: where it says Refused, the run
  /// is refused by policy. May be empty.
  std::function<Status(kube::Reader&, engine::RunRequest&)> permit = {};
  std::function<engine::RunReport(const engine::RunRequest&, const engine::RunEnvironment&)> act;
};

/// Connects to the cluster, opens the log and does it; shows all that happens; returns the exit
/// code.
[[nodiscard]] int conduct(const Arguments& arguments,
                          const AppEnvironment& environment,
                          Conduct what);

}  // namespace cfkops::cli
