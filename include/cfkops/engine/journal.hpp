#pragma once

#include "cfkops/audit/log.hpp"
#include "cfkops/base/concealed.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/observer.hpp"
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
  std::uint64_t entry = 0;  ///< the log's number of it, from 1
  bool undone = false;      ///< while the run went on
};

/// Has a say before a mutation leaves: a lock that must still be held, guards that must hold, a run
/// directory that must still be there.
class MutationGate {
 public:
  MutationGate() = default;
  MutationGate(const MutationGate&) = delete;
  MutationGate& operator=(const MutationGate&) = delete;
  virtual ~MutationGate() = default;

  /// Nothing where the mutation may leave. Errors: Refused or Unknown, with the reason and what to
  /// do next; nothing is sent then, nor written as an intent.
  virtual Status may_leave(const kube::Mutation& mutation) = 0;

  /// It stands for a lock: without it nothing of the run's may leave, be it aside.
  [[nodiscard]] virtual bool is_lock() const { return false; }
};

/// The run's write-ahead journal, which is its audit log. As the client's recorder it writes every
/// intent, durable, before the mutation leaves, and the effect after it. `log` must outlive it.
class Journal final : public kube::MutationRecorder {
 public:
  /// Borrows the log.
  explicit Journal(audit::Log& log)
      : log_(log) {}

  /// From now on `observer` is told of every mutation that is not aside. It must outlive the
  /// journal, or its last mutation.
  void tell(Observer& observer) { observer_ = &observer; }

  /// From now on no mutation leaves unless `gate` agrees. Asked before anything is written, the
  /// last one added first: those may take their time, and a lock must hold at the very end. It must
  /// outlive the journal, or its last mutation.
  void add_gate(MutationGate& gate) { gates_.insert(gates_.begin(), &gate); }

  /// It is not asked any more.
  void remove_gate(const MutationGate& gate) { std::erase(gates_, &gate); }

  /// While one lives, what is written belongs to another step: renewing a lock amid a step, an
  /// evaluation of guards; or to this one, but not to what it is about: the mark of a roll. No gate
  /// is asked for what is sent meanwhile, unless `gates` says so.
  class Aside {
   public:
    /// Those that are asked all the same.
    enum class Gates {
      None,
      Locks,  ///< that stand for locks
    };

    Aside(Journal& journal, std::string step, Gates gates = Gates::None);
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
    ~Aside();

   private:
    Journal& journal_;
    std::string step_;
    int attempt_;
    Gates gates_;
  };

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

  /// What was remembered under that number was for a mutation that did not happen; durable.
  Status forget_undo(std::uint64_t entry);

  /// What was remembered under that number is undone, and is not to be undone again.
  void note_undone(std::uint64_t entry);

  /// Keeps a secret out of all that is written from now on (`base::Concealed`).
  void conceal(const Redacted& secret);

  /// Goes on with a run of an earlier process: what it remembered and was not undone yet, of how
  /// many, how many mutations it let out, and the number of the last.
  struct Before {
    std::vector<Remembered> remembered;
    std::uint64_t entries = 0;
    std::uint64_t intents = 0;
    std::uint64_t numbered = 0;
  };

  void carry_on(Before before);

  /// What `remember_undo` was given so far, in that order.
  [[nodiscard]] const std::vector<Remembered>& remembered() const { return remembered_; }

  /// How many mutations were let out, but for those aside: what the run has done to its target.
  [[nodiscard]] std::uint64_t intents() const { return intents_; }

  /// The mutations whose outcome is not known, in words: "evict pod confluent/kafka-2".
  [[nodiscard]] std::vector<std::string> unresolved() const;

  /// Nothing can be written any more.
  [[nodiscard]] bool broken() const { return broken_; }

  /// The log it writes to.
  [[nodiscard]] audit::Log& log() { return log_; }

 private:
  /// A mutation that was let out and whose effect was not told yet.
  struct Open {
    std::uint64_t number = 0;
    std::string audit_id;
    std::string words;  ///< "evict pod confluent/kafka-2"
    bool aside = false;
  };

  Status ask_gates(const kube::Mutation& mutation);
  void tell_change(const kube::Mutation& mutation,
                   ObjectChange::State state,
                   const std::string& error) const;
  Status write_as(audit::Phase phase, const Json& data, audit::Durable durable);

  audit::Log& log_;
  Observer* observer_ = nullptr;
  std::string step_;
  int attempt_ = 0;
  std::uint64_t intents_ = 0;
  std::uint64_t numbered_ = 0;  ///< those aside too
  bool broken_ = false;
  std::string last_wait_;
  std::vector<Remembered> remembered_;
  std::uint64_t entries_ = 0;
  base::Concealed concealed_;
  std::vector<MutationGate*> gates_;  ///< as they are asked: the last added first
  int asides_ = 0;
  int locked_asides_ = 0;  ///< of them, those for which locks are asked
  std::vector<Open> open_;
  std::vector<std::string> unknown_;  ///< ended without a known outcome
};

/// "evict pod confluent/kafka-2"
[[nodiscard]] std::string in_words(const kube::Mutation& mutation);

/// "pod confluent/kafka-2"
[[nodiscard]] std::string object_in_words(const kube::Mutation& mutation);

/// Where runs live: $CFKOPS_STATE_DIR, else $XDG_STATE_HOME/cfkops, else ~/.local/state/cfkops; one
/// folder per run under "runs", mode 0700, the journal in it as "journal.jsonl".
[[nodiscard]] std::filesystem::path state_directory();

/// "20261123-072501-3f9a": sorts by time, unique by its random tail.
[[nodiscard]] std::string new_run_id(WallTime now);

}  // namespace cfkops::engine
