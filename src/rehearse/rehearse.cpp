#include "cfkops/rehearse/rehearse.hpp"

#include "branches.hpp"
#include "points.hpp"
#include "report_json.hpp"
#include "stage.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <thread>
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

Result<Rehearsed> run_plain(const Rehearsal& rehearsal, const Company& company) {
  CFKOPS_ASSIGN(Rehearsed plain, run_once(rehearsal, {}, company));
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

/// One more plain run, which each of the others branches off from at its point.
Result<std::vector<Rehearsed>> run_points(const Rehearsal& rehearsal,
                                          const std::vector<FaultPoint>& points,
                                          const PlainPath& plain) {
  Branches branches(points, std::thread::hardware_concurrency());
  CFKOPS_TRY(run_once(rehearsal, {}, {.trace = nullptr, .crossroads = &branches, .plain = &plain}));
  CFKOPS_ASSIGN(const std::vector<std::string> texts, branches.gather());
  std::vector<Rehearsed> runs;
  for (const std::string& text : texts) {
    CFKOPS_ASSIGN(const Json json, Json::parse(text));
    CFKOPS_ASSIGN(Rehearsed one, read_run(json));
    runs.push_back(std::move(one));
  }
  return runs;
}

}  // namespace

Result<RehearsalReport> rehearse(const Rehearsal& rehearsal,
                                 const std::vector<sandbox::Fault>& script) {
  RehearsalReport report = begin_report(rehearsal);
  CFKOPS_ASSIGN(report.plain, run_plain(rehearsal, {}));
  if (!script.empty()) {
    CFKOPS_ASSIGN(Rehearsed run, run_once(rehearsal, script, {}));
    run.fault = title_of(script);
    run.kind = script.size() == 1 ? sandbox::to_string(script.front().kind) : "";
    report.runs.push_back(std::move(run));
  }
  return report;
}

Result<RehearsalReport> rehearse_all(const Rehearsal& rehearsal) {
  RehearsalReport report = begin_report(rehearsal);
  std::vector<FaultPoint> points;
  PlainPath plain;
  {
    Trace trace;  // large, and not to be copied with each branch
    CFKOPS_ASSIGN(report.plain, run_plain(rehearsal, {.trace = &trace}));
    points = choose_points(trace, rehearsal.points);
    plain = {.run = report.plain, .marks = std::move(trace.marks)};
  }
  CFKOPS_ASSIGN(report.runs, run_points(rehearsal, points, plain));
  return report;
}

bool has_harm(const RehearsalReport& report) {
  return !report.plain.harm.empty() ||
         std::any_of(report.runs.begin(), report.runs.end(), [](const Rehearsed& run) {
           return !run.harm.empty();
         });
}

}  // namespace cfkops::rehearse
