// Ends a run of real actions at every write of its journal, as a killed process ends: nothing after
// it happens. What is then on disk must tell of everything that was done. And makes every call of
// the API fail, one after the other. The runbook patches an object twice and evicts a pod.
#include "action_fixture.hpp"
#include "objects.hpp"
#include "support/memory_file.hpp"
#include "support/scripted_leases.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/audit/log.hpp"
#include "cfkops/audit/verify.hpp"
#include "cfkops/engine/executor.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {
namespace {

using engine::RunReport;
using engine::RunResult;
using nlohmann::json;
using test::Fault;
using State = audit::VerifyReport::State;

const std::string kSet = test::kSets + "/kafka";
const std::string kPod = test::kPods + "/kafka-0";

const std::string kGood = R"(
apiVersion: cfkops/v1
kind: Runbook
name: sample
title: A sample
purpose: Show what is on disk after a kill.
owner: team
risk: low
prerequisites: [{check: permission}]
steps:
  - id: hold
    do: object.patch
    with: {kind: statefulset, name: kafka, patch: {metadata: {annotations: {hold: "yes"}}}}
  - {id: out, do: pod.evict, with: {pod: kafka-0}}
  - id: grow
    do: object.patch
    with: {kind: statefulset, name: kafka, patch: {spec: {replicas: 4}}}
  - {id: look, do: object.get, with: {kind: statefulset, name: kafka}}
)";

/// The same with a last step that fails, so that the undo is swept too.
const std::string kFailing =
    kGood + "  - {id: fail, do: object.get, with: {kind: configmap, name: none}}\n";

/// What a process that is killed does in the middle of an append.
struct Killed final : std::exception {};

/// Of the append during which the process is killed, these bytes arrive.
enum class Arrives { Nothing, Half, All };

class DeadlyFile final : public AppendFile {
 public:
  DeadlyFile(test::MemoryDisk& disk, std::size_t kill_at, Arrives arrives)
      : disk_(disk),
        kill_at_(kill_at),
        arrives_(arrives) {}

  Status append(std::string_view bytes) override {
    if (++disk_.appends == kill_at_) {
      const std::size_t size = arrives_ == Arrives::Nothing ? 0
                               : arrives_ == Arrives::Half  ? bytes.size() / 2
                                                            : bytes.size();
      disk_.content += bytes.substr(0, size);
      throw Killed();
    }
    disk_.content += bytes;
    return {};
  }

  Status sync() override {
    disk_.synced = disk_.content.size();
    return {};
  }

 private:
  test::MemoryDisk& disk_;
  std::size_t kill_at_;
  Arrives arrives_;
};

class Yes final : public engine::Approver {
 public:
  Status approve(const engine::Plan& /*plan*/) override { return {}; }

  Status ask(const engine::Question& question) override {
    return make_error(ErrorCode::Refused, "nobody is there to answer: " + question.what);
  }
};

