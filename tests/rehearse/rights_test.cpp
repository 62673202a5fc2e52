// Every shipped runbook as a service account with exactly the rights that `cfkops rbac` prints for
// it, on a simulated cluster that holds to them: it gets through and is refused nothing, and
// notices each verb that is taken away.

#include "support/memory_file.hpp"
#include "support/memory_recorder.hpp"
#include "support/shipped_parts.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"
#include "test_judge.hpp"
#include "witness.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/audit/log.hpp"
#include "cfkops/base/cancel.hpp"
#include "cfkops/base/files.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml.hpp"
#include "cfkops/engine/approver.hpp"
#include "cfkops/engine/executor.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/engine/role.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/kube/forwarding_transport.hpp"
#include "cfkops/kube/loop.hpp"
#include "cfkops/rehearse/runbook_test.hpp"
#include "cfkops/runbook/lint.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::rehearse {
namespace {

using nlohmann::json;

constexpr const char* kAccount = "system:serviceaccount:ops:runner";
constexpr WallTime kBeginning = WallTime(std::chrono::hours(24 * 20454));

/// The line of that account to a cluster.
class AccountLine final : public kube::ForwardingTransport {
 public:
  using kube::ForwardingTransport::ForwardingTransport;

  kube::ExchangeId submit(kube::Request request, Completion completion) override {
    return ForwardingTransport::submit(as_account(std::move(request)), std::move(completion));
  }

  kube::ExchangeId stream(kube::Request request, kube::StreamSink& sink) override {
    return ForwardingTransport::stream(as_account(std::move(request)), sink);
  }

  kube::ExchangeId open_socket(kube::Request request,
                               std::vector<std::string> protocols,
                               kube::SocketSink& sink) override {
    return ForwardingTransport::open_socket(
        as_account(std::move(request)), std::move(protocols), sink);
  }

 private:
  static kube::Request as_account(kube::Request request) {
    request.headers.push_back({"Impersonate-User", kAccount});
    return request;
  }
};

class Yes final : public engine::Approver {
 public:
  Status approve(const engine::Plan& /*plan*/) override { return {}; }

  Status ask(const engine::Question& /*question*/) override { return {}; }
};

/// A role or a binding, as it was printed.
struct Printed {
  kube::Resource resource;
  std::string ns;
  std::string name;
  Json object;

  [[nodiscard]] json rules() const {
    return object.raw().contains("rules") ? object.raw().at("rules") : json::array();
  }
};

Printed printed(const std::string& document) {
  const auto yaml = base::parse_yaml(document, "roles.yaml", base::YamlDialect::Strict);
  EXPECT_TRUE(yaml.has_value()) << document;
  Json object = base::to_json(*yaml);
  const std::string kind = object.string_or("/kind", "");
  const std::string ns = object.string_or("/metadata/namespace", "");
  const std::string name = object.string_or("/metadata/name", "");
  return {
      .resource = {"rbac.authorization.k8s.io", "v1", base::lower(kind) + "s", kind, !ns.empty()},
      .ns = ns,
      .name = name,
      .object = std::move(object)};
}

std::vector<Printed> printed_documents(const std::string& manifest) {
  constexpr std::string_view kBetween = "---\n";
  std::vector<Printed> all;
  for (std::size_t at = 0; at < manifest.size();) {
    const std::size_t end = std::min(manifest.find(kBetween, at), manifest.size());
    all.push_back(printed(manifest.substr(at, end - at)));
    at = end + kBetween.size();
  }
  return all;
}

/// A runbook with a test of it that succeeds, and a cluster of its own.
class Bench {
 public:
  Bench(const runbook::Runbook& book, const RunbookTest& test)
      : cluster_(*sandbox::Cluster::begin(test.scenario, kBeginning)),
        line_(*cluster_),
        loop_(line_, cluster_->clock(), cancel_),
        admin_loop_(*cluster_, cluster_->clock(), cancel_),
        admin_(admin_loop_, {}, recorder_),
        request_(request_of(test, book)) {
    request_.files = &files_;
    request_.run_id = "rights";
    request_.locks.process = "rights";
    cluster_->on_answered([this](const sandbox::AuditEvent& event) { heard(event); });
  }

