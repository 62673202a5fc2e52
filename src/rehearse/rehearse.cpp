#include "cfkops/rehearse/rehearse.hpp"

#include "points.hpp"
#include "stage.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::rehearse {
namespace {

RehearsalReport begin_report(const Rehearsal& rehearsal) {
  RehearsalReport report;
  report.runbook = rehearsal.request.runbook->name;
  report.scenario = rehearsal.scenario.name;
  report.seed = rehearsal.scenario.seed;
  return report;
}

Result<Rehearsed> run_plain(const Rehearsal& rehearsal, Trace* trace) {
  CFKOPS_ASSIGN(Rehearsed plain, run_once(rehearsal, {}, trace));
  plain.fault = "none";
  return plain;
}

std::string title_of(const std::vector<sandbox::Fault>& script) {
  std::string title;
  for (const sandbox::Fault& fault : script) {
    title += (title.empty() ? "" : "; ") + sandbox::describe(fault);
  }
  return title;
}

}  // namespace

Result<RehearsalReport> rehearse(const Rehearsal& rehearsal,
                                 const std::vector<sandbox::Fault>& script) {
  RehearsalReport report = begin_report(rehearsal);
  CFKOPS_ASSIGN(report.plain, run_plain(rehearsal, nullptr));
  if (!script.empty()) {
    CFKOPS_ASSIGN(Rehearsed run, run_once(rehearsal, script, nullptr));
    run.fault = title_of(script);
    run.kind = script.size() == 1 ? sandbox::to_string(script.front().kind) : "";
    report.runs.push_back(std::move(run));
  }
  return report;
}

Result<RehearsalReport> rehearse_all(const Rehearsal& rehearsal) {
  RehearsalReport report = begin_report(rehearsal);
  Trace trace;
  CFKOPS_ASSIGN(report.plain, run_plain(rehearsal, &trace));
  for (const FaultPoint& point : choose_points(trace, rehearsal.points)) {
    CFKOPS_ASSIGN(Rehearsed run, run_once(rehearsal, {point.fault}, nullptr));
    run.fault = sandbox::describe(point.fault);
    run.kind = sandbox::to_string(point.fault.kind);
    run.step = point.step;
    report.runs.push_back(std::move(run));
  }
  return report;
}

bool has_harm(const RehearsalReport& report) {
  return !report.plain.harm.empty() ||
         std::any_of(report.runs.begin(), report.runs.end(), [](const Rehearsed& run) {
           return !run.harm.empty();
         });
}

}  // namespace cfkops::rehearse
