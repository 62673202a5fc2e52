// Reading a simulated cluster, and what is found in it.

#include "cfkops/sandbox/cluster.hpp"

#include "support/matchers.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/health/read.hpp"
#include "cfkops/health/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace cfkops::health {
namespace {

using std::chrono::seconds;

/// A cluster as a scenario says, and a reader of it.
struct Bench {
  explicit Bench(const std::string& scenario)
      : Bench(*sandbox::find_scenario(scenario)) {}

  explicit Bench(const sandbox::Scenario& scenario)
      : cluster(*sandbox::Cluster::begin(scenario, *base::parse_rfc3339("2026-11-27T12:00:00Z"))),
        loop(*cluster, cluster->clock(), cancel),
        reader(loop, {}) {}

  void pass(Duration duration) { EXPECT_THAT(loop.pause(duration), test::IsOk()); }

  Report look(Profile profile) { return look(Selection{.profile = profile}); }

  Report look(const Selection& checks) {
    const auto snapshot = read_snapshot(reader, {.checks = checks});
    EXPECT_THAT(snapshot, test::IsOk());
    return assess(*snapshot, checks);
  }

  std::unique_ptr<sandbox::Cluster> cluster;
  Cancel cancel;
  kube::Loop loop;
  kube::Reader reader;
};

/// Ids of the checks that found something at least that bad.
std::set<std::string> ids(const Report& report, Severity least) {
  std::set<std::string> found;
  for (const Answer& answer : report.results) {
    for (const Finding& finding : answer.found) {
      if (finding.severity >= least) {
        found.emplace(answer.check->id);
      }
    }
  }
  return found;
}

/// What is wrong or not known, for a failing test's message.
std::string complaints(const Report& report) {
  std::string text = report.verdict_line() + "\n";
  for (const Answer& answer : report.results) {
    for (const Finding& finding : answer.found) {
      if (finding.severity > Severity::Info) {
        text +=
            std::string(answer.check->id) + " " + finding.object + ": " + finding.message + "\n";
      }
    }
    for (const std::string& why : answer.unknown) {
      text += std::string(answer.check->id) + " unknown: " + why + "\n";
    }
  }
  return text;
}

sandbox::Scenario with_objects(const std::string& objects) {
  const auto scenario = sandbox::load_scenario(
      "apiVersion: cfkops/v1\nkind: Scenario\nname: mine\nobjects:\n" + objects, "mine.yaml");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().front().text();
  return *scenario;
}

TEST(HealthOfACluster, AHealthyOneGivesNoWarning) {
  for (const char* scenario : {"healthy", "empty", "plain"}) {
    Bench bench(scenario);
    bench.pass(seconds(60));
    for (const Selection& checks :
         {Selection{.profile = Profile::Sop}, Selection{}, Selection{.disks = true}}) {
      const Report report = bench.look(checks);
      EXPECT_EQ(report.verdict_line(), "healthy") << scenario << ": " << complaints(report);
    }
  }
}

TEST(HealthOfACluster, TheDailyLookReadsFewThings) {
  Bench bench("healthy");
  bench.pass(seconds(60));
  const std::uint64_t before = bench.reader.requests_sent();
  const Report report = bench.look(Profile::Sop);
  EXPECT_EQ(report.nodes, 3U);
  EXPECT_EQ(report.pods, 6U);
  EXPECT_LE(bench.reader.requests_sent() - before, 8U);
}

TEST(HealthOfACluster, ALostNodeIsFoundByEitherProfile) {
  Bench bench("lost-node");
  bench.pass(seconds(400));
  for (const Profile profile : {Profile::Sop, Profile::Full}) {
    const Report report = bench.look(profile);
    EXPECT_THAT(ids(report, Severity::Critical), testing::Contains("N01")) << complaints(report);
  }
  const std::set<std::string> found = ids(bench.look(Profile::Full), Severity::Warning);
  for (const char* id : {"N01", "N02", "P08", "B03", "A03"}) {
    EXPECT_TRUE(found.contains(id)) << id;
  }
}

TEST(HealthOfACluster, APodThatFitsNowhereIsFoundByEitherProfile) {
  Bench bench(
      with_objects("  - apiVersion: v1\n"
                   "    kind: Pod\n"
                   "    metadata: {name: large, namespace: default}\n"
                   "    spec: {containers: [{name: m, image: \"m:1\", resources: {requests: {cpu: "
                   "\"99\"}}}]}\n"));
  bench.pass(seconds(180));
  for (const Profile profile : {Profile::Sop, Profile::Full}) {
    const Report report = bench.look(profile);
    EXPECT_EQ(ids(report, Severity::Fail), std::set<std::string>{"P04"}) << complaints(report);
  }
}

TEST(HealthOfACluster, AFullVolumeIsFound) {
  Bench bench("tight-disk");
  bench.pass(seconds(90));
  const Report report = bench.look(Selection{.disks = true});
  const auto answer = std::find_if(report.results.begin(),
                                   report.results.end(),
                                   [](const Answer& one) { return one.check->id == "S03"; });
  ASSERT_NE(answer, report.results.end());
  EXPECT_TRUE(std::any_of(answer->found.begin(), answer->found.end(), [](const Finding& one) {
    return one.severity == Severity::Critical && one.value == "0";
  })) << complaints(report);
}

TEST(HealthOfACluster, DisksAreNotLookedAtUnasked) {
  Bench bench("tight-disk");
  bench.pass(seconds(90));
  const auto snapshot = read_snapshot(bench.reader, {});
  ASSERT_THAT(snapshot, test::IsOk());
  EXPECT_TRUE(snapshot->kubelets.empty());
  for (const Answer& answer : assess(*snapshot, {}).results) {
    EXPECT_TRUE(answer.check->id != "S03" && answer.check->id != "N13");
  }
}

TEST(HealthOfACluster, TheDailyLookHasNoChecksOfDisks) {
  Bench bench("healthy");
  const auto snapshot =
      read_snapshot(bench.reader, {.checks = {.profile = Profile::Sop, .disks = true}});
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, ErrorCode::InvalidInput);
}

