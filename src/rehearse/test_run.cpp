#include "test_judge.hpp"

#include "cfkops/base/files.hpp"
#include "cfkops/runbook/model.hpp"

#include <iterator>
#include <utility>

namespace cfkops::rehearse {

engine::RunRequest request_of(const RunbookTest& test, const runbook::Runbook& book) {
  engine::RunRequest request;
  request.runbook = &book;
  request.params = {test.params.begin(), test.params.end()};
  request.context = "sandbox:" + test.scenario.name;
  request.ns = test.ns;
  if (request.ns.empty()) {
    request.ns = test.scenario.kafka.empty() ? "default" : test.scenario.kafka.front().ns;
  }
  return request;
}

Result<RunbookTestResult> run_test(const RunbookTest& test, const TestSubject& subject) {
  base::OverlayFiles files(base::machine_files(), subject.folder);
  engine::RunRequest request = request_of(test, subject.runbook);
  request.files = &files;
  const Rehearsal rehearsal{
      .request = request, .catalogue = subject.catalogue, .scenario = test.scenario};
  std::vector<Unmet> of_objects;
  Trace trace;
  const Company company{.trace = &trace,
                        .crossroads = nullptr,
                        .plain = nullptr,
                        .after = [&](sandbox::Cluster& cluster) {
                          of_objects = judge_objects(test, request.ns, cluster);
                        }};
  CFKOPS_ASSIGN(const Rehearsed run, run_once(rehearsal, test.faults, company));
  RunbookTestResult result{.name = test.name,
                           .pos = test.pos,
                           .unmet = judge_run(test, subject, run, trace.requests),
                           .result = run.report.result,
                           .summary = run.report.summary,
                           .took = run.report.took};
  std::move(of_objects.begin(), of_objects.end(), std::back_inserter(result.unmet));
  return result;
}

}  // namespace cfkops::rehearse
