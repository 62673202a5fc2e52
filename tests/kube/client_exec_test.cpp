#include "fixture.hpp"

#include <csignal>
#include <string>
#include <vector>

namespace cfkops::kube {
namespace {

using std::chrono::seconds;
using test::HasError;
using test::IsOk;
using test::IsOkAnd;
using test::SocketPeer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// As real servers write them: without kind.
constexpr const char* kSuccess = R"({"metadata":{},"status":"Success"})";
constexpr const char* kExit3 =
    R"({"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code",
        "reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}})";

class ExecTest : public KubeTest {
 protected:
  /// A message on a channel.
  static std::string on(char channel, std::string_view bytes) {
    return channel + std::string(bytes);
  }

  /// The container: says what it is told to when the socket opens, and notes what it hears.
  void container(const std::function<void(SocketPeer&)>& speak,
                 std::string protocol = "v5.channel.k8s.io") {
    transport.on("GET", kPod + "/exec")
        .socket(std::move(protocol), [this, speak](SocketPeer& peer, std::string_view bytes) {
          if (bytes.empty()) {
            speak(peer);
          } else {
            heard.emplace_back(bytes);
          }
        });
  }

  Result<ExecOutcome> run(const std::string& input = "") {
    return client.exec("confluent", "kafka-0", "kafka", {"sh", "-c", "a b"}, input, seconds(60));
  }

  const MutationEffect& effect() { return recorder.effects.at(0); }

  std::vector<std::string> heard;
};

TEST_F(ExecTest, RunsACommandToItsEnd) {
  container([](SocketPeer& peer) {
    peer.send(on(1, ""));
    peer.send(on(1, "out"));
    peer.send(on(2, "err"), seconds(1));
    peer.send(on(1, "put"), seconds(2));
    peer.send(on(3, kSuccess), seconds(2));
    peer.close(1000, seconds(2));
  });
  const Result<ExecOutcome> outcome = run();
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->exit_code, 0);
  EXPECT_EQ(outcome->output, "output");
  EXPECT_EQ(outcome->error_output, "err");
  EXPECT_THAT(
      transport.log(),
      ElementsAre(
          "GET " + kPod +
          "/exec?container=kafka&command=sh&command=-c&command=a%20b&stdout=true&stderr=true"));
  EXPECT_THAT(transport.calls().at(0).protocols,
              ElementsAre("v5.channel.k8s.io", "v4.channel.k8s.io"));
  EXPECT_EQ(recorder.intents.at(0).verb, "exec");
  EXPECT_EQ(transport.calls().at(0).header("Audit-ID"), recorder.intents.at(0).audit_id);
  EXPECT_EQ(transport.calls().at(0).header("Accept"), "application/json, */*");
  EXPECT_EQ(effect().http_status, 101);
  EXPECT_EQ(effect().error, "");
}

TEST_F(ExecTest, GivesTheCommandsExitCode) {
  container([](SocketPeer& peer) {
    peer.send(on(3, kExit3));
    peer.close();
  });
  const Result<ExecOutcome> outcome = run();
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->exit_code, 3);
  EXPECT_EQ(effect().error, "command terminated with exit code 3");
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ExecTest, TakesOutputThatComesAfterTheStatus) {
  container([](SocketPeer& peer) {
    peer.send(on(3, kSuccess));
    peer.send(on(1, "late"), seconds(1));
    peer.close(1000, seconds(1));
  });
  const Result<ExecOutcome> outcome = run();
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->output, "late");
}

TEST_F(ExecTest, DoesNotWaitForeverForTheClose) {
  container([](SocketPeer& peer) { peer.send(on(3, kSuccess)); });
  EXPECT_THAT(run(), IsOk());
  EXPECT_EQ(transport.clock().passed(), seconds(5));
  EXPECT_EQ(transport.in_flight(), 0U);
}

TEST_F(ExecTest, NeverTakesACloseForSuccess) {
  for (const int code : {1000, 1005, 1006}) {
    container([code](SocketPeer& peer) {
      peer.send(on(1, "half"));
      peer.close(code);
    });
    const Result<ExecOutcome> outcome = run();
    EXPECT_THAT(outcome, HasError(ErrorCode::Unknown, "without the command's result"));
    EXPECT_TRUE(recorder.effects.back().unknown);
  }
}

