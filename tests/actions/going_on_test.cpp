// A run of one action is killed at every write of its log, and another process goes on with it.
// What it was to change is then as it was to be, and was changed once. Where nobody can tell
// whether it was, a person is asked.
#include "action_fixture.hpp"
#include "objects.hpp"
#include "support/memory_file.hpp"
#include "support/scripted_leases.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/audit/log.hpp"
#include "cfkops/audit/verify.hpp"
#include "cfkops/engine/executor.hpp"
#include "cfkops/engine/recovery.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {
namespace {

using engine::RunReport;
using engine::RunResult;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = audit::VerifyReport::State;

const std::string kSet = test::kSets + "/web";
const std::string kPod = test::kPods + "/web-0";
constexpr std::size_t kNever = 0;

runbook::Runbook load(const std::string& step) {
  const std::string text =
      "apiVersion: cfkops/v1\nkind: Runbook\nname: sample\ntitle: A sample\n"
      "purpose: To be killed.\nowner: team\nrisk: low\nsteps:\n  - id: it\n    " +
      step + "\n";
  const runbook::LintReport report = runbook::lint(text, "sample.yaml", specs());
  for (const runbook::Diagnostic& finding : report.findings) {
    ADD_FAILURE() << runbook::render(finding, text);
  }
  return report.runbook.value_or(runbook::Runbook());
}

/// The process is gone.
struct Death {};

/// Answers questions in turn; "no" where there are no more.
class Person final : public engine::Approver {
 public:
  Status approve(const engine::Plan& /*plan*/) override { return {}; }

  Status ask(const engine::Question& question) override {
    asked.push_back(question.what);
    if (asked.size() <= yes.size() && yes[asked.size() - 1]) {
      return {};
    }
    return make_error(ErrorCode::Refused, "no");
  }

  std::vector<bool> yes;
  std::vector<std::string> asked;
};

/// A StatefulSet and a pod of it, which is replaced a moment after it was sent away, and the
/// processes that work on them.
class World {
 public:
  explicit World(const std::string& step)
      : runbook_(load(step)) {
    transport_.on("GET", "/version").reply(200, json{{"gitVersion", "v1.34.4"}});
    transport_.on("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .reply(
            201,
            json{{"kind", "SelfSubjectReview"}, {"status", {{"userInfo", {{"username", "ana"}}}}}});
    transport_.on("GET", "/api/v1/namespaces/kube-system")
        .reply(200,
               json{{"kind", "Namespace"},
                    {"metadata", {{"name", "kube-system"}, {"uid", "uid-cluster"}}}});
    transport_.on("GET", kSet).handle([this](const kube::Request& /*request*/) {
      return test::reply(200, set);
    });
    transport_.on("PATCH", kSet).handle([this](const kube::Request& request) {
      return patch(request);
    });
    transport_.on("GET", kPod).handle([this](const kube::Request& /*request*/) {
      return test::reply(200, test::pod("web-0", uid));
    });
    transport_.on("POST", kPod + "/eviction").handle([this](const kube::Request& request) {
      const bool dry = request.body.find("dryRun") != std::string::npos;
      return dry ? test::reply(201, json{{"kind", "Status"}}) : send_away("evict");
    });
    transport_.on("DELETE", kPod).handle([this](const kube::Request& /*request*/) {
      return send_away("delete");
    });
    transport_.on("GET", kPod + "/exec")
        .socket("v5.channel.k8s.io", [this](test::SocketPeer& peer, std::string_view said) {
          if (said.empty()) {
            changes.emplace_back("exec");
            peer.send(std::string("\x03") + R"({"kind":"Status","status":"Success"})");
            peer.close();
          }
        });
  }

  /// One process: the first begins the run, the others go on with it. Nothing where it dies, as it
  /// makes write number `fatal`, from 1.
  std::optional<RunReport> live(std::size_t fatal = kNever) {
    const auto reopened = audit::reopen(disk.content);
    EXPECT_TRUE(reopened);
    const bool first = reopened->lines.empty();
    audit::Log log(test::memory_file(disk), "run", transport_.clock(), reopened->tail);
    engine::Journal journal(log);
    kube::Client client(loop_, {}, journal);
    engine::RunRequest request;
    request.runbook = &runbook_;
    request.ns = "confluent";
    request.run_id = "run";
    const engine::RunEnvironment with{.catalogue = catalogue(),
                                      .client = client,
                                      .journal = journal,
                                      .observer = observer_,
                                      .approver = person};
    disk.appends = 0;
    disk.on_append = [fatal](std::size_t number) {
      if (number == fatal) {
        throw Death{};
      }
    };
    try {
      return first ? engine::run(request, with)
                   : engine::resume(request, *engine::recover(reopened->lines), with);
    } catch (const Death&) {
      return std::nullopt;
    }
  }

  /// The number of the log's first line of that phase of the step.
  [[nodiscard]] std::size_t line_of(const std::string& phase) const {
    const auto lines = audit::read_log(disk.content);
    const auto found = std::ranges::find_if(*lines, [&phase](const audit::LogLine& line) {
      return line.step == "it" && line.phase == phase;
    });
    EXPECT_NE(found, lines->end()) << phase;
    return found == lines->end() ? kNever : static_cast<std::size_t>(found->sequence);
  }

  test::MemoryDisk disk;
  Person person;
  json set = test::stateful_set("web");
  std::string uid = "u1";
  std::vector<std::string> changes;

 private:
  test::Answer patch(const kube::Request& request) {
    json after = set;
    after.merge_patch(json::parse(request.body));
    if (request.target.find("dryRun=All") == std::string::npos && after != set) {
      changes.emplace_back("patch");
      const int version = std::stoi(set["metadata"]["resourceVersion"].get<std::string>());
      after["metadata"]["resourceVersion"] = std::to_string(version + 1);
      set = after;
    }
    return test::reply(200, after);
  }