/// The right to ask kubelets is among those.
bool asks_kubelets(const std::vector<kube::AccessQuestion>& rights) {
  return std::any_of(rights.begin(), rights.end(), [](const kube::AccessQuestion& one) {
    return one.resource.plural == "nodes" && one.subresource == "proxy";
  });
}

TEST(HealthOfACluster, OnlyForDisksTheRightToAskKubeletsIsNeeded) {
  EXPECT_FALSE(asks_kubelets(rights({})));
  EXPECT_FALSE(asks_kubelets(rights({.checks = {.profile = Profile::Sop}})));
  EXPECT_FALSE(asks_kubelets(rights({.checks = {.disks = true, .only = {"T01"}}})));
  EXPECT_TRUE(asks_kubelets(rights({.checks = {.disks = true}})));
}

TEST(HealthOfACluster, QuotaAndBudgetThatBlock) {
  Bench bench(
      with_objects("  - apiVersion: v1\n"
                   "    kind: ResourceQuota\n"
                   "    metadata: {name: few, namespace: default}\n"
                   "    spec: {hard: {pods: \"1\"}}\n"
                   "  - apiVersion: policy/v1\n"
                   "    kind: PodDisruptionBudget\n"
                   "    metadata: {name: never, namespace: default}\n"
                   "    spec: {maxUnavailable: 0, selector: {matchLabels: {app: m}}}\n"
                   "  - apiVersion: apps/v1\n"
                   "    kind: Deployment\n"
                   "    metadata: {name: m, namespace: default}\n"
                   "    spec:\n"
                   "      replicas: 1\n"
                   "      selector: {matchLabels: {app: m}}\n"
                   "      template:\n"
                   "        metadata: {labels: {app: m}}\n"
                   "        spec: {containers: [{name: m, image: \"m:1\"}]}\n"));
  bench.pass(seconds(60));
  const Report report = bench.look(Profile::Full);
  EXPECT_EQ(ids(report, Severity::Warning), (std::set<std::string>{"B02", "B06"}))
      << complaints(report);
}