TEST_F(ExecTest, DoesNotKnowWhatALostConnectionMeans) {
  container([](SocketPeer& peer) {
    peer.fail(make_error(ErrorCode::ConnectionLost, "reset"), seconds(1));
  });
  EXPECT_THAT(run(), HasError(ErrorCode::Unknown, "(reset)"));
  EXPECT_TRUE(effect().unknown);
}

TEST_F(ExecTest, PassesOnWhatTheServerRefuses) {
  transport.on("GET", kPod + "/exec").refuse(403, "Forbidden", "no");
  EXPECT_THAT(run(), HasError(ErrorCode::Forbidden, "run a command in pod confluent/kafka-0"));
  EXPECT_FALSE(effect().unknown);
  EXPECT_EQ(effect().http_status, 403);
}

TEST_F(ExecTest, PassesOnThatTheCommandCouldNotStart) {
  container([](SocketPeer& peer) {
    peer.send(on(3,
                 R"({"metadata":{},"status":"Failure","reason":"InternalError","code":500,
                     "message":"Internal error occurred: error executing command in container: exec: \"sh\": executable file not found in $PATH"})"));
    peer.close();
  });
  EXPECT_THAT(run(), HasError(ErrorCode::ServerError, "executable file not found"));
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ExecTest, SendsItsInputAndItsEnd) {
  container([](SocketPeer& peer) {
    peer.send(on(3, kSuccess), seconds(1));
    peer.close(1000, seconds(1));
  });
  EXPECT_THAT(run(std::string(40000, 'x')), IsOk());
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[0], std::string(1, '\0') + std::string(32768, 'x'));
  EXPECT_EQ(heard[1], std::string(1, '\0') + std::string(40000 - 32768, 'x'));
  EXPECT_EQ(heard[2], std::string("\xff\0", 2));
  EXPECT_THAT(transport.log().at(0), HasSubstr("&stdin=true"));
  EXPECT_EQ(recorder.intents.at(0).body.int_or("/inputBytes", 0), 40000);
}

TEST_F(ExecTest, OffersNoProtocolThatCannotEndTheInput) {
  container([](SocketPeer&) {}, "v4.channel.k8s.io");
  const Result<ExecOutcome> outcome = run("x");
  ASSERT_THAT(outcome, HasError(ErrorCode::Protocol, "v4.channel.k8s.io"));
  EXPECT_THAT(outcome.error().hint, HasSubstr("cannot end a command's input"));
  EXPECT_THAT(transport.calls().at(0).protocols, ElementsAre("v5.channel.k8s.io"));
  EXPECT_THAT(heard, IsEmpty());
  EXPECT_EQ(transport.clock().passed(), seconds(0));
}

TEST_F(ExecTest, SaysWhyAnOlderServerRefusesInput) {
  for (const int status : {400, 403}) {  // as the kubelet's WebSockets do, without a Status
    transport.on("GET", kPod + "/exec").reply(status, "");
    recorder.effects.clear();
    const Result<ExecOutcome> outcome = run("x");
    ASSERT_THAT(outcome, HasError(ErrorCode::Invalid, "no protocol that can end the input"));
    EXPECT_THAT(outcome.error().hint, HasSubstr("before Kubernetes 1.30"));
    EXPECT_FALSE(effect().unknown);
  }
  transport.on("GET", kPod + "/exec").refuse(403, "Forbidden", "no pods/exec for you");
  EXPECT_THAT(run("x"), HasError(ErrorCode::Forbidden, "no pods/exec for you"));
}

TEST_F(ExecTest, RunsACommandWithoutInputOnAnOlderServer) {
  container(
      [](SocketPeer& peer) {
        peer.send(on(3, kSuccess));
        peer.close();
      },
      "v4.channel.k8s.io");
  EXPECT_THAT(run(), IsOk());
}

TEST_F(ExecTest, RefusesAProtocolItDidNotOffer) {
  container([](SocketPeer&) {}, "base64.channel.k8s.io");
  EXPECT_THAT(run("x"), HasError(ErrorCode::Protocol, "base64.channel.k8s.io"));
  EXPECT_THAT(heard, IsEmpty());
}

