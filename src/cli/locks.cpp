#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "json_observer.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/lock.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::cli {
namespace {

/// A lock that somebody holds, and how long ago its holder says to have renewed it.
struct LockRow {
  engine::LockRecord record;
  std::optional<Duration> age;  ///< by two clocks that may differ; nothing: it does not say

  [[nodiscard]] bool overdue() const { return age && *age > record.duration; }
};

Result<std::vector<LockRow>> held_locks(kube::Reader& reader, const std::string& ns, WallTime now) {
  CFKOPS_ASSIGN(
      const kube::ObjectList leases,
      reader.list(kube::resources::leases(),
                  ns,
                  {.label_selector = std::string(engine::kLockSelector), .field_selector = {}}));
  std::vector<LockRow> rows;
  for (const kube::Object& lease : leases.items) {
    LockRow row{.record = engine::read_lock(lease), .age = {}};
    if (row.record.holder.empty()) {
      continue;
    }
    if (const auto renewed = base::parse_rfc3339(row.record.renewed)) {
      row.age = std::max(now - *renewed, Duration::zero());
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

nlohmann::json to_json(const LockRow& row) {
  const engine::LockRecord& record = row.record;
  return {
      {"target", record.target},
      {"namespace", record.ns},
      {"lease", record.lease},
      {"holder", record.holder},
      {"run", record.run},
      {"runbook", record.runbook},
      {"since", record.since},
      {"renewed", record.renewed},
      {"renewedSecondsAgo", row.age ? nlohmann::json(base::in_seconds(*row.age)) : nullptr},
      {"leaseSeconds", std::chrono::duration_cast<std::chrono::seconds>(record.duration).count()},
      {"overdue", row.age ? nlohmann::json(row.overdue()) : nullptr},
      {"token", record.token}};
}

std::string row_text(const LockRow& row) {
  const engine::LockRecord& record = row.record;
  std::string text = record.target.empty() ? record.lease : record.target;
  text += "\n  holder   " + record.holder;
  text += "\n  runbook  " + (record.runbook.empty() ? "unknown" : record.runbook);
  text += "\n  since    " + (record.since.empty() ? "unknown" : record.since);
  text += "\n  renewed  " +
          (row.age ? base::human_duration(*row.age) + " ago by the holder's clock" : "unknown") +
          ", holds for " + base::human_duration(record.duration);
  if (row.overdue()) {
    text += "\n           that is overdue: a run that wants it watches it for " +
            base::human_duration(record.duration) + ", then takes it";
  }
  return text + "\n  lease    " + record.ns + "/" + record.lease + ", token " +
         std::to_string(record.token) + "\n";
}

}  // namespace

int locks_command(const Arguments& arguments, const AppEnvironment& environment) {
  SilentObserver observer;
  auto connection = connect(arguments.global, environment, observer);
  if (!connection) {
    return fail(environment, connection.error());
  }
  kube::Reader reader(*connection->loop, connection->reader_options(arguments.global));
  reader.set_audit_scope("cfkops/locks/1");
  const std::string ns = arguments.all_namespaces ? "" : connection->ns;
  const auto rows = held_locks(reader, ns, environment.clock.wall());
  if (!rows) {
    return fail(environment, rows.error());
  }
  if (arguments.global.output == Output::Json) {
    nlohmann::json list = nlohmann::json::array();
    for (const LockRow& row : *rows) {
      list.push_back(to_json(row));
    }
    environment.terminal.out(json_line({{"schemaVersion", 1}, {"locks", std::move(list)}}));
    return kOk;
  }
  if (rows->empty()) {
    environment.terminal.err(base::printable_lines(
        "no run holds a lock in " + (ns.empty() ? "any namespace" : "namespace " + ns) + "\n"));
    return kOk;
  }
  std::string text;
  for (const LockRow& row : *rows) {
    text += row_text(row);
  }
  environment.terminal.out(base::printable_lines(text));
  return kOk;
}

}  // namespace cfkops::cli
