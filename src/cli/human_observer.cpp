#include "human_observer.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>

namespace cfkops::cli {
namespace {

/// A wait is repeated no more often than this, and whenever its reason changes.
constexpr Duration kWaitRepeat = std::chrono::seconds(10);
constexpr std::size_t kDetailsShown = 4;

std::string colour(bool coloured, const char* code, const std::string& text) {
  return coloured ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
}

std::string details_text(const std::vector<std::string>& details) {
  std::string text;
  for (std::size_t i = 0; i < std::min(details.size(), kDetailsShown); ++i) {
    text += (i == 0 ? "" : "; ") + details[i];
  }
  if (details.size() > kDetailsShown) {
    text += "; and " + std::to_string(details.size() - kDetailsShown) + " more";
  }
  return text;
}

std::string wait_text(const engine::WaitState& wait) {
  std::string text = "waiting for " + wait.what;
  if (!wait.why.empty()) {
    text += ": " + wait.why;
  }
  const std::string details = details_text(wait.details);
  if (!details.empty()) {
    text += " [" + details + "]";
  }
  text += " (" + base::human_duration(wait.elapsed) + " so far, ";
  text += wait.estimate ? "about " + base::human_duration(*wait.estimate) + " to go)"
                        : "time to go unknown)";
  return text;
}

std::string values_text(const runbook::Value& value) {
  const runbook::Value* name = value.member("name");
  const runbook::Value* kind = value.member("kind");
  return name != nullptr && kind != nullptr ? kind->text() + " " + name->text() : value.text();
}

}  // namespace

HumanObserver::HumanObserver(Terminal& terminal, const Clock& clock)
    : terminal_(terminal),
      clock_(clock),
      started_(clock.now()),
      last_wait_shown_(clock.now()) {}

void HumanObserver::line(const std::string& text, const std::string& own) {
  terminal_.err(own + shown(text) + "\n");
}

std::string HumanObserver::shown(const std::string& text) const {
  return base::printable_lines(concealed_.in(text));
}

std::string HumanObserver::stamp() const {
  return base::padded("+" + base::human_duration(clock_.now() - started_), 8) + " ";
}

std::string HumanObserver::mark(engine::Verdict verdict) const {
  switch (verdict) {
    case engine::Verdict::Pass:
      return colour(terminal_.colours(), "32", "pass   ");
    case engine::Verdict::Skipped:
      return colour(terminal_.colours(), "2", "skipped");
    case engine::Verdict::Fail:
      return colour(terminal_.colours(), "31", "FAIL   ");
    case engine::Verdict::Unknown:
      break;
  }
  return colour(terminal_.colours(), "33", "UNKNOWN");
}

void HumanObserver::phase_heading(const std::string& phase) {
  if (phase != phase_) {
    phase_ = phase;
    line("\n" + phase);
  }
}

void HumanObserver::on_run_started(const engine::RunInfo& info) {
  started_ = clock_.now();
  line(info.runbook + ": " + info.title);
  line("run " + info.run_id + " on " + info.server +
       (info.context.empty() ? "" : ", context " + info.context) + ", namespace " + info.ns);
  if (!info.journal.empty()) {
    line("log " + info.journal);
  }
}

void HumanObserver::on_parameter(const std::string& name, const runbook::Value& value) {
  phase_heading("Parameters");
  line("  " + name + " = " + values_text(value));
}

void HumanObserver::on_check_started(const std::string& phase, const std::string& /*title*/) {
  phase_heading(phase == "prerequisite" ? "Prerequisites"
                : phase == "validation" ? "Validation"
                                        : "Steps");
}

void HumanObserver::on_check(const std::string& phase,
                             const std::string& title,
                             const engine::CheckResult& result) {
  phase_heading(phase == "prerequisite" ? "Prerequisites"
                : phase == "validation" ? "Validation"
                                        : "Steps");
  line(" " + title + (result.summary.empty() ? "" : ": " + result.summary),
       "  " + mark(result.verdict));
  if (engine::lets_go_on(result.verdict)) {
    return;
  }
  for (const std::string& detail : result.details) {
    line("            - " + detail);
  }
  if (!result.remedy.empty()) {
    line("            next: " + result.remedy);
  }
}

void HumanObserver::on_step_started(const engine::StepInfo& step) {
  phase_heading("Steps");
  last_wait_.clear();
  std::string text =
      stamp() + "[" + std::to_string(step.number) + "/" + std::to_string(step.count) + "] ";
  text += step.id + (step.title.empty() ? "" : ": " + step.title);
  if (step.attempt > 1) {
    text += " (attempt " + std::to_string(step.attempt) + ")";
  }
  line("", colour(terminal_.colours(), "1", shown(text)));
}

void HumanObserver::on_progress(const engine::StepInfo& /*step*/, const std::string& text) {
  last_wait_.clear();
  line(stamp() + "  " + text);
}

void HumanObserver::on_wait(const engine::StepInfo& /*step*/, const engine::WaitState& wait) {
  const std::string text = wait_text(wait);
  const std::string reason = wait.what + wait.why;
  if (reason == last_wait_ && clock_.now() - last_wait_shown_ < kWaitRepeat) {
    return;
  }
  last_wait_ = reason;
  last_wait_shown_ = clock_.now();
  line(stamp() + "  " + text);
}

void HumanObserver::on_step_finished(const engine::StepInfo& step,
                                     const engine::Outcome& outcome,
                                     Duration took) {
  std::string text = stamp() + "[" + std::to_string(step.number) + "/" +
                     std::to_string(step.count) + "] " + step.id;
  text +=
      " " + std::string(engine::to_string(outcome.kind)) + " after " + base::human_duration(took);
  if (!outcome.why.empty()) {
    text += ": " + outcome.why;
  } else if (outcome.error) {
    text += ": " + outcome.error->text();
  }
  line(text);
}

void HumanObserver::on_notice(const std::string& text) {
  line(stamp() + "  " + text);
}

void HumanObserver::on_run_finished(const engine::RunReport& report) {
  line("");
  std::string text = std::string(engine::to_string(report.result)) + ": " + report.summary + "\n";
  if (report.error) {
    text += "  why: " + report.error->text() + "\n";
    if (!report.error->hint.empty()) {
      text += "  next: " + report.error->hint + "\n";
    }
  }
  for (const std::string& left : report.left) {
    text += "  left: " + left + "\n";
  }
  for (const std::string& next : report.next) {
    text += "  next: " + next + "\n";
  }
  text += "  took " + base::human_duration(report.took) + ", " + std::to_string(report.requests) +
          " requests\n";
  if (!report.journal.empty()) {
    text += "  log " + report.journal + " sha256 " + report.journal_hash + "\n";
    text += report.journal_signer.empty() ? "" : "  signed by " + report.journal_signer + "\n";
  }
  terminal_.out(shown(text));
}

}  // namespace cfkops::cli
