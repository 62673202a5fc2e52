#pragma once

#include "checks.hpp"
#include "names.hpp"
#include "steps.hpp"

#include "cfkops/engine/plan.hpp"
#include "cfkops/engine/recovery.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::engine {

/// Makes a plan. Has a Reader and so cannot write; in a run it has the journal, to write down what
/// the prerequisites said.
class Planner {
 public:
  /// Borrows all it is given; `journal` may be null.
  Planner(const RunRequest& request,
          const Catalogue& catalogue,
          kube::Reader& reader,
          Observer& observer,
          Journal* journal);

  /// Asks the prerequisites and plans every step; those of kind `permission` are asked last, so
  /// that they ask for what the steps will need. Where a step cannot be planned and a prerequisite
  /// does not pass, the plan says both; where all pass, the error is the step's. Errors: as
  /// `make_plan`.
  Result<Plan> make(const runbook::ValueMap& params);

  /// From now on what is planned is the rest of a run that an earlier process began: steps that are
  /// done are not planned, and of the prerequisites only those are asked that a half-done run
  /// cannot break, `permission` and `version`. Borrows both.
  void take_up(const RecoveredRun& before,
               const std::map<std::string, std::vector<SentMutation>>& earlier);

  /// Such a plan without prerequisites and steps: what to take back is not ours to tell.
  Result<Plan> make_header(const runbook::ValueMap& params);

 private:
  struct Branch {
    std::string suffix;   ///< "[2]" inside the second element of an `each`
    std::string skipped;  ///< why the group around it is skipped
    std::string unknown;  ///< why it cannot be planned
  };

  Status plan_steps(const std::vector<runbook::Step>& steps, const Branch& branch);
  Status plan_step(const runbook::Step& step, Branch branch);
  Status plan_each(const runbook::Step& step, const Branch& branch);
  Status plan_elements(const runbook::Step& step,
                       const runbook::Step* child,
                       const runbook::ValueList& list,
                       const Batch& batch,
                       const std::string& suffix);
  Status plan_batch(const runbook::Step& step,
                    const runbook::ValueList& list,
                    const Batch& batch,
                    const std::string& suffix);
  Status plan_group(const runbook::Step& step, const Branch& branch);
  Status plan_body(const runbook::Step& step, const Branch& branch);

  /// A prerequisite of an included runbook that is asked when all steps are planned.
  struct LatePrerequisite {
    std::size_t place;  ///< in the plan
    const runbook::CheckEntry* entry;
    Names names;
  };

  // Of included runbooks: planner_included.cpp.
  Status plan_included(const runbook::Step& step, Branch branch);
  [[nodiscard]] bool changes_before() const;
  void foresee_prerequisites(const runbook::Step& step, const Branch& branch);
  Status ask_prerequisites_of(const runbook::Step& step, const Branch& branch);
  Status ask_late_prerequisites();

  [[nodiscard]] std::string left_out(const std::string& id) const;
  Status plan_action(const runbook::Step& step, const Action& action, PlannedStep& planned);
  void begin(const runbook::ValueMap& params);
  void add_step_locks();
  [[nodiscard]] bool is_asked(const runbook::CheckEntry& entry) const;
  [[nodiscard]] bool is_done(const std::string& id) const;
  void keep_error(const runbook::Step& step, Error error, PlannedStep& planned);
  // What will be asked of the cluster: planner_permissions.cpp.
  void need(kube::AccessQuestion question);
  void need_declared(const std::vector<runbook::PermissionSpec>& permissions,
                     const Arguments* arguments);
  void need_kinds(const std::vector<std::string>& kinds);
  void need_references(const runbook::Type& type);
  void collect_permissions(const PlannedStep& planned, const runbook::ActionSpec& spec);
  void need_check(const runbook::CheckEntry& entry, const runbook::Bindings& bindings);
  void need_checks(const runbook::Runbook& runbook, const runbook::Bindings& bindings);
  enum class Planned { No, Yes };
  void need_steps(const std::vector<runbook::Step>& steps,
                  const runbook::Bindings& bindings,
                  Planned planned);
  Status complete_permissions();
  enum class Asked { BeforeSteps, AfterSteps };
  Status ask_prerequisites(Asked when);
  [[nodiscard]] CheckRunner prerequisite_checks();
  Status read_header();

  const RunRequest& request_;
  const Catalogue& catalogue_;
  kube::Reader& reader_;
  Observer& observer_;
  Journal* journal_;
  std::set<std::string> looked_for_;  ///< kinds of references
  Site site_;
  Names names_;
  Plan plan_;
  std::vector<kube::AccessQuestion> needed_;
  std::vector<LatePrerequisite> late_;
  std::optional<Error> first_error_;
  const RecoveredRun* before_ = nullptr;  ///< of a run that goes on
  const std::map<std::string, std::vector<SentMutation>>* earlier_ = nullptr;
};

/// The kind of check that asks for what the steps will need, and so is asked after they are
/// planned.
inline constexpr std::string_view kPermission = "permission";

/// Why something cannot be known before the run, or "".
[[nodiscard]] std::string needs(const std::set<std::string>& outputs);

/// How the reason begins why a step is skipped that an earlier process of the run passed over.
inline constexpr std::string_view kPassedOver = "it was passed over";

/// A step's id with its place in each `each` around it: "restart[2]".
[[nodiscard]] std::string instance_id(const runbook::Step& step, const std::string& suffix);

/// Sets the Audit-ID scope of what follows: "<run>/<what>/<attempt>".
void set_scope(kube::Reader& reader,
               const std::string& run_id,
               const std::string& what,
               int attempt = 1);

}  // namespace cfkops::engine
