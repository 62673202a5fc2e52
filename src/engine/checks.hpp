#pragma once

#include "names.hpp"
#include "references.hpp"

#include "cfkops/engine/plan.hpp"

#include <string>
#include <vector>

namespace cfkops::engine {

/// Asks the checks of one section and tells everybody. Borrows all it is made of.
class CheckRunner {
 public:
  /// `phase` is "prerequisite", "expect" or "validation"; `journal` may be null. `context` is what
  /// each check is given, with its own step and deadline filled in.
  CheckRunner(std::string phase, const Site& site, Context context, Journal* journal)
      : phase_(std::move(phase)),
        site_(site),
        context_(std::move(context)),
        journal_(journal) {}

  /// All of them, in order; none is left out because another failed. What they measured is bound in
  /// `names`. Errors: Cancelled; Io where a verdict could not be written down.
  Result<std::vector<PlannedCheck>> all(const std::vector<runbook::CheckEntry>& entries,
                                        Names& names);
  Result<PlannedCheck> one(const runbook::CheckEntry& entry, Names& names);
  /// As `all`; where all pass, those that passed a while before the last one are looked at once
  /// more, without what they are to `hold`: at the end all are so at the same time. A second look
  /// that does not pass is told as the first one was and takes its place.
  Result<std::vector<PlannedCheck>> together(const std::vector<runbook::CheckEntry>& entries,
                                             Names& names);

 private:
  CheckResult ask(const runbook::CheckEntry& entry, const runbook::Bindings& bindings) const;
  CheckResult ask_kind(const runbook::CheckEntry& entry, const runbook::Bindings& bindings) const;
  /// The one that passed, in `check`, is asked anew; what does not pass takes its place.
  Status look_again(runbook::CheckEntry entry, const Names& names, PlannedCheck& check);
  Status tell(const PlannedCheck& check);

  std::string phase_;
  const Site& site_;
  Context context_;
  Journal* journal_;
};

/// What a check is called in messages.
[[nodiscard]] std::string title_of(const runbook::CheckEntry& entry);

/// Whether all of them passed that decide.
[[nodiscard]] bool all_pass(const std::vector<PlannedCheck>& checks);

/// "replication: 3 of 33 partitions under-replicated", for each that decides and did not pass.
[[nodiscard]] std::vector<std::string> not_passed(const std::vector<PlannedCheck>& checks);

}  // namespace cfkops::engine
