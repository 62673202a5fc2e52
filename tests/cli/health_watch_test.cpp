// `health --watch`: what is shown of one look after the other, in virtual time.

#include "check_named.hpp"
#include "cluster_bench.hpp"
#include "health_changes.hpp"
#include "health_screen.hpp"

#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace cfkops::cli {
namespace {

using health::Severity;
using health::Verdict;
using std::chrono::seconds;
using test::check_named;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

health::Answer found(std::string_view id, std::vector<health::Finding> findings) {
  return {.check = &check_named(id), .verdict = Verdict::Found, .found = std::move(findings)};
}

health::Report report_of(std::vector<health::Answer> answers) {
  health::Report report;
  report.server = "https://10.0.0.1:6443";
  report.scope = "all namespaces";
  report.results = std::move(answers);
  return report;
}

health::Finding crash(Severity severity) {
  return {severity, "pod c/p", "crashes", "status", "CrashLoopBackOff"};
}

const health::Answer kCannotTell = {
    .check = &check_named("P01"), .verdict = Verdict::Unknown, .unknown = {"pods: forbidden"}};

TEST(HealthChanges, TellsWhatIsNewAndWhatIsGone) {
  HealthChanges changes;
  EXPECT_THAT(changes.next(report_of({found("P01", {crash(Severity::Fail)})})),
              ElementsAre("found    FAIL P01 pod c/p: crashes"));
  EXPECT_THAT(changes.next(report_of({found("P01", {crash(Severity::Fail)})})), IsEmpty());
  EXPECT_THAT(changes.next(report_of({})), ElementsAre("gone     FAIL P01 pod c/p: crashes"));
}

TEST(HealthChanges, TheSamePlaceMayGetWorseOrBetterAndItsMessageMayChange) {
  HealthChanges changes;
  EXPECT_THAT(changes.next(report_of({found("P01", {crash(Severity::Warning)})})),
              ElementsAre(StartsWith("found    WARNING")));
  health::Finding later = crash(Severity::Warning);
  later.message = "crashes for 5m";
  later.value = "2";
  EXPECT_THAT(changes.next(report_of({found("P01", {later})})), IsEmpty());
  EXPECT_THAT(changes.next(report_of({found("P01", {crash(Severity::Fail)})})),
              ElementsAre("worse    FAIL P01 pod c/p: crashes"));
  EXPECT_THAT(changes.next(report_of({found("P01", {later})})),
              ElementsAre("better   WARNING P01 pod c/p: crashes for 5m"));
}

TEST(HealthChanges, WhatCannotBeJudgedIsNotGone) {
  HealthChanges changes;
  EXPECT_THAT(changes.next(report_of({found("P01", {crash(Severity::Fail)})})),
              ElementsAre(StartsWith("found")));
  EXPECT_THAT(changes.next(report_of({kCannotTell})), ElementsAre("unknown  P01: pods: forbidden"));
  EXPECT_THAT(changes.next(report_of({kCannotTell})), IsEmpty());
  EXPECT_THAT(changes.next(report_of({})),
              ElementsAre("gone     FAIL P01 pod c/p: crashes",
                          "judged   P01, which was not known: pods: forbidden"));
}

struct HealthScreen : testing::Test {
  health::Report report =
      report_of({found("N04", {{Severity::Warning, "node a", "is cordoned", "spec", "true"}}),
                 found("P01", {crash(Severity::Fail), crash(Severity::Fail)}),
                 {.check = &check_named("S02"),
                  .verdict = Verdict::Unknown,
                  .unknown = {"persistent volumes: forbidden"}}});

  std::vector<std::string> screen(int columns, int rows) {
    LiveLook look;
    look.screen.columns = columns;
    look.screen.rows = rows;
    std::vector<std::string> texts;
    for (const LiveLine& line : health_screen(report, seconds(3), look)) {
      EXPECT_LT(line.columns, static_cast<std::size_t>(columns));
      texts.push_back(line.text);
    }
    EXPECT_LT(texts.size(), static_cast<std::size_t>(rows));
    return texts;
  }
};

TEST_F(HealthScreen, HasTheWorstFirstBelowTheGroups) {
  const std::vector<std::string> lines = screen(140, 24);
  ASSERT_EQ(lines.size(), 8U);
  EXPECT_EQ(lines[0],
            "https://10.0.0.1:6443, all namespaces: not healthy: 2 fail and 1 warning; 1 check "
            "could not be judged (looked 3.0s ago)");
  EXPECT_THAT(lines[1], StartsWith("? Nodes "));
  EXPECT_THAT(lines[2], StartsWith("x Pods and workloads "));
  EXPECT_THAT(lines[3], StartsWith("? Storage "));
  EXPECT_THAT(lines[4], StartsWith("x P01 pod c/p: crashes "));
  EXPECT_THAT(lines[6], StartsWith("? N04 node a: is cordoned "));
  EXPECT_THAT(lines[7], StartsWith("? S02 persistent volumes: forbidden "));
}

TEST_F(HealthScreen, WhatDoesNotFitIsCounted) {
  EXPECT_THAT(screen(60, 4),
              ElementsAre(StartsWith("not healthy"),
                          StartsWith("x P01 pod c/p: crashes"),
                          HasSubstr("... 3 more lines")));
  EXPECT_EQ(screen(20, 2).size(), 1U);
}

/// A server of which nothing but its own checks may be read; etcd is down for a while.
struct HealthWatch : testing::Test, test::ClusterBench {
  Duration down_from = seconds(15);
  Duration down_until = seconds(35);
  Duration namespace_gone_from = std::chrono::hours(1);

