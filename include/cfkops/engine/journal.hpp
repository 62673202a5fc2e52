#pragma once

#include "cfkops/audit/log.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/mutation.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace cfkops::engine {

/// What an undo will need, in the order of remembering.
struct Remembered {
  std::string step;
  Json data;
};

/// The run's write-ahead journal, which is its audit log. As the client's recorder it writes every
/// intent, durable, before the mutation leaves, and the effect after it. `log` must outlive it.
class Journal final : public kube::MutationRecorder {
 public:
  /// Borrows the log.
  explicit Journal(audit::Log& log)
      : log_(log) {}

  /// The step that the following records belong to.
  void set_step(std::string step, int attempt);

  Status intend(const kube::Mutation& mutation) override;
  Status record(const kube::Mutation& mutation, const kube::MutationEffect& effect) override;

  /// Writes one record of the present step. Errors: Io; from then on the journal is `broken`.
  Status write(audit::Phase phase, const Json& data, audit::Durable durable);

  /// A note of what is waited for; written when it differs from the one before.
  Status note_wait(const std::string& text);

  /// What a later undo of this step needs; durable, written before the mutation it belongs to. Kept
  /// in memory too.
  Status remember_undo(const Json& data);

  /// Keeps a secret out of all that is written from now on: its text and its base64 form become
  /// "***" wherever they turn up. A second line of defence; shorter secrets than four characters
  /// are left to the first.
  void conceal(const Redacted& secret);

  /// What `remember_undo` was given so far, in that order.
  [[nodiscard]] const std::vector<Remembered>& remembered() const { return remembered_; }

  /// How many mutations were let out.
  [[nodiscard]] std::uint64_t intents() const { return intents_; }

  /// The mutations whose outcome is not known, in words: "evict pod confluent/kafka-2".
  [[nodiscard]] std::vector<std::string> unresolved() const;

  /// Nothing can be written any more.
  [[nodiscard]] bool broken() const { return broken_; }

  /// The log it writes to.
  [[nodiscard]] audit::Log& log() { return log_; }

 private:
  Status write_as(audit::Phase phase, const Json& data, audit::Durable durable);

  audit::Log& log_;
  std::string step_;
  int attempt_ = 0;
  std::uint64_t intents_ = 0;
  bool broken_ = false;
  std::string last_wait_;
  std::vector<Remembered> remembered_;
  std::vector<Redacted> concealed_;
  std::string open_;                  ///< the mutation under way, in words
  std::vector<std::string> unknown_;  ///< ended without a known outcome
};

/// Where runs live: $CFKOPS_STATE_DIR, else $XDG_STATE_HOME/cfkops, else ~/.local/state/cfkops; one
/// folder per run under "runs", mode 0700, the journal in it as "journal.jsonl".
[[nodiscard]] std::filesystem::path state_directory();

/// "20261123-072501-3f9a": sorts by time, unique by its random tail.
[[nodiscard]] std::string new_run_id(WallTime now);

}  // namespace cfkops::engine
