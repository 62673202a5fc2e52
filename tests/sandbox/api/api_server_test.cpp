#include "api/api_server.hpp"

#include "controllers/lost_node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Runs in every pod; says again what it is told.
class Echo final : public Program {
 public:
  [[nodiscard]] bool runs_in(const Value& /*pod*/) const override { return true; }

  [[nodiscard]] Duration start_delay(const Value& /*pod*/) const override { return {}; }

  void start(const Value& /*pod*/) override {}

  Duration stop(const Value& /*pod*/) override { return {}; }

  void end(const Value& /*pod*/) override {}

  [[nodiscard]] bool is_ready(const Value& /*pod*/) const override { return true; }

  [[nodiscard]] std::optional<int> exited(const Value& /*pod*/) const override { return {}; }

  [[nodiscard]] std::string log(const Value& /*pod*/,
                                std::string_view /*container*/,
                                bool /*previous*/) const override {
    return written;
  }

  [[nodiscard]] std::optional<kube::Response> serve(const Value& /*pod*/,
                                                    int port,
                                                    const kube::Request& request) override {
    kube::Response response;
    response.status = 418;
    response.headers.push_back({"Content-Type", "text/tea"});
    response.body = request.method + " " + request.target + " " + request.body;
    return port == 8080 ? std::optional(response) : std::nullopt;
  }

  [[nodiscard]] std::optional<ExecResult> exec(const Value& /*pod*/,
                                               std::string_view /*container*/,
                                               const std::vector<std::string>& command) override {
    if (command.front() == "absent") {
      return std::nullopt;
    }
    return ExecResult{command.front() == "false" ? 1 : 0, "out", "error"};
  }

  std::string written = "a\nb\n";
};

/// Notes what a server says.
class Notes final : public Responder, public SocketPeer {
 public:
  void answer(kube::Response response) override { last = std::move(response); }

  void head(kube::Response head) override { last = std::move(head); }

  void data(std::string_view bytes) override { last.body += bytes; }

  void end() override { ended = true; }

  void refuse(kube::Response response) override { last = std::move(response); }

  void open(std::string_view protocol) override { said.push_back("open " + std::string(protocol)); }

  void message(std::string_view bytes) override {
    said.push_back(std::to_string(bytes.front()) + std::string(bytes.substr(1)));
  }

  void close(int code) override { said.push_back("close " + std::to_string(code)); }

  kube::Response last;
  bool ended = false;
  std::vector<std::string> said;
};

class ApiServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto program = std::make_unique<Echo>();
    echo = program.get();
    programs.add(std::move(program));
    make("Namespace", {}, {{"metadata", {{"name", "a"}}}});
    make("ServiceAccount", "a", {{"metadata", {{"name", "default"}}}});
    make("Node", {}, {{"metadata", {{"name", "n"}}}});
    const Value container = {{"name", "m"}, {"image", "x:1"}};
    make("Pod",
         "a",
         {{"metadata", {{"name", "p"}}},
          {"spec", {{"nodeName", "n"}, {"containers", Value::array({container})}}}});
    set_state({{"running", {{"startedAt", "2026-01-01T03:00:00Z"}}}});
  }

  void make(const std::string& name, const std::string& ns, Value object) {
    object["apiVersion"] = "v1";
    object["kind"] = name;
    const auto made = registry.create(*kinds.find_kind("v1", name), ns, std::move(object), {});
    ASSERT_TRUE(made) << made.error().message;
  }

  void set_state(const Value& state) {
    WriteOptions options;
    options.subresource = "status";
    const Value container = {{"name", "m"},
                             {"image", "x:1"},
                             {"imageID", ""},
                             {"ready", true},
                             {"restartCount", 0},
                             {"state", state}};
    const auto written = registry.update(
        *kinds.find_kind("v1", "Pod"),
        "a",
        "p",
        [&](const Shared& current) -> Answer<Value> {
          Value pod = *current;
          make_at(pod, {"status", "podIP"}) = "10.0.0.1";
          make_at(pod, {"status", "podIPs"}) = Value::array({{{"ip", "10.0.0.1"}}});
          make_at(pod, {"status", "containerStatuses"}) = Value::array({container});
          return pod;
        },
        options);
    ASSERT_TRUE(written) << written.error().message;
  }

  kube::Response ask(const std::string& method,
                     const std::string& rest,
                     const std::string& body = {}) {
    Notes notes;
    server.handle({.method = method, .target = "/api/v1/namespaces/a/pods/" + rest, .body = body},
                  notes);
    return notes.last;
  }

  std::vector<std::string> exec(const std::string& query) {
    Notes notes;
    server.connect({.target = "/api/v1/namespaces/a/pods/p/exec?" + query,
                    .headers = {{"Sec-WebSocket-Protocol", "x, v5.channel.k8s.io"}}},
                   notes);
    return notes.said;
  }

  Store store;
  KindTable kinds;
  Timeline timeline{WallTime{}};
  Random random{1};
  Registry registry{store, kinds, timeline, random};
  Programs programs;
  Echo* echo = nullptr;
  ApiServer server{registry, programs};
};

TEST_F(ApiServerTest, ProxiesToAPodAsItIs) {
  const kube::Response response = ask("POST", "p:8080/proxy/x%20y//z?q=1%2F2", "body");
  EXPECT_EQ(response.status, 418);
  EXPECT_EQ(response.header("Content-Type"), "text/tea");
  EXPECT_EQ(response.body, "POST /x%20y//z?q=1%2F2 body");
  EXPECT_EQ(ask("OPTIONS", "http:p:8080/proxy/").body, "OPTIONS / ");
}