TEST_F(ExecTest, GivesUpOnACommandThatDoesNotEnd) {
  container([](SocketPeer& peer) { peer.send(on(1, "…")); });
  EXPECT_THAT(run(), HasError(ErrorCode::Timeout, "may still be running"));
  EXPECT_EQ(transport.clock().passed(), seconds(60));
  EXPECT_EQ(transport.in_flight(), 0U);
  EXPECT_TRUE(effect().unknown);
}

TEST_F(ExecTest, ReadsNoEndlessOutput) {
  container([](SocketPeer& peer) {
    for (int i = 0; i < 17; ++i) {
      peer.send(on(1, std::string(std::size_t{1} << 20U, 'x')));
    }
  });
  EXPECT_THAT(run(), HasError(ErrorCode::Unknown, "more than 16 MiB"));
  EXPECT_TRUE(effect().unknown);
}

TEST_F(ExecTest, WaitsForACommandOnItsWayWhenAPersonAsksToStop) {
  container([](SocketPeer& peer) {
    peer.send(on(3, kSuccess), seconds(10));
    peer.close(1000, seconds(10));
  });
  transport.at(seconds(3), [this] { cancel.request(SIGINT); });
  EXPECT_THAT(run(), IsOk());
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ExecTest, StopsWhenAPersonAsksTwice) {
  container([](SocketPeer&) {});
  transport.at(seconds(3), [this] { cancel.request(SIGINT); });
  transport.at(seconds(5), [this] { cancel.request(SIGINT); });
  EXPECT_THAT(run(), HasError(ErrorCode::Cancelled));
  EXPECT_EQ(transport.clock().passed(), seconds(5));
  EXPECT_TRUE(effect().unknown);
}

TEST_F(ExecTest, NeedsACommand) {
  EXPECT_THAT(client.exec("confluent", "kafka-0", "", {}, "", seconds(1)),
              HasError(ErrorCode::InvalidInput));
  EXPECT_THAT(recorder.lines, IsEmpty());
}

class PortForwardTest : public KubeTest {
 protected:
  static std::string on(char channel, std::string_view bytes) {
    return channel + std::string(bytes);
  }

  void pod_end(const std::function<void(SocketPeer&)>& speak) {
    transport.on("GET", kPod + "/portforward?ports=8080")
        .socket("v4.channel.k8s.io", [this, speak](SocketPeer& peer, std::string_view bytes) {
          if (bytes.empty()) {
            peer.send(on(0, "\x90\x1f"));
            peer.send(on(1, "\x90\x1f"));
            speak(peer);
          } else {
            heard.emplace_back(bytes);
          }
        });
  }

  std::unique_ptr<PodConnection> open() {
    Result<std::unique_ptr<PodConnection>> opened = client.connect("confluent", "kafka-0", 8080);
    EXPECT_THAT(opened.has_value(), true);
    return opened ? *std::move(opened) : nullptr;
  }

  std::vector<std::string> heard;
};

TEST_F(PortForwardTest, CarriesBytesBothWays) {
  pod_end([](SocketPeer& peer) {
    peer.send(on(0, "hel"), seconds(1));
    peer.send(on(0, "lo"), seconds(2));
    peer.close(1000, seconds(3));
  });
  const auto connection = open();
  ASSERT_NE(connection, nullptr);
  connection->write("GET /");
  EXPECT_THAT(connection->read(in(seconds(10))), IsOkAnd("hel"));
  EXPECT_THAT(connection->read(in(seconds(10))), IsOkAnd("lo"));
  EXPECT_THAT(connection->read(in(seconds(10))), IsOkAnd(""));
  EXPECT_THAT(heard, ElementsAre(on(0, "GET /")));
  EXPECT_THAT(transport.calls().at(0).protocols, ElementsAre("v4.channel.k8s.io"));
  EXPECT_THAT(recorder.lines,
              ElementsAre("intend port-forward kafka-0", "record port-forward kafka-0"));
}

TEST_F(PortForwardTest, CutsLargeWrites) {
  pod_end([](SocketPeer&) {});
  const auto connection = open();
  connection->write(std::string(70000, 'x'));
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[2].size(), 70000U - 2 * 32768U + 1);
}

