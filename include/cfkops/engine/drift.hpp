#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/engine/pins.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/engine/recovery.hpp"
#include "cfkops/engine/saved_plan.hpp"
#include "cfkops/engine/sent_mutation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// One thing that is not as it was when the plan was made. Values as JSON; of what must not be
/// shown they say so.
struct DriftedField {
  std::string object;        ///< "statefulset confluent/kafka"
  std::string field;         ///< JSON Pointer; "" where the whole object came or went
  std::string planned_from;  ///< "none" where there was none
  std::string now;
  std::string would_change_to;  ///< where the plan changes this field, else ""

  /// "statefulset confluent/kafka /spec/replicas: planned from 3, now 5; the plan would change it
  /// to 4"
  [[nodiscard]] std::string text() const;
};

/// What has changed since a plan was saved.
struct Drift {
  std::vector<DriftedField> fields;
  std::vector<std::string> steps;  ///< how what would be done differs, one sentence each

  [[nodiscard]] bool empty() const { return fields.empty() && steps.empty(); }

  /// Refused, with a summary and a cause per difference.
  [[nodiscard]] Error error() const;

  /// All of it, one line each.
  [[nodiscard]] std::vector<std::string> lines() const;

  /// For the log and JSON output: fields and steps.
  [[nodiscard]] Json to_json() const;
};

class OwnChanges;

/// What an earlier process of the run has begun of the plan.
struct BegunPart {
  const RecoveredRun& run;
  std::vector<SentMutation> sent;  ///< with its fates
};

/// While a saved plan is planned anew it listens to what is read, and then says what has drifted.
/// Where the request has no saved plan it does nothing. Borrows both.
class DriftWatch {
 public:
  /// Of a run that goes on (`begun`, borrowed too) only the rest is compared: the steps that were
  /// not begun, and the objects that the run has not changed itself. Objects that have come since
  /// are not looked for, as what they rest on may be known only now.
  DriftWatch(const RunRequest& request, kube::Reader& reader, const BegunPart* begun = nullptr);
  DriftWatch(const DriftWatch&) = delete;
  DriftWatch& operator=(const DriftWatch&) = delete;
  ~DriftWatch();

  /// What differs between the saved plan and the world; `plan` is null where no plan could be made.
  /// What was pinned and has not been read this time is read now. Ends the listening. Errors: what
  /// kept it from telling, as Unknown; Cancelled.
  [[nodiscard]] Result<Drift> drift(const Plan* plan);

 private:
  Status compare_cluster(Drift& drift);
  Status compare_pins(const Json& plan, const OwnChanges& own, Drift& drift);
  Result<std::optional<Pin>> read_again(const Pin& pin);
  Status compare_pin(const Pin& pin, std::optional<Pin> read, Drift& drift);

  const RunRequest& request_;
  kube::Reader& reader_;
  const BegunPart* begun_ = nullptr;
  PinRecorder reads_;
};

}  // namespace cfkops::engine
