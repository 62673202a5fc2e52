#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::engine {

/// How an attempt at a step ended.
struct Outcome {
  /// Of a step that must not happen twice, NotYet and Refused promise that this attempt changed
  /// nothing: only those two may be tried again. One that went wrong half-way has Failed.
  enum class Kind {
    Done,     ///< it is so now
    NotYet,   ///< not so yet; waiting may help
    Refused,  ///< unsafe now; may be tried again, never forced by trying
    Unknown,  ///< could not tell; blocks like Refused
    Failed,   ///< it went wrong: stop
    Stopped,  ///< a person asked to stop, and this is a safe point
  };

  Kind kind = Kind::Failed;
  std::string why;                 ///< of all but Done
  std::string override_parameter;  ///< of Refused: the parameter with the value that permits it
                                   ///< ("waiver_topics=orders,payments"), or ""
  runbook::ValueMap outputs;       ///< of Done; of the others what is known so far
  std::optional<Error> error;      ///< of Failed, and of Stopped (Cancelled)
  std::vector<std::string>
      left;  ///< what is not as it was and will not heal by itself, one sentence each

  /// It is so now, with what the step gives to later ones.
  [[nodiscard]] static Outcome done(runbook::ValueMap outputs = {});

  /// Not so yet, and nothing went wrong.
  [[nodiscard]] static Outcome not_yet(std::string why);

  /// A safety rule says no. `override_parameter` as the member of that name.
  [[nodiscard]] static Outcome refused(std::string why, std::string override_parameter = {});

  /// It could not be told.
  [[nodiscard]] static Outcome unknown(std::string why);

  /// Cancelled becomes Stopped, Unknown and Refused keep their kind, the rest is Failed.
  [[nodiscard]] static Outcome from(Error error);

  /// Of a step that has changed something: Refused becomes Failed, as it says that nothing was done
  /// and invites another attempt, which would begin anew.
  void fail_refused();
};

/// "done", "not_yet" and so on: as `attempts.on` and the log have it.
[[nodiscard]] std::string_view to_string(Outcome::Kind kind);

/// The answer to a check. Unknown never counts as pass; Skipped is one that was not asked, as its
/// `when` says so or its steps have begun, and passed nothing.
enum class Verdict { Pass, Skipped, Fail, Unknown };

/// "pass", "skipped", "fail" or "unknown".
[[nodiscard]] std::string_view to_string(Verdict verdict);

/// It keeps nothing from going on: it passed, or was not to be asked.
[[nodiscard]] bool lets_go_on(Verdict verdict);

/// What a check found.
struct CheckResult {
  Verdict verdict = Verdict::Unknown;
  std::string summary;  ///< one line with the measured values: "0 of 33 partitions under-replicated
                        ///< on 3 brokers"
  std::vector<std::string> details;  ///< topic and partition names, pods, reasons
  std::string remedy;                ///< what to do when it is not a pass
  runbook::ValueMap outputs;         ///< the measured values

  /// What could not be read says why, and what to do about that.
  [[nodiscard]] static CheckResult unknown(const Error& error);
};

}  // namespace cfkops::engine