TEST_F(PortForwardTest, TakesThePortApartFromTheData) {
  transport.on("GET", kPod + "/portforward?ports=8080")
      .socket("v4.channel.k8s.io", [](SocketPeer& peer, std::string_view bytes) {
        if (bytes.empty()) {
          peer.send(on(0, "\x90"));
          peer.send(on(0,
                       "\x1f"
                       "data"));
        }
      });
  EXPECT_THAT(open()->read(in(seconds(1))), IsOkAnd("data"));
}

TEST_F(PortForwardTest, ReportsWhatTheErrorChannelSays) {
  pod_end([](SocketPeer& peer) {
    peer.send(on(0, "first"));
    peer.send(on(1, "error forwarding port 8080: connect: connection refused\n"));
    peer.close();
  });
  const auto connection = open();
  EXPECT_THAT(connection->read(in(seconds(1))), IsOkAnd("first"));
  EXPECT_THAT(connection->read(in(seconds(1))),
              HasError(ErrorCode::ConnectionLost,
                       "connect to pod confluent/kafka-0, port 8080 › error forwarding port 8080"));
}

TEST_F(PortForwardTest, TimesOutWithoutLosingTheConnection) {
  pod_end([](SocketPeer& peer) { peer.send(on(0, "late"), seconds(5)); });
  const auto connection = open();
  EXPECT_THAT(connection->read(in(seconds(2))), HasError(ErrorCode::Timeout));
  EXPECT_THAT(connection->read(in(seconds(10))), IsOkAnd("late"));
}

TEST_F(PortForwardTest, TellsAnAbruptEndFromACleanOne) {
  pod_end([](SocketPeer& peer) { peer.close(1006); });
  EXPECT_THAT(open()->read(in(seconds(2))), HasError(ErrorCode::ConnectionLost, "code 1006"));
  pod_end([](SocketPeer& peer) { peer.fail(make_error(ErrorCode::ConnectionLost, "reset")); });
  EXPECT_THAT(open()->read(in(seconds(2))), HasError(ErrorCode::ConnectionLost, "reset"));
}

TEST_F(PortForwardTest, RefusesAnotherPort) {
  transport.on("GET", kPod + "/portforward?ports=8080")
      .socket("v4.channel.k8s.io", [](SocketPeer& peer, std::string_view bytes) {
        if (bytes.empty()) {
          peer.send(on(0, "\x50\x01"));
        }
      });
  EXPECT_THAT(client.connect("confluent", "kafka-0", 8080),
              HasError(ErrorCode::Protocol, "port 336"));
}

TEST_F(PortForwardTest, PassesOnARefusedUpgrade) {
  transport.on("GET", kPod + "/portforward?ports=8080").refuse(403, "Forbidden", "no");
  EXPECT_THAT(client.connect("confluent", "kafka-0", 8080), HasError(ErrorCode::Forbidden));
  EXPECT_EQ(recorder.effects.at(0).http_status, 403);
}

TEST_F(PortForwardTest, WaitsAsLongAsItTakesWithoutATimeout) {
  transport.on("GET", kPod + "/portforward?ports=8080")
      .socket("v4.channel.k8s.io", [](SocketPeer&, std::string_view) {})
      .after(seconds(90));
  options.request_timeout = Duration::zero();
  Client patient(loop, options, recorder);
  EXPECT_TRUE(patient.connect("confluent", "kafka-0", 8080).has_value());
  EXPECT_EQ(transport.clock().passed(), seconds(90));
}

TEST_F(PortForwardTest, ClosesTheSocketWithTheConnection) {
  pod_end([](SocketPeer&) {});
  auto connection = open();
  EXPECT_EQ(transport.in_flight(), 1U);
  connection.reset();
  EXPECT_EQ(transport.in_flight(), 0U);
}

TEST_F(PortForwardTest, StopsReadingWhenAPersonAsks) {
  pod_end([](SocketPeer&) {});
  const auto connection = open();
  transport.at(seconds(1), [this] { cancel.request(SIGINT); });
  EXPECT_THAT(connection->read(in(seconds(9))), HasError(ErrorCode::Cancelled));
}

}  // namespace
}  // namespace cfkops::kube
