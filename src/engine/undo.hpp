#pragma once

#include "run_state.hpp"

#include "cfkops/engine/plan.hpp"

#include <string>
#include <vector>

namespace cfkops::engine {

/// Takes back what the steps of a run did, the last begun first: each by the steps that the runbook
/// has for that, or by what its action remembered, the last remembered first; behind the first step
/// of an included runbook it carries out that one's rollback steps, and then those of the runbook
/// itself. Goes on with the next where one cannot be undone: each has its own
/// verdict. The first request to stop is answered with a notice, the second stops it at once.
class Undo {
 public:
  explicit Undo(RunState& state)
      : state_(state) {}

  /// True where nothing that should have been undone was left; the rest is in the state's `left`.
  bool carry_out();

  /// The same of the steps of one element of a repeated step, "drain[2]", with which the run does
  /// not go on: the runbook's own rollback is not for it.
  bool take_back_element(const runbook::Step& step, const std::string& element);

  /// What it would do, for a plan, in its order.
  [[nodiscard]] std::vector<PlannedStep> planned() const;

 private:
  /// An instance of a step that includes a runbook.
  struct Group {
    const runbook::Step* step = nullptr;
    std::string suffix;  ///< its place in each `each` around it
  };

  [[nodiscard]] std::vector<std::string> order() const;
  bool undo_step(const std::string& id);
  bool take_back(const std::string& id);
  bool undo_remembered(const std::string& id);
  bool undo_by_steps(const std::string& id);
  bool undo_one(const Remembered& remembered);
  bool stopped(StepRecord& record);
  Outcome attempts(const StepRecord& record, const Remembered& remembered);
  bool roll_back();

  // Of included runbooks: undo_included.cpp.
  [[nodiscard]] std::vector<Group> left_behind(const std::vector<std::string>& ids,
                                               std::size_t at) const;
  bool roll_back(const Group& group);
  static void plan_rollback(const Group& group, std::vector<PlannedStep>& planned);

  bool undo_all(const std::vector<std::string>& ids);
  void tell_what_has_no_undo(const std::vector<std::string>& ids);
  Status tell(const std::string& event, const Json& data) const;
  void tell_no_more(const std::string& step);
  [[nodiscard]] bool remembered_by(const std::string& step) const;

  RunState& state_;
  std::string element_;  ///< of which it is, "drain[2]"; "": of the whole run
};

}  // namespace cfkops::engine