  /// Plans as an administrator, and gives the account what is printed then.
  void give_what_is_printed() {
    kube::Reader reader(admin_loop_, {});
    Witness witness;
    const auto plan = engine::make_plan(request_, actions::catalogue(), reader, witness);
    ASSERT_TRUE(plan) << plan.error().text();
    roles_ = printed_documents(engine::minimal_roles(plan->permissions, "runner", kAccount));
    for (const Printed& role : roles_) {
      const auto made = admin_.create(role.resource, role.ns, role.object);
      ASSERT_TRUE(made) << made.error().text();
    }
  }

  [[nodiscard]] const std::vector<Printed>& roles() const { return roles_; }

  void change(const Printed& role, const json& rules) {
    const auto changed =
        admin_.patch(role.resource, role.ns, role.name, Json(json{{"rules", rules}}), {});
    ASSERT_TRUE(changed) << changed.error().text();
  }

  Result<engine::Plan> plan() {
    kube::Reader reader(loop_, {});
    Witness witness;
    return engine::make_plan(request_, actions::catalogue(), reader, witness);
  }

  engine::RunReport run() {
    test::MemoryDisk disk;
    audit::Log log(test::memory_file(disk), request_.run_id, cluster_->clock());
    engine::Journal journal(log);
    kube::Client client(loop_, {}, journal);
    Witness witness;
    Yes yes;
    return engine::run(request_,
                       {.catalogue = actions::catalogue(),
                        .client = client,
                        .journal = journal,
                        .observer = witness,
                        .approver = yes});
  }

  /// What the account was not allowed to do.
  [[nodiscard]] const std::vector<std::string>& refused() const { return refused_; }

 private:
  void heard(const sandbox::AuditEvent& event) {
    // Which cluster it is stands in the log by the uid of a namespace, or else by its address.
    const bool optional = event.uri == "/api/v1/namespaces/kube-system";
    if (event.user == kAccount && event.code == 403 && !optional) {
      refused_.push_back(event.verb + " " + event.uri);
    }
  }

  base::OverlayFiles files_{base::machine_files(), test::source_tree() / "runbooks" / "tests"};
  std::unique_ptr<sandbox::Cluster> cluster_;
  Cancel cancel_;
  AccountLine line_;
  kube::Loop loop_;
  kube::Loop admin_loop_;
  test::MemoryRecorder recorder_;
  kube::Client admin_;
  engine::RunRequest request_;
  std::vector<Printed> roles_;
  std::vector<std::string> refused_;
};

/// A shipped runbook and those of its tests that succeed.
struct Shipped {
  runbook::Runbook book;
  std::vector<RunbookTest> tests;
};

Shipped shipped(const std::string& name) {
  const std::filesystem::path folder = test::source_tree() / "runbooks";
  runbook::Knowledge knowledge(actions::specs());
  knowledge.include = test::shipped_parts();
  auto report = runbook::lint(test::read_file(folder / (name + ".yaml")), name, knowledge);
  auto tests = load_runbook_tests(test::read_file(folder / "tests" / (name + ".test.yaml")),
                                  name + ".test.yaml");
  EXPECT_TRUE(report.runbook.has_value() && tests.has_value()) << name;
  std::erase_if(tests->tests, [](const RunbookTest& test) {
    return test.result != engine::RunResult::Succeeded || !test.faults.empty();
  });
  EXPECT_FALSE(tests->tests.empty()) << name;
  return {.book = *std::move(report.runbook), .tests = std::move(tests->tests)};
}

std::vector<std::string> all_names() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_tree() / "runbooks")) {
    if (entry.path().extension() == ".yaml") {
      all.push_back(entry.path().stem().string());
    }
  }
  std::ranges::sort(all);
  return all;
}

