#include "cfkops/kube/object.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::kube {
namespace {

using nlohmann::json;

json running_pod() {
  return json::parse(R"({
    "kind": "Pod",
    "metadata": {"name": "kafka-0", "namespace": "confluent"},
    "spec": {"containers": [{"name": "kafka"}]},
    "status": {
      "phase": "Running",
      "conditions": [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": "True"}],
      "containerStatuses": [{"name": "kafka", "ready": true, "state": {"running": {}}}]}})");
}

Object unready(const json& container_state) {
  json pod = running_pod();
  pod["status"]["conditions"][1]["status"] = "False";
  pod["status"]["containerStatuses"][0]["ready"] = false;
  pod["status"]["containerStatuses"][0].merge_patch(container_state);
  return Object(Json(std::move(pod)));
}

TEST(PodEnded, IsWhatSucceededOrFailed) {
  const auto ended = [](const char* phase) {
    return pod_ended(Object(Json(json{{"status", {{"phase", phase}}}})));
  };
  EXPECT_TRUE(ended("Succeeded"));
  EXPECT_TRUE(ended("Failed"));
  EXPECT_FALSE(ended("Running"));
  EXPECT_FALSE(ended(""));
}

TEST(PodReady, NeedsTheConditionAndAPodThatStays) {
  json pod = running_pod();
  EXPECT_TRUE(pod_ready(Object(Json(pod))));
  pod["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  EXPECT_FALSE(pod_ready(Object(Json(pod))));
  EXPECT_FALSE(pod_ready(Object(Json(json::parse(R"({"status":{}})")))));
}

TEST(PodTrouble, IsEmptyForAReadyPod) {
  EXPECT_EQ(pod_trouble(Object(Json(running_pod()))), "");
  EXPECT_EQ(pod_stuck(Object(Json(running_pod()))), "");
}

TEST(PodTrouble, TellsACrashLoopWithItsLastEnd) {
  const Object pod = unready(json::parse(R"j({
    "state": {"running": null, "waiting": {"reason": "CrashLoopBackOff",
      "message": "back-off 40s restarting failed container=kafka pod=kafka-0_confluent(1a2b)"}},
    "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}})j"));
  const std::string text =
      "CrashLoopBackOff: back-off 40s restarting failed container kafka; last ended with OOMKilled "
      "(exit code 137)";
  EXPECT_EQ(pod_trouble(pod), text);
  EXPECT_EQ(pod_stuck(pod), text);
}

TEST(PodTrouble, HasNothingThatCouldDriveATerminal) {
  const Object waiting = unready(json::parse(R"j({
    "name": "ka\u001b[31mfka",
    "state": {"running": null, "waiting": {"reason": "Crash\u001b[2JLoopBackOff"}},
    "lastState": {"terminated": {"reason": "OOM\u001b[31mKilled", "exitCode": 137}}})j"));
  EXPECT_EQ(pod_trouble(waiting),
            "CrashLoopBackOff: container kafka; last ended with OOMKilled (exit code 137)");
  json gone = running_pod();
  gone["status"]["conditions"][1]["status"] = "False";
  gone["status"]["containerStatuses"] = json::array();
  gone["status"]["reason"] = "Evic\x1b[31mted";
  EXPECT_EQ(pod_trouble(Object(Json(gone))), "Evicted");
  gone["status"]["reason"] = "";
  gone["status"]["phase"] = "Fai\x1b[31mled";
  EXPECT_EQ(pod_trouble(Object(Json(gone))), "Failed");
}

TEST(PodTrouble, TellsWhyAPodIsNotScheduled) {
  const Object pod(Json(json::parse(R"({
    "metadata": {"name": "a"},
    "status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
      "reason": "Unschedulable", "message": "0/3 nodes are available: 3 Insufficient memory."}]}})")));
  EXPECT_EQ(pod_trouble(pod), "Pending: 0/3 nodes are available: 3 Insufficient memory.");
  EXPECT_EQ(pod_stuck(pod), "");
}

TEST(PodTrouble, TellsThatARunningPodIsNotReadyYet) {
  json pod = running_pod();
  pod["status"]["conditions"] = json::parse(R"([
    {"type": "Initialized", "status": "True"},
    {"type": "Ready", "status": "False", "message": "containers with unready status: [kafka]"}])");
  EXPECT_EQ(pod_trouble(Object(Json(pod))), "Running: containers with unready status: [kafka]");
}

TEST(PodTrouble, CallsAPodOnItsWayOutTerminating) {
  json pod = running_pod();
  pod["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  EXPECT_EQ(pod_trouble(Object(Json(pod))), "Terminating: since 2026-01-02T03:04:05Z");
  pod["status"]["reason"] = "NodeLost";
  EXPECT_EQ(pod_trouble(Object(Json(pod))), "Unknown: since 2026-01-02T03:04:05Z");
}

TEST(PodTrouble, CountsInitContainersThatAreNotDone) {
  const Object pod(Json(json::parse(R"({
    "metadata": {"name": "a"},
    "spec": {"initContainers": [{"name": "one"}, {"name": "two"}]},
    "status": {"phase": "Pending", "conditions": [{"type": "Initialized", "status": "False"}],
      "initContainerStatuses": [
        {"name": "one", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
        {"name": "two", "state": {"running": {}}}]}})")));
  EXPECT_EQ(pod_trouble(pod), "Init:1/2: container two");
}

TEST(PodTrouble, PassesOverSidecarsThatHaveStarted) {
  const Object pod(Json(json::parse(R"({
    "metadata": {"name": "a"},
    "spec": {"initContainers": [{"name": "mesh", "restartPolicy": "Always"}, {"name": "two"}]},
    "status": {"phase": "Pending", "conditions": [{"type": "Initialized", "status": "False"}],
      "initContainerStatuses": [
        {"name": "mesh", "started": true, "state": {"running": {}}},
        {"name": "two", "state": {"waiting": {"reason": "ErrImagePull", "message": "not found"}}}]}})")));
  EXPECT_EQ(pod_trouble(pod), "Init:ErrImagePull: container two: not found");
  EXPECT_EQ(pod_stuck(pod), "Init:ErrImagePull: container two: not found");
}

TEST(PodTrouble, NamesTheSignalOrCodeWithoutAReason) {
  EXPECT_EQ(pod_trouble(unready(json::parse(
                R"({"state": {"running": null, "terminated": {"exitCode": 137, "signal": 9}}})"))),
            "Signal:9: container kafka, exit code 137");
  EXPECT_EQ(pod_trouble(unready(
                json::parse(R"({"state": {"running": null, "terminated": {"exitCode": 3}}})"))),
            "ExitCode:3: container kafka, exit code 3");
}

TEST(PodTrouble, TellsAnEvictedPod) {
  const Object pod(Json(json::parse(R"({
    "metadata": {"name": "a"},
    "status": {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."}})")));
  EXPECT_EQ(pod_trouble(pod), "Evicted: The node was low on memory.");
}

TEST(PodStuck, KnowsWhatHealsByItself) {
  EXPECT_EQ(pod_stuck(unready(json::parse(
                R"({"state": {"running": null, "waiting": {"reason": "ContainerCreating"}}})"))),
            "");
  EXPECT_EQ(pod_stuck(unready(json::parse(
                R"({"state": {"running": null, "waiting": {"reason": "CreateContainerConfigError",
                    "message": "secret \"tls\" not found"}}})"))),
            "CreateContainerConfigError: container kafka: secret \"tls\" not found");
}

}  // namespace
}  // namespace cfkops::kube
