#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/action.hpp"
#include "cfkops/engine/executor.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/sandbox/faults.hpp"
#include "cfkops/sandbox/kafka_report.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// What is rehearsed; borrowed where it is a reference.
struct Rehearsal {
  const engine::RunRequest& request;
  const engine::Catalogue& catalogue;
  const sandbox::Scenario& scenario;
  std::size_t points = 200;  ///< of `rehearse_all`: at most so many faults, evenly chosen
};

/// How one run with its faults went.
struct Rehearsed {
  std::string fault;                  ///< what was to happen; "none" for the plain run
  std::string kind;                   ///< of the one fault, "node-lost"; "" without or for several
  std::string step;                   ///< in which step, "" where before or without one
  std::vector<std::string> happened;  ///< what did, with its moment
  engine::RunReport report;           ///< of the run
  bool killed = false;                ///< we were: the report is that of nobody
  /// When the run was on the path of the plain one again; what follows is told as that run had it.
  std::optional<Duration> joined;
  std::vector<sandbox::KafkaReport> kafka;  ///< from the run's start to a minute after its end
  std::vector<std::string> unready;         ///< pods at the end
  /// What must not be, in sentences: a second broker was taken down, a partition went under min ISR
  /// by what the run did, a verdict of success over a cluster that is not whole, …
  std::vector<std::string> harm;
};

/// One plain run, and one for each fault or for the given script.
struct RehearsalReport {
  std::string runbook;
  std::string scenario;
  std::uint64_t seed = 0;
  Rehearsed plain;
  std::vector<Rehearsed> runs;
};

/// Runs it once with nothing but the scenario's own faults, and once with all of `script` where it
/// is not empty. Errors: InvalidInput for a scenario that cannot be begun.
[[nodiscard]] Result<RehearsalReport> rehearse(const Rehearsal& rehearsal,
                                               const std::vector<sandbox::Fault>& script);

/// Runs it once plain, then once for every kind of fault at every request that the plain run's
/// steps sent (`points` of them, evenly chosen, every kind and every step at least once where there
/// is room). The same seed gives the same report, to the byte.
[[nodiscard]] Result<RehearsalReport> rehearse_all(const Rehearsal& rehearsal);

/// The report in the three forms; `to_json` is a contract (docs/rehearsal.md).
[[nodiscard]] Json to_json(const RehearsalReport& report);
[[nodiscard]] std::string to_text(const RehearsalReport& report);
[[nodiscard]] std::string to_markdown(const RehearsalReport& report);

/// Whether any run of it did harm.
[[nodiscard]] bool has_harm(const RehearsalReport& report);

}  // namespace cfkops::rehearse