/// A StatefulSet, a pod that is replaced when it is evicted, and a run on them.
class SweepBench {
 public:
  explicit SweepBench(std::size_t kill_at = 0, Arrives arrives = Arrives::Nothing)
      : log(std::make_unique<DeadlyFile>(disk, kill_at, arrives), "run", transport.clock()) {
    transport.on("GET", "/version")
        .reply(200, json{{"major", "1"}, {"minor", "34"}, {"gitVersion", "v1.34.4"}});
    transport.on("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .reply(
            201,
            json{{"kind", "SelfSubjectReview"}, {"status", {{"userInfo", {{"username", "ana"}}}}}});
    transport.on("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        .reply(201, json{{"kind", "SelfSubjectAccessReview"}, {"status", {{"allowed", true}}}});
    transport.on("GET", "/api/v1/namespaces/kube-system")
        .reply(200,
               json{{"kind", "Namespace"},
                    {"metadata", {{"name", "kube-system"}, {"uid", "uid-cluster"}}}});
    transport.on("GET", "/api/v1/namespaces/confluent/configmaps/none")
        .refuse(404, "NotFound", "configmaps \"none\" not found");
    transport.on("GET", kSet).handle([this](const kube::Request& /*request*/) {
      return test::reply(200, set);
    });
    transport.on("PATCH", kSet).handle([this](const kube::Request& request) {
      return patch(request);
    });
    transport.on("GET", kPod).handle([this](const kube::Request& /*request*/) {
      return test::reply(200, test::pod("kafka-0", evicted ? "u2" : "u1"));
    });
    transport.on("POST", kPod + "/eviction").handle([this](const kube::Request& request) {
      return evict(request);
    });
  }

  /// Nothing where it was killed.
  std::optional<RunReport> run(const runbook::Runbook& runbook) {
    engine::RunRequest request;
    request.runbook = &runbook;
    request.ns = "confluent";
    request.run_id = "run";
    Yes yes;
    try {
      return engine::run(request,
                         {.catalogue = catalogue(),
                          .client = client_,
                          .journal = journal,
                          .observer = observer_,
                          .approver = yes});
    } catch (const Killed&) {
      return std::nullopt;
    }
  }

  /// As it was before the run, but for what nobody can take back.
  [[nodiscard]] bool set_is_as_before() const {
    return set["spec"] == test::stateful_set("kafka")["spec"] &&
           !set["metadata"].contains("annotations");
  }

  test::ScriptedTransport transport;
  test::ScriptedLeases leases{transport};
  test::MemoryDisk disk;
  json set = test::stateful_set("kafka");
  bool evicted = false;
  std::vector<std::string> changes;
  std::vector<std::string> unannounced;  ///< changes without an intent on disk
  audit::Log log;
  engine::Journal journal{log};

 private:
  test::Answer patch(const kube::Request& request) {
    const json body = json::parse(request.body);
    const json metadata = body.value("metadata", json::object());
    if (metadata.contains("resourceVersion") &&
        metadata["resourceVersion"] != set["metadata"]["resourceVersion"]) {
      return test::refuse(409, "Conflict", "the object has been modified");
    }
    json after = set;
    after.merge_patch(body);
    if (request.target.find("dryRun=All") != std::string::npos) {
      return test::reply(200, after);
    }
    if (after == set) {
      return test::reply(200, set);  // a repeat changes nothing and makes no new version
    }
    note("patch");
    const int version = std::stoi(set["metadata"]["resourceVersion"].get<std::string>());
    after["metadata"]["resourceVersion"] = std::to_string(version + 1);
    set = std::move(after);
    return test::reply(200, set);
  }

  test::Answer evict(const kube::Request& request) {
    const json options = json::parse(request.body).at("deleteOptions");
    if (options.contains("preconditions") &&
        options["preconditions"].value("uid", "u1") != (evicted ? "u2" : "u1")) {
      return test::refuse(409, "Conflict", "the UID in the precondition does not match");
    }
    if (!options.contains("dryRun")) {
      note("evict");
      evicted = true;
    }
    return test::reply(201, json{{"kind", "Status"}, {"status", "Success"}});
  }

  /// What a loss of power at this moment would leave must end in this change's intent.
  void note(const std::string& verb) {
    changes.push_back(verb);
    const std::string on_disk = disk.content.substr(0, disk.synced);
    const std::size_t begin = on_disk.size() < 2 ? 0 : on_disk.rfind('\n', on_disk.size() - 2) + 1;
    const bool announced = on_disk.find(R"("phase":"intent")", begin) != std::string::npos &&
                           on_disk.find("\"verb\":\"" + verb + "\"", begin) != std::string::npos;
    if (!announced) {
      unannounced.push_back(verb);
    }
  }

  Cancel cancel_;
  kube::Loop loop_{transport, transport.clock(), cancel_};
  kube::Client client_{loop_, {}, journal};
  test::StepObserver observer_;
};

/// The log tells of everything that was done, and how to take each patch back.
void expect_told(const SweepBench& bench, const std::string& log) {
  const auto lines = audit::read_log(log);
  ASSERT_TRUE(lines) << lines.error().text();
  std::size_t intents = 0;
  std::size_t effects = 0;
  std::vector<std::string> remembered;
  for (const audit::LogLine& line : *lines) {
    intents += line.phase == "intent" ? 1U : 0U;
    effects += line.phase == "effect" ? 1U : 0U;
    const std::string event = line.data.string_or("/event", "");
    if (line.phase == "undo" && event != "end") {
      remembered.push_back(line.step);
    }
    if (line.phase == "intent" && line.step != "lock" &&
        line.data.string_or("/verb", "") == "patch") {
      EXPECT_NE(std::find(remembered.begin(), remembered.end(), line.step), remembered.end())
          << "nothing to undo step '" << line.step << "' with";
    }
  }
  EXPECT_GE(intents, bench.changes.size());
  EXPECT_LE(intents - effects, 1U);
}

class JournalSweep : public testing::TestWithParam<std::string> {
 protected:
  JournalSweep() {
    const runbook::LintReport report = runbook::lint(GetParam(), "sample.yaml", specs());
    for (const runbook::Diagnostic& finding : report.findings) {
      ADD_FAILURE() << runbook::render(finding, GetParam());
    }
    runbook_ = report.runbook.value_or(runbook::Runbook());
  }

