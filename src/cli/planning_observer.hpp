#pragma once

#include "json_observer.hpp"
#include "transient_line.hpp"

#include "cfkops/base/text.hpp"

namespace cfkops::cli {

/// Shows that a plan is being made: which check is asked, in one line on a lively terminal, and
/// what a server complains of. The answers are in the plan, and would stand there twice.
class PlanningObserver final : public SilentObserver {
 public:
  /// `terminal` must outlive it.
  explicit PlanningObserver(Terminal& terminal)
      : terminal_(terminal),
        transient_(terminal) {}

  void on_check_started(const std::string& /*phase*/, const std::string& title) override {
    const std::string text = "checking: " + title;
    if (terminal_.lively()) {
      transient_.show(text);
    } else {
      terminal_.err(base::printable_lines(text) + "\n");
    }
  }

  void on_notice(const std::string& text) override {
    transient_.end();
    terminal_.err(base::printable_lines(text) + "\n");
  }

  /// Takes the line away; to be called before the plan is shown.
  void end() { transient_.end(); }

 private:
  Terminal& terminal_;
  TransientLine transient_;
};

}  // namespace cfkops::cli