TEST_F(ApiServerTest, LeadsABareProxyPathOn) {
  const kube::Response response = ask("GET", "p:8080/proxy?q=1");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.header("Location"), "/api/v1/namespaces/a/pods/p:8080/proxy/?q=1");
}

TEST_F(ApiServerTest, SaysThatNobodyListens) {
  const kube::Response response = ask("GET", "p:8081/proxy/");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body,
              HasSubstr("error trying to reach service: dial tcp 10.0.0.1:8081: connect: "
                        "connection refused"));
}

TEST_F(ApiServerTest, ReachesNothingOnALostNode) {
  ASSERT_TRUE(set_lost(registry, "n", true));
  EXPECT_THAT(ask("GET", "p:8080/proxy/").body, HasSubstr("10.0.0.1:8080: connect: no route"));
  EXPECT_THAT(ask("GET", "p/log").body,
              HasSubstr("n:10250/containerLogs/a/p/m\\\": dial tcp n:10250: connect: no route"));
  EXPECT_THAT(exec("command=true&stdout=true"), ElementsAre());
}

TEST_F(ApiServerTest, ReachesTheKubeletOfANode) {
  const auto get = [&](const std::string& path) {
    Notes notes;
    server.handle({.method = "GET", .target = "/api/v1/nodes/n/proxy" + path}, notes);
    return notes.last;
  };
  EXPECT_EQ(get("/stats/summary").status, 200);
  EXPECT_THAT(get("/stats/summary").body, HasSubstr(R"("nodeName":"n")"));
  EXPECT_EQ(get("/runningpods/").status, 404);
  EXPECT_EQ(get("").status, 301);
  ASSERT_TRUE(set_lost(registry, "n", true));
  EXPECT_EQ(get("/stats/summary").status, 503);
}

TEST_F(ApiServerTest, GivesTheLog) {
  EXPECT_EQ(ask("GET", "p/log?tailLines=1").body, "b\n");
  EXPECT_EQ(ask("GET", "p/log?previous=true").status, 400);
  EXPECT_EQ(ask("GET", "p/log?sinceTime=yesterday").status, 400);
}

TEST_F(ApiServerTest, FollowsALogToTheContainersEnd) {
  Notes notes;
  server.handle({.target = "/api/v1/namespaces/a/pods/p/log?follow=true&tailLines=1"}, notes);
  EXPECT_EQ(notes.last.body, "b\n");
  echo->written += "c\n";
  timeline.advance_to(timeline.now() + std::chrono::seconds(1));
  EXPECT_EQ(notes.last.body, "b\nc\n");
  EXPECT_FALSE(notes.ended);
  echo->written += "d\n";
  set_state({{"terminated", {{"exitCode", 0}, {"startedAt", "2026-01-01T03:00:00Z"}}}});
  timeline.advance_to(timeline.now() + std::chrono::seconds(1));
  EXPECT_EQ(notes.last.body, "b\nc\nd\n");
  EXPECT_TRUE(notes.ended);
}

TEST_F(ApiServerTest, TellsNobodyWhoWentAway) {
  Notes notes;
  const auto id = server.handle({.target = "/api/v1/namespaces/a/pods/p/log?follow=true"}, notes);
  server.cancel(id);
  echo->written += "c\n";
  timeline.advance_to(timeline.now() + std::chrono::seconds(1));
  EXPECT_EQ(notes.last.body, "a\nb\n");
}

TEST_F(ApiServerTest, RunsACommandOverAWebSocket) {
  EXPECT_THAT(exec("command=true&stdout=true&stderr=true"),
              ElementsAre("open v5.channel.k8s.io",
                          "1",
                          "1out",
                          "2error",
                          R"(3{"metadata":{},"status":"Success"})",
                          "close 1000"));
  EXPECT_THAT(exec("command=false&stdout=true"),
              ElementsAre("open v5.channel.k8s.io",
                          "1",
                          "1out",
                          HasSubstr(R"({"causes":[{"message":"1","reason":"ExitCode"}]})"),
                          "close 1000"));
}

TEST_F(ApiServerTest, SaysThatACommandIsNotThere) {
  EXPECT_THAT(exec("command=absent&stderr=true"),
              ElementsAre("open v5.channel.k8s.io",
                          "2",
                          HasSubstr("OCI runtime exec failed: exec failed: unable to start "
                                    "container process: exec: \\\"absent\\\": executable file not "
                                    "found in $PATH: unknown"),
                          "close 1000"));
}

TEST_F(ApiServerTest, SaysWhichServerItIsAmongItsMetrics) {
  Notes notes;
  server.handle({.method = "GET", .target = "/metrics"}, notes);
  EXPECT_EQ(notes.last.status, 200);
  EXPECT_THAT(notes.last.body, HasSubstr("\nkubernetes_build_info{"));
  EXPECT_THAT(notes.last.body, HasSubstr("git_version=\"v1.34.4\""));
}

TEST_F(ApiServerTest, OpensNoSocketForWhatIsNotThere) {
  Notes notes;
  server.connect({.target = "/api/v1/namespaces/a/pods/absent/exec?command=x&stdout=true",
                  .headers = {{"Sec-WebSocket-Protocol", "v5.channel.k8s.io"}}},
                 notes);
  EXPECT_EQ(notes.last.status, 404);
  EXPECT_THAT(notes.said, ElementsAre());
}

}  // namespace
}  // namespace cfkops::sandbox