class RightsOf : public testing::TestWithParam<std::string> {};

TEST_P(RightsOf, AreEnoughForAllThatItAsks) {
  const Shipped it = shipped(GetParam());
  for (const RunbookTest& test : it.tests) {
    SCOPED_TRACE(test.name);
    Bench bench(it.book, test);
    ASSERT_NO_FATAL_FAILURE(bench.give_what_is_printed());
    const engine::RunReport report = bench.run();
    EXPECT_EQ(report.result, engine::RunResult::Succeeded) << report.summary;
    EXPECT_THAT(bench.refused(), testing::IsEmpty());
  }
}

/// Those rules without one verb of one of them; nothing where it has no such.
std::optional<json> without(const json& rules, std::size_t rule, std::size_t verb) {
  if (rule >= rules.size() || verb >= rules.at(rule).at("verbs").size()) {
    return std::nullopt;
  }
  json fewer = rules;
  json& verbs = fewer.at(rule).at("verbs");
  verbs.erase(verb);
  if (verbs.empty()) {
    fewer.erase(rule);
  }
  return fewer;
}

/// On these clusters all can be looked at without it.
bool goes_without(const json& rule, const json& verb) {
  if (rule.contains("nonResourceURLs")) {
    return true;  // most of these paths every cluster lets everybody read, whatever other rules say
  }
  const json& resource = rule.at("resources").at(0);
  // Kafka is found by its StatefulSets, too, whose owners name it; and none mounts a certificate.
  return resource == "kafkas" || (resource == "secrets" && verb == "get");
}

/// The permission check says so, or the one that comes upon it; where planning itself cannot go on,
/// that is an error.
void expect_noticed(const Result<engine::Plan>& plan) {
  if (!plan) {
    EXPECT_EQ(plan.error().code, ErrorCode::Forbidden) << plan.error().text();
    return;
  }
  const bool told = std::ranges::any_of(plan->prerequisites, [](const auto& check) {
    return !engine::lets_go_on(check.result.verdict) &&
           (check.id == "permission" ||
            check.result.summary.find("forbidden") != std::string::npos);
  });
  EXPECT_TRUE(told);
  EXPECT_TRUE(plan->blocked());
}

TEST_P(RightsOf, AreMissedOneByOne) {
  const Shipped it = shipped(GetParam());
  const bool asks = std::ranges::any_of(
      it.book.prerequisites, [](const auto& entry) { return entry.kind == "permission"; });
  Bench bench(it.book, it.tests.front());
  ASSERT_NO_FATAL_FAILURE(bench.give_what_is_printed());
  for (const Printed& role : bench.roles()) {
    const json rules = role.rules();
    if (rules.empty()) {
      continue;  // a binding
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
      for (std::size_t verb = 0; const auto fewer = without(rules, i, verb); ++verb) {
        const json& taken = rules.at(i).at("verbs").at(verb);
        if (!asks && goes_without(rules.at(i), taken)) {
          continue;
        }
        SCOPED_TRACE(rules.at(i).dump() + " without " + taken.dump());
        ASSERT_NO_FATAL_FAILURE(bench.change(role, *fewer));
        if (asks) {
          expect_noticed(bench.plan());
        } else {
          // What only looks goes on, and does not call well what it could not see.
          EXPECT_NE(bench.run().result, engine::RunResult::Succeeded);
        }
      }
    }
    ASSERT_NO_FATAL_FAILURE(bench.change(role, rules));
  }
}

/// All but those of which a printed role cannot be enough: rights are given away by who holds them,
/// and there is no role in a namespace that is yet to be made.
std::vector<std::string> names() {
  std::vector<std::string> all = all_names();
  std::erase_if(all, [](const std::string& name) {
    return name == "rbac-apply" || name == "objects-restore";
  });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Shipped, RightsOf, testing::ValuesIn(names()), [](const auto& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace cfkops::rehearse
