#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cfkops/audit/log.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/mutation.hpp"

namespace cfkops::engine {

/// The run's write-ahead journal, which is its audit log. As the client's recorder it writes every intent, durable,
/// before the mutation leaves, and the effect after it. `log` must outlive it.
class Journal final : public kube::MutationRecorder {
 public:
  explicit Journal(audit::Log& log) : log_(log) {}

  /// The step that the following records belong to.
  void set_step(std::string step, int attempt);

  Status intend(const kube::Mutation& mutation) override;
  Status record(const kube::Mutation& mutation, const kube::MutationEffect& effect) override;

  Status write(audit::Phase phase, const Json& data, audit::Durable durable);

  /// What a later undo of this step needs; durable, written before the mutation it belongs to.
  Status remember_undo(const Json& data);

  [[nodiscard]] audit::Log& log() { return log_; }

 private:
  audit::Log& log_;
  std::string step_;
  int attempt_ = 0;
  std::uint64_t intents_ = 0;
};

/// Where runs live: $CFKOPS_STATE_DIR, else $XDG_STATE_HOME/cfkops, else ~/.local/state/cfkops; one folder per run
/// under "runs", mode 0700, the journal in it as "journal.jsonl".
[[nodiscard]] std::filesystem::path state_directory();

/// "20261123-072501-3f9a": sorts by time, unique by its random tail.
[[nodiscard]] std::string new_run_id(WallTime now);

}  // namespace cfkops::engine