  HealthWatch() {
    script = [this](test::ScriptedTransport& transport) {
      const Clock& clock = transport.clock();
      const MonoTime begin = clock.now();
      transport.on("GET", "*").refuse(403, "Forbidden", "not for you");
      transport.on("GET", "/livez").reply(200, "[+]ping ok\n");
      transport.on("GET", "/readyz").handle([this, &clock, begin](const kube::Request&) {
        const Duration since = clock.now() - begin;
        const bool down = since >= down_from && since < down_until;
        return test::reply(200, down ? "[+]ping ok\n[-]etcd failed\n" : "[+]ping ok\n");
      });
      transport.on("GET", "/api/v1/namespaces/confluent")
          .handle([this, &clock, begin](const kube::Request&) {
            return clock.now() - begin >= namespace_gone_from
                       ? test::refuse(404, "NotFound", "not found")
                       : test::refuse(403, "Forbidden", "not for you");
          });
      transport.at(seconds(45), [this] { cancel->request(SIGINT); });
    };
  }

  int watch(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"health", "--profile", "sop", "--watch"};
    words.insert(words.end(), more.begin(), more.end());
    return run_words(words);
  }
};

TEST_F(HealthWatch, WhereNothingMovesWhatChangesIsAppended) {
  EXPECT_EQ(watch(), 5) << "of the last look";
  const std::vector<std::string> lines = base::split(terminal.shown_out, '\n');
  EXPECT_EQ(std::count_if(lines.begin(),
                          lines.end(),
                          [](const std::string& line) { return line.find("Z not ") == 19; }),
            3)
      << terminal.shown_out;
  EXPECT_EQ(std::count(lines.begin(),
                       lines.end(),
                       "  found    CRITICAL K01 API server: says of itself: etcd failed"),
            1);
  EXPECT_EQ(std::count(lines.begin(),
                       lines.end(),
                       "  gone     CRITICAL K01 API server: says of itself: etcd failed"),
            1);
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("\033")));
}

TEST_F(HealthWatch, AsJsonEachLookIsALine) {
  down_until = std::chrono::hours(1);
  EXPECT_EQ(watch({"--every", "20s", "-o", "json"}), 9);
  std::vector<std::string> worst;
  for (const std::string& line : base::split(terminal.shown_out, '\n')) {
    if (!line.empty()) {
      worst.push_back(nlohmann::json::parse(line).at("worst").dump());
    }
  }
  EXPECT_THAT(worst, ElementsAre("null", "\"critical\"", "\"critical\""));
}

TEST_F(HealthWatch, OnATerminalOneScreenIsDrawnAnewAndTheLastLookStays) {
  terminal.is_terminal = true;
  EXPECT_EQ(watch(), 5);
  EXPECT_THAT(terminal.shown_err, HasSubstr("(looked 3.0s ago)"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("K01 API server: says of itself: etcd failed"));
  EXPECT_THAT(terminal.shown_out, StartsWith("not known: "));
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("K01 API server")));
}

TEST_F(HealthWatch, ALookThatFailsIsToldOnceAndDoesNotEndIt) {
  namespace_gone_from = seconds(15);
  EXPECT_EQ(watch(), 2) << "of the last look";
  const std::string told = "there is no namespace 'confluent'";
  const std::size_t first = terminal.shown_err.find(told);
  ASSERT_NE(first, std::string::npos) << terminal.shown_err;
  EXPECT_EQ(terminal.shown_err.find(told, first + 1), std::string::npos);
}

TEST_F(HealthWatch, AFirstLookThatFailsEndsIt) {
  namespace_gone_from = seconds(0);
  EXPECT_EQ(watch(), 2);
  EXPECT_EQ(terminal.shown_out, "");
}

TEST_F(HealthWatch, ItsFlagsGoTogether) {
  EXPECT_EQ(run_words({"health", "--every", "5s"}), 2);
  EXPECT_EQ(watch({"--every", "10ms"}), 2);
  terminal.shown_err.clear();
  EXPECT_EQ(watch({"-o", "html"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("health --watch has no such form; take text and json"));
}

}  // namespace
}  // namespace cfkops::cli