  [[nodiscard]] RunResult wanted() const {
    return GetParam() == kGood ? RunResult::Succeeded : RunResult::Failed;
  }

  runbook::Runbook runbook_;
};

TEST_P(JournalSweep, WhereverItIsKilledTheLogTellsWhatWasDone) {
  for (const Arrives arrives : {Arrives::Nothing, Arrives::Half, Arrives::All}) {
    std::optional<RunReport> report;
    std::size_t n = 0;
    while (!report) {
      SCOPED_TRACE("killed at append " + std::to_string(++n));
      ASSERT_LT(n, 200U) << "no run gets through";
      SweepBench bench(n, arrives);
      report = bench.run(runbook_);
      EXPECT_TRUE(bench.unannounced.empty());
      const audit::VerifyReport verified = audit::verify(bench.disk.content);
      // The last record may arrive whole and yet its writer never learn of it.
      const bool ended =
          report || (arrives == Arrives::All &&
                     bench.disk.content.find(R"("phase":"end")") != std::string::npos);
      EXPECT_EQ(verified.state, ended ? State::Intact : State::Open) << verified.reason;
      EXPECT_EQ(verified.line > 0, !report && arrives == Arrives::Half) << verified.reason;
      expect_told(bench, bench.disk.content);
      expect_told(bench, bench.disk.content.substr(0, bench.disk.synced));
    }
    EXPECT_EQ(report->result, wanted()) << report->summary;
    EXPECT_GT(n, 20U);
  }
}

TEST_P(JournalSweep, WhateverCallFailsTheReportIsTrue) {
  SweepBench clean;
  ASSERT_EQ(clean.run(runbook_)->result, wanted());
  const std::size_t calls = clean.transport.calls().size();
  for (const Fault fault : test::all_faults()) {
    for (std::size_t n = 1; n <= calls + 1; ++n) {
      SCOPED_TRACE(to_string(fault) + " at call " + std::to_string(n));
      SweepBench bench;
      bench.transport.break_call(n, fault);
      const RunReport report = *bench.run(runbook_);
      EXPECT_TRUE(bench.unannounced.empty());
      EXPECT_EQ(audit::verify(bench.disk.content).state, State::Intact);
      expect_told(bench, bench.disk.content);
      if (report.result == RunResult::Succeeded) {
        EXPECT_EQ(bench.set["spec"]["replicas"], 4);
        EXPECT_TRUE(bench.evicted);
      } else {
        EXPECT_TRUE(bench.set_is_as_before() || report.result == RunResult::UndoIncomplete ||
                    !bench.journal.unresolved().empty())
            << report.summary;
        EXPECT_TRUE(bench.changes.empty() || bench.set_is_as_before() || !report.left.empty());
      }
      if (n > calls) {
        EXPECT_EQ(report.result, wanted()) << "a clean run again";
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Actions,
                         JournalSweep,
                         testing::Values(kGood, kFailing),
                         [](const testing::TestParamInfo<std::string>& one) {
                           return one.index == 0 ? "GoodRun" : "FailingRun";
                         });

}  // namespace
}  // namespace cfkops::actions
