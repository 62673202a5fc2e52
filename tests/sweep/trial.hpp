#pragma once

#include "forks.hpp"
#include "line.hpp"
#include "support/memory_file.hpp"

#include "cfkops/base/json.hpp"
#include "cfkops/engine/executor.hpp"
#include "cfkops/kube/transport.hpp"
#include "cfkops/runbook/model.hpp"
#include "cfkops/sandbox/audit.hpp"
#include "cfkops/sandbox/cluster.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::test {

/// A runbook on a simulated cluster, and what must hold however a run of it goes.
struct SweptRunbook {
  runbook::Runbook runbook;
  sandbox::Scenario scenario;
  std::map<std::string, std::string> params;
  std::string ns;
  std::string watched;  ///< "/api/v1/namespaces/shop/configmaps/web": is as before after an undo
  std::string once;     ///< likewise an object whose specification changes once at most, or ""
};

/// One run with everything that may go wrong once: it runs plainly, and at every request and every
/// write of its journal it is copied for each way in which things can go wrong there. A copy goes
/// on until its run ends or dies, is resumed until that ends well, and is then judged.
class Trial {
 public:
  /// Borrows both.
  Trial(const SweptRunbook& swept, Forks& forks);
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial();

  /// Of the plain run; a copy reports to its original and does not come back.
  [[nodiscard]] std::vector<std::string> perform();

  /// How many requests the plain run made, and how often it wrote.
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

  [[nodiscard]] std::size_t writes() const { return disk_.appends; }

 private:
  enum class Mode { Begin, Resume };

  void before_request(const Line& line, const kube::Request& request, std::uint64_t number);
  void before_write(std::size_t number);
  void heard(const sandbox::AuditEvent& event);
  void live(Mode mode);
  engine::RunReport act(Mode mode, kube::Transport& line);
  void read_record();
  void let_time_pass(Duration time);
  [[nodiscard]] Json read_object(const std::string& target);
  [[nodiscard]] std::string read_watched();
  [[nodiscard]] std::int64_t generation();
  std::vector<std::string> judge();
  void judge_log(std::vector<std::string>& problems) const;
  void judge_kafka(std::vector<std::string>& problems) const;
  void judge_leavings(std::vector<std::string>& problems);

  const SweptRunbook& swept_;
  Forks& forks_;
  std::unique_ptr<sandbox::Cluster> cluster_;
  MemoryDisk disk_;
  std::uint64_t requests_ = 0;
  int lives_ = 0;
  bool torn_ = false;                        ///< dies in the middle of the next write
  std::optional<engine::RunReport> report_;  ///< nothing: it died
  bool nothing_on_record_ = false;           ///< it died before its start was written down
  bool is_over_ = false;  ///< nothing more is to be expected of resuming, by what the log says
  std::map<std::string, int> evictions_;  ///< accepted, by pod
  int changes_ = 0;                       ///< mutations accepted, locks aside
  std::string watched_before_;
  std::int64_t generation_before_ = 0;  ///< of what may change once
};

}  // namespace cfkops::test
