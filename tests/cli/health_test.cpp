#include "check_named.hpp"
#include "cluster_bench.hpp"
#include "health_report.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::cli {
namespace {

using health::Severity;
using test::check_named;
using testing::HasSubstr;
using testing::Not;

/// One warning, one failure with words that are no markup, one unknown.
health::Report sample() {
  health::Report report;
  report.server = "https://10.0.0.1:6443";
  report.scope = "all namespaces";
  report.nodes = 3;
  report.pods = 1;
  report.results.push_back(
      {.check = &check_named("N04"),
       .verdict = health::Verdict::Found,
       .found = {{Severity::Warning, "node a", "is cordoned", "spec", "true"}}});
  report.results.push_back(
      {.check = &check_named("P01"),
       .verdict = health::Verdict::Found,
       .found = {{Severity::Fail, "pod c/p", "<b>|crash|</b>", "status", "CrashLoopBackOff"}}});
  report.results.push_back({.check = &check_named("S02"),
                            .verdict = health::Verdict::Unknown,
                            .unknown = {"persistent volumes: forbidden"}});
  return report;
}

TEST(HealthReport, TextHasTheWorstFirstWithEvidenceAndRemedyAndThenTheUnknown) {
  const std::string text = health_text(sample());
  EXPECT_TRUE(text.starts_with("not healthy: 1 fail and 1 warning; 1 check could not be judged\n"));
  const std::size_t fail = text.find("FAIL P01 pod c/p: ");
  const std::size_t warning =
      text.find("WARNING N04 node a: is cordoned\n    spec = true\n    next: ");
  const std::size_t unknown = text.find("  S02: persistent volumes: forbidden");
  ASSERT_NE(unknown, std::string::npos) << text;
  EXPECT_LT(fail, warning);
  EXPECT_LT(warning, unknown);
}

TEST(HealthReport, MarkdownKeepsItsTables) {
  EXPECT_THAT(health_markdown(sample()),
              HasSubstr("| fail | P01 | pod c/p | \\<b>\\|crash\\|\\</b> |"));
}

TEST(HealthReport, HtmlIsWholeInItself) {
  const std::string html = health_html(sample());
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;|crash|"));
  EXPECT_THAT(html, HasSubstr("<svg"));
  for (const char* other : {"<script", "src=", "href=", "@import", "url("}) {
    EXPECT_THAT(html, Not(HasSubstr(other)));
  }
}

TEST(HealthReport, JunitFailsByTheSeverityThatCounts) {
  EXPECT_THAT(health_junit(sample(), Severity::Fail),
              HasSubstr("tests=\"3\" failures=\"1\" errors=\"1\""));
  EXPECT_THAT(health_junit(sample(), Severity::Warning), HasSubstr("failures=\"2\""));
  EXPECT_THAT(health_junit(sample(), Severity::Critical), HasSubstr("failures=\"0\""));
}

TEST(HealthCommand, WhatIsUnknownIsNotTakenForWell) {
  test::ClusterBench bench;
  bench.script = [](test::ScriptedTransport& transport) {
    transport.on("GET", "*").refuse(403, "Forbidden", "not for you");
  };
  EXPECT_EQ(bench.run_words({"health", "--profile", "sop", "-o", "json"}), 5);
  const auto record = nlohmann::json::parse(bench.terminal.shown_out);
  EXPECT_EQ(record.at("worst"), nullptr);
  EXPECT_THAT(record.at("verdict").get<std::string>(), HasSubstr("could not be judged"));
  EXPECT_EQ(record.at("counts").at("pass"), 0);
}

TEST(HealthCommand, ABaselineOfAnotherClusterIsRefused) {
  const test::TempDir dir;
  test::ClusterBench bench;
  bench.script = [](test::ScriptedTransport& transport) {
    transport.on("GET", "*").refuse(403, "Forbidden", "not for you");
  };
  const std::string path =
      dir.write("b.json", R"({"schemaVersion":1,"server":"https://other","checks":[]})").string();
  EXPECT_EQ(bench.run_words({"health", "--baseline", path}), 2);
  EXPECT_THAT(bench.terminal.shown_err, HasSubstr("is of another cluster: https://other"));
}

TEST(HealthCommand, ANamespaceThatIsNoneIsRefused) {
  test::ClusterBench bench;
  bench.script = [](test::ScriptedTransport& transport) {
    transport.on("GET", "/api/v1/namespaces/confluent").refuse(404, "NotFound", "not found");
  };
  EXPECT_NE(bench.run_words({"health"}), 0);
  EXPECT_THAT(bench.terminal.shown_err, HasSubstr("there is no namespace 'confluent'"));
}

TEST(HealthCommand, ADailyLookAtDisksIsRefused) {
  test::ClusterBench bench;
  EXPECT_EQ(bench.run_words({"health", "--profile", "sop", "--disks"}), 2);
  EXPECT_THAT(bench.terminal.shown_err, HasSubstr("disks are not looked at in profile sop"));
}

TEST(HealthCommand, ABaselineThatIsNoneIsRefused) {
  const test::TempDir dir;
  test::ClusterBench bench;
  const std::string path = dir.write("b.json", "{}").string();
  EXPECT_EQ(bench.run_words({"health", "--baseline", path}), 2);
}

}  // namespace
}  // namespace cfkops::cli