  test::Answer send_away(const std::string& verb) {
    changes.push_back(verb);
    transport_.at(transport_.clock().passed() + std::chrono::seconds(3), [this] { uid = "u2"; });
    return test::reply(201, json{{"kind", "Status"}, {"status", "Success"}});
  }

  runbook::Runbook runbook_;
  test::ScriptedTransport transport_;
  test::ScriptedLeases leases_{transport_};
  Cancel cancel_;
  kube::Loop loop_{transport_, transport_.clock(), cancel_};
  test::StepObserver observer_;
};

/// An action that goes on by itself, and what it is to have done once.
struct Case {
  const char* name;
  const char* step;
  const char* change;
};

class GoingOn : public testing::TestWithParam<Case> {};

TEST_P(GoingOn, KilledAtAnyWriteItDoesItsWorkOnce) {
  World whole(GetParam().step);
  ASSERT_EQ(whole.live()->result, RunResult::Succeeded);
  const std::size_t writes = whole.disk.appends;
  ASSERT_GT(writes, 8U);
  for (std::size_t n = 2; n <= writes; ++n) {
    SCOPED_TRACE("killed at write " + std::to_string(n));
    World world(GetParam().step);
    EXPECT_FALSE(world.live(n));
    const auto report = world.live();
    EXPECT_EQ(report->result, RunResult::Succeeded)
        << report->summary << (report->error ? ": " + report->error->text() : "");
    EXPECT_THAT(world.changes, ElementsAre(GetParam().change));
    EXPECT_THAT(world.person.asked, IsEmpty());
    EXPECT_THAT(report->left, IsEmpty());
    EXPECT_EQ(audit::verify(world.disk.content).state, State::Intact);
  }
}

TEST_P(GoingOn, KilledTwiceItDoesItsWorkOnce) {
  World whole(GetParam().step);
  ASSERT_EQ(whole.live()->result, RunResult::Succeeded);
  const std::size_t intent = whole.line_of("intent");
  for (std::size_t n = 2; n < 40; ++n) {
    SCOPED_TRACE("killed after its change, and at write " + std::to_string(n) + " of the next");
    World world(GetParam().step);
    EXPECT_FALSE(world.live(intent + 1));
    auto report = world.live(n);
    if (report) {
      EXPECT_EQ(report->result, RunResult::Succeeded) << report->summary;
      return;
    }
    report = world.live();
    EXPECT_EQ(report->result, RunResult::Succeeded) << report->summary;
    EXPECT_THAT(world.changes, ElementsAre(GetParam().change));
  }
  FAIL() << "it makes more writes than were tried";
}

INSTANTIATE_TEST_SUITE_P(
    Actions,
    GoingOn,
    testing::Values(Case{"PodEvict", "do: pod.evict\n    with: {pod: web-0}", "evict"},
                    Case{"PodDelete", "do: pod.delete\n    with: {pod: web-0}", "delete"},
                    Case{"RolloutRestart",
                         "do: rollout.restart\n    with: {kind: statefulset, name: web}",
                         "patch"},
                    Case{"ObjectPatch",
                         "do: object.patch\n    with: {kind: statefulset, name: web, patch: {spec: "
                         "{replicas: 4}}}",
                         "patch"}),
    [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

const std::string kExec = "do: pod.exec\n    with: {pod: web-0, argv: [sync]}";

void expect_run_once_unasked(std::size_t killed_at) {
  SCOPED_TRACE("killed at write " + std::to_string(killed_at));
  World world(kExec);
  EXPECT_FALSE(world.live(killed_at));
  EXPECT_EQ(world.live()->result, RunResult::Succeeded);
  EXPECT_THAT(world.changes, ElementsAre("exec"));
  EXPECT_THAT(world.person.asked, IsEmpty());
}

/// What a command did is not to be seen: only before it was sent is it known not to have run.
TEST(GoingOnWithACommand, IsRunOnceWhereItWasNotSent) {
  World whole(kExec);
  ASSERT_EQ(whole.live()->result, RunResult::Succeeded);
  for (std::size_t n = 2; n <= whole.line_of("intent"); ++n) {
    expect_run_once_unasked(n);
  }
}

TEST(GoingOnWithACommand, IsNotRunAgainUnlessAPersonSaysSo) {
  World whole(kExec);
  ASSERT_EQ(whole.live()->result, RunResult::Succeeded);
  const std::size_t effect = whole.line_of("effect");
  for (const std::vector<bool>& yes :
       {std::vector<bool>{}, std::vector<bool>{true}, std::vector<bool>{false, true}}) {
    SCOPED_TRACE("answers: " + std::to_string(yes.size()));
    World world(kExec);
    world.person.yes = yes;
    EXPECT_FALSE(world.live(effect));
    const auto report = world.live();
    EXPECT_EQ(report->result, yes.empty() ? RunResult::Interrupted : RunResult::Succeeded)
        << report->summary;
    EXPECT_EQ(world.changes.size(), yes.size() == 2 ? 2U : 1U);
    ASSERT_FALSE(world.person.asked.empty());
    EXPECT_THAT(world.person.asked.front(), HasSubstr("must not happen twice"));
  }
}

TEST(GoingOnWithACommand, ThatIsOnRecordAsDoneIsNotAskedAbout) {
  World whole(kExec);
  ASSERT_EQ(whole.live()->result, RunResult::Succeeded);
  const std::size_t effect = whole.line_of("effect");
  for (std::size_t n = effect + 2; n <= whole.disk.appends; ++n) {
    expect_run_once_unasked(n);
  }
}

}  // namespace
}  // namespace cfkops::actions