TEST(HealthOfACluster, SecretsThatAreMountedAsCertificatesAreReadAndNoOthers) {
  Bench bench(
      with_objects("  - apiVersion: v1\n"
                   "    kind: Secret\n"
                   "    metadata: {name: tls-kafka, namespace: default}\n"
                   "    data: {fullchain.pem: bm9uZQ==, privkey.pem: bm9uZQ==}\n"
                   "  - apiVersion: v1\n"
                   "    kind: Secret\n"
                   "    metadata: {name: credential, namespace: default}\n"
                   "    data: {plain.txt: bm9uZQ==}\n"
                   "  - apiVersion: apps/v1\n"
                   "    kind: StatefulSet\n"
                   "    metadata: {name: kafka, namespace: default}\n"
                   "    spec:\n"
                   "      serviceName: kafka\n"
                   "      selector: {matchLabels: {app: m}}\n"
                   "      template:\n"
                   "        metadata: {labels: {app: m}}\n"
                   "        spec:\n"
                   "          containers:\n"
                   "            - name: m\n"
                   "              image: \"m:1\"\n"
                   "              volumeMounts:\n"
                   "                - {name: t, mountPath: /mnt/sslcerts}\n"
                   "                - {name: c, mountPath: /mnt/secrets/credential}\n"
                   "          volumes:\n"
                   "            - {name: t, secret: {secretName: tls-kafka}}\n"
                   "            - {name: c, secret: {secretName: credential}}\n"));
  bench.pass(seconds(60));
  const auto snapshot = read_snapshot(bench.reader, {});
  ASSERT_THAT(snapshot, test::IsOk());
  ASSERT_EQ(snapshot->of(Part::TlsSecrets).size(), 1U);
  const Json& secret = snapshot->of(Part::TlsSecrets).front();
  EXPECT_EQ(secret.string_or("/metadata/name", ""), "tls-kafka");
  EXPECT_EQ(secret.members("/data").size(), 1U) << "and no private key is kept";
}

TEST(HealthOfACluster, TopicsThatNoBrokerCanLeaveAreFound) {
  Bench bench("rf1-topic");
  bench.pass(seconds(60));
  const Report report = bench.look(Profile::Full);
  EXPECT_EQ(ids(report, Severity::Warning), std::set<std::string>{"A15"}) << complaints(report);
  EXPECT_EQ(report.count(Verdict::Unknown), 0U) << complaints(report);
}

/// The server is too busy to list services, that many times.
sandbox::Fault busy(int times) {
  sandbox::Fault fault;
  fault.kind = sandbox::FaultKind::RequestRefused;
  fault.on = sandbox::RequestMatch{.method = "GET", .resource = "services"};
  fault.times = times;
  fault.code = 429;
  return fault;
}

TEST(HealthOfACluster, WhatIsPutOffIsAskedForAgain) {
  Bench bench("healthy");
  bench.pass(seconds(60));
  bench.cluster->inject({busy(2)});
  const Report report = bench.look(Profile::Full);
  EXPECT_EQ(report.verdict_line(), "healthy") << complaints(report);
}

TEST(HealthOfACluster, WhatIsPutOffForEverIsUnknown) {
  Bench bench("healthy");
  bench.pass(seconds(60));
  bench.cluster->inject({busy(100)});
  const Report report = bench.look(Profile::Full);
  EXPECT_EQ(report.count(Verdict::Unknown), 1U) << complaints(report);
}

TEST(HealthOfACluster, OneNamespaceIsLookedAtAlone) {
  Bench bench("healthy");
  bench.pass(seconds(60));
  const auto snapshot =
      read_snapshot(bench.reader, {.checks = {.profile = Profile::Sop}, .ns = "default"});
  ASSERT_THAT(snapshot, test::IsOk());
  EXPECT_EQ(assess(*snapshot, {.profile = Profile::Sop}).pods, 0U);
}

}  // namespace
}  // namespace cfkops::health
