#include "bench.hpp"

#include "cfkops/runbook/lint.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cfkops::test {
namespace {

class FakeApprover final : public engine::Approver {
 public:
  explicit FakeApprover(Bench& bench)
      : bench_(bench) {}

  Status approve(const engine::Plan& /*plan*/) override {
    ++bench_.asked_for_approval;
    return bench_.approval;
  }

  Status ask(const engine::Question& question) override {
    bench_.questions.push_back(question.what);
    if (bench_.on_question) {
      bench_.on_question();
    }
    return bench_.answer;
  }

 private:
  Bench& bench_;
};

std::string whole(const std::string& name, const std::string& sections) {
  return "apiVersion: cfkops/v1\nkind: Runbook\nname: " + name +
         "\ntitle: A sample\npurpose: Show what the engine does.\nowner: team\nrisk: low\n" +
         sections;
}

}  // namespace

void MemoryObserver::on_run_started(const engine::RunInfo& info) {
  lines.push_back("run " + info.run_id);
}

void MemoryObserver::on_parameter(const std::string& name, const runbook::Value& value) {
  lines.push_back("parameter " + name + "=" + value.text());
}

void MemoryObserver::on_check_started(const std::string& /*phase*/, const std::string& /*title*/) {}

void MemoryObserver::on_check(const std::string& phase,
                              const std::string& title,
                              const engine::CheckResult& result) {
  lines.push_back(phase + " " + title + ": " + std::string(to_string(result.verdict)));
}

void MemoryObserver::on_step_started(const engine::StepInfo& step) {
  lines.push_back("step " + step.id + " " + std::to_string(step.number) + "/" +
                  std::to_string(step.count) + " attempt " + std::to_string(step.attempt));
}

void MemoryObserver::on_progress(const engine::StepInfo& step, const std::string& text) {
  lines.push_back("progress " + step.id + ": " + text);
}

void MemoryObserver::on_wait(const engine::StepInfo& step, const engine::WaitState& wait) {
  lines.push_back("wait " + step.id + ": " + wait.what + ": " + wait.why);
}

void MemoryObserver::on_step_finished(const engine::StepInfo& step,
                                      const engine::Outcome& outcome,
                                      Duration took) {
  lines.push_back("finished " + step.id + ": " + std::string(to_string(outcome.kind)) + " after " +
                  base::human_duration(took));
}

void MemoryObserver::on_notice(const std::string& text) {
  lines.push_back("notice " + text);
}

void MemoryObserver::on_run_finished(const engine::RunReport& report) {
  lines.push_back("end " + std::string(to_string(report.result)));
}

void MemoryObserver::on_plan(const engine::Plan& plan) {
  table.push_back("plan of " + std::to_string(plan.steps.size()));
}

void MemoryObserver::on_object(const engine::ObjectChange& change) {
  using State = engine::ObjectChange::State;
  const std::string state = change.state == State::Sent     ? "sent"
                            : change.state == State::Done   ? "done"
                            : change.state == State::Failed ? "failed"
                                                            : "unknown";
  table.push_back(change.step + ": " + change.verb + " " + change.object + " " + state);
}

void MemoryObserver::on_undo_started(const engine::StepInfo& step) {
  table.push_back("undo of " + step.id);
}

void MemoryObserver::on_undo_finished(const engine::StepInfo& step, bool undone) {
  table.push_back("undo of " + step.id + (undone ? " done" : " not done"));
}

Bench::Bench() {
  journal.tell(observer);
}

runbook::Runbook Bench::load(const std::string& sections) const {
  const std::string text = whole("sample", sections);
  const std::vector<runbook::ActionSpec> specs = fakes.specs();
  runbook::Knowledge known(specs);
  known.include = [this](const std::string& word,
                         const std::string& /*from*/) -> Result<runbook::IncludedText> {
    const auto part = parts.find(word);
    return part == parts.end()
               ? Result<runbook::IncludedText>(make_error(ErrorCode::NotFound, "no part " + word))
               : runbook::IncludedText{.file = word + ".yaml", .text = whole(word, part->second)};
  };
  runbook::LintReport report = runbook::lint(text, "sample.yaml", known);
  for (const runbook::Diagnostic& finding : report.findings) {
    // A parameter that no step uses does no harm here.
    if (finding.code != "CFK-P001") {
      ADD_FAILURE() << runbook::render(finding, text);
    }
  }
  return report.runbook ? *std::move(report.runbook) : runbook::Runbook();
}

engine::RunRequest Bench::request(const runbook::Runbook& runbook,
                                  std::map<std::string, std::string> params) const {
  engine::RunRequest request;
  request.runbook = &runbook;
  request.params = std::move(params);
  request.ns = "confluent";
  request.context = "lab";
  request.run_id = "20260102-030405-beef";
  request.journal = "journal.jsonl";
  request.command_line = "sample -n confluent";
  return request;
}

engine::RunReport Bench::run(const std::string& sections,
                             std::map<std::string, std::string> params) {
  return run(load(sections), std::move(params));
}

engine::RunReport Bench::run(const runbook::Runbook& runbook,
                             std::map<std::string, std::string> params) {
  return run(request(runbook, std::move(params)));
}

engine::RunReport Bench::run(const engine::RunRequest& request) {
  FakeApprover approver(*this);
  return engine::run(request,
                     {.catalogue = fakes.catalogue(),
                      .client = client,
                      .journal = journal,
                      .observer = observer,
                      .approver = approver});
}

Result<engine::Plan> Bench::plan(const std::string& sections,
                                 std::map<std::string, std::string> params) {
  const runbook::Runbook runbook = load(sections);
  return engine::make_plan(
      request(runbook, std::move(params)), fakes.catalogue(), client, observer);
}

std::vector<audit::LogLine> Bench::log(const std::string& phase) const {
  auto lines = audit::read_log(disk.content);
  if (!lines) {
    ADD_FAILURE() << lines.error().text();
    return {};
  }
  if (!phase.empty()) {
    std::erase_if(*lines, [&](const audit::LogLine& line) { return line.phase != phase; });
  }
  return *std::move(lines);
}

bool mentions(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return text.find(part) != std::string::npos;
  });
}

}  // namespace cfkops::test
