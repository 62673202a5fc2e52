#include "roll_bench.hpp"
#include "support/shipped_parts.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {
namespace {

TEST(ShippedRunbooks, AreRightForTheActionsThereAre) {
  int count = 0;
  runbook::Knowledge knowledge(specs());
  knowledge.include = test::shipped_parts();
  for (const auto& entry : std::filesystem::directory_iterator(test::source_tree() / "runbooks")) {
    const std::filesystem::path& file = entry.path();
    if (file.extension() != ".yaml") {
      continue;
    }
    ++count;
    const std::string text = test::read_file(file);
    const runbook::LintReport report =
        runbook::lint(text, file.filename().string(), knowledge, runbook::Profile::Production);
    for (const runbook::Diagnostic& finding : report.findings) {
      ADD_FAILURE() << runbook::render(finding, text);
    }
    ASSERT_TRUE(report.runbook);
    EXPECT_EQ(report.runbook->name, file.stem().string()) << "a runbook is found by its file";
  }
  EXPECT_GT(count, 0);
}

/// The runbooks that stand in a page of the documentation.
std::vector<std::string> runbooks_of(const std::string& page) {
  const std::string begin = "```yaml\n";
  std::vector<std::string> found;
  for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at)) {
    at += begin.size();
    std::string block = page.substr(at, page.find("```", at) - at);
    if (block.starts_with("apiVersion:")) {
      found.push_back(std::move(block));
    }
  }
  return found;
}

TEST(DocumentedRunbooks, AreRightForTheActionsThereAre) {
  for (const char* name : {"runbook-format.md", "guards.md"}) {
    const auto books = runbooks_of(test::read_file(test::source_tree() / "docs" / name));
    EXPECT_FALSE(books.empty()) << name;
    for (const std::string& text : books) {
      for (const runbook::Diagnostic& finding : runbook::lint(text, name, specs()).findings) {
        ADD_FAILURE() << runbook::render(finding, text);
      }
    }
  }
}

/// What the prerequisites of broker-restart say, but for those that ask about permissions and
/// parameters; by id.
std::map<std::string, engine::CheckResult> prerequisites(test::RollBench& bench) {
  const std::string text = test::read_file(test::source_tree() / "runbooks/broker-restart.yaml");
  const runbook::LintReport report = runbook::lint(text, "it", specs());
  const runbook::ValueMap params{{"target", test::RollBench::target()},
                                 {"roles", "brokers"},
                                 {"settle", Duration(0)},
                                 {"waiver_topics", runbook::ValueList{}}};
  std::map<std::string, engine::CheckResult> results;
  for (const runbook::CheckEntry& entry : report.runbook->prerequisites) {
    if (!entry.kind.starts_with("kafka.")) {
      continue;
    }
    runbook::ValueMap given;
    for (const auto& argument : entry.with) {
      given[argument.name] = *argument.value.evaluate({{"params", params}});
    }
    results[entry.id] = bench.evaluate(*catalogue().check(entry.kind), std::move(given));
  }
  return results;
}

TEST(ShippedRunbooks, ControllersInAnotherNamespaceAreALimitThatThePrerequisitesState) {
  test::RollBench bench(test::KafkaHabits{.controllers = 0});
  bench.transport.on("GET", "/apis/platform.confluent.io/v1beta1/namespaces/confluent/kafkas*")
      .reply(200, nlohmann::json::parse(R"({"metadata": {"resourceVersion": "1"}, "items": [{
        "metadata": {"name": "kafka", "namespace": "confluent", "uid": "cr-uid"},
        "spec": {"dependencies": {"kRaftController":
          {"clusterRef": {"name": "quorum", "namespace": "kraft"}}}}}]})"));
  const auto results = prerequisites(bench);
  EXPECT_EQ(results.at("replication").verdict, engine::Verdict::Pass);
  const engine::CheckResult& quorum = results.at("quorum");
  EXPECT_EQ(quorum.verdict, engine::Verdict::Unknown);
  EXPECT_THAT(quorum.details,
              testing::Contains(testing::HasSubstr("names the controllers kraft/quorum")));
  EXPECT_THAT(quorum.details,
              testing::Contains(testing::HasSubstr(
                  "controllers are in another namespace, or that runs on ZooKeeper, is not "
                  "restarted by this procedure")));
}

}  // namespace
}  // namespace cfkops::actions
