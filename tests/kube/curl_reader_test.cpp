// A reader and a watch over the real transport, against a server on the loopback: what goes wrong
// between here and an API server, and whether the error says what, where and what next.
#include "kube/fixture.hpp"
#include "kube/transport_harness.hpp"
#include "support/matchers.hpp"

#include "cfkops/kube/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace cfkops::kube {
namespace {

using test::HttpConversation;
using test::HttpServer;
using test::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using namespace std::chrono_literals;

/// A client over libcurl that repeats once, at once.
struct Wire {
  explicit Wire(const ClientConfig& config)
      : harness(config) {}

  Result<ObjectList> pods() { return client.list(resources::pods(), "n"); }

  TransportHarness harness;
  Cancel cancel;
  Loop loop{*harness.transport, harness.clock, cancel};
  MemoryListener listener;
  test::MemoryRecorder recorder;
  ReaderOptions options{.retry = {.max_retries = 1, .connection_wait = 1ms}, .listener = &listener};
  Client client{loop, options, recorder};
};

/// The error of a list at the server that `config` names.
Error list_error(const ClientConfig& config) {
  Wire wire(config);
  const Result<ObjectList> list = wire.pods();
  EXPECT_FALSE(list.has_value());
  return list ? Error() : list.error();
}

void expect_what_where_next(const Error& error,
                            ErrorCode code,
                            const std::string& what,
                            const std::string& where) {
  EXPECT_EQ(error.code, code) << error.text();
  EXPECT_THAT(error.text(), HasSubstr("list pods in namespace n › "));
  EXPECT_THAT(error.text(), HasSubstr(what));
  EXPECT_THAT(error.text() + "\n" + error.hint, HasSubstr(where));
  EXPECT_NE(error.hint, "") << error.text();
}

std::string authority(const HttpServer& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

std::string page(const std::string& name, const std::string& version, const std::string& next) {
  return R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":")" + version +
         R"(","continue":")" + next + R"("},"items":[{"metadata":{"name":")" + name +
         R"(","namespace":"n","uid":"u-)" + name + R"(","resourceVersion":")" + version +
         R"("}}]})";
}

std::string refusal(int code, const std::string& reason, const std::string& message) {
  return R"({"kind":"Status","apiVersion":"v1","status":"Failure","code":)" + std::to_string(code) +
         R"(,"reason":")" + reason + R"(","message":")" + message + "\"}";
}

TEST(ReaderOverCurl, TellsOfAWrongCa) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  ClientConfig config = config_for(server);
  config.cluster.ca_pem = test::CertificateAuthority("another CA").pem();
  expect_what_where_next(list_error(config), ErrorCode::Tls, "not signed by", authority(server));
}

TEST(ReaderOverCurl, TellsOfAnExpiredCertificate) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.identity = test_ca().issue({.valid_from = -2h, .valid_until = -1h})});
  expect_what_where_next(
      list_error(config_for(server)), ErrorCode::Tls, "has expired", authority(server));
}

TEST(ReaderOverCurl, TellsOfAWrongToken) {
  HttpServer server(
      [](HttpConversation& c) { c.respond(401, refusal(401, "Unauthorized", "Unauthorized")); },
      serving_tls());
  expect_what_where_next(
      list_error(config_for(server)), ErrorCode::Unauthorized, "Unauthorized", server.url());
}

TEST(ReaderOverCurl, TellsOfAMissingVerb) {
  HttpServer server(
      [](HttpConversation& c) {
        c.respond(403,
                  refusal(403,
                          "Forbidden",
                          R"(pods is forbidden: User \"sre\" cannot list resource \"pods\" in )"
                          R"(API group \"\" in the namespace \"n\")"));
      },
      serving_tls());
  const Error error = list_error(config_for(server));
  expect_what_where_next(error, ErrorCode::Forbidden, "cannot list resource", server.url());
  EXPECT_THAT(error.hint, HasSubstr("kubectl auth can-i list pods -n n"));
}

TEST(ReaderOverCurl, TellsOfAnUnreachableServer) {
  const std::string gone = "127.0.0.1:" + std::to_string(closed_port());
  ClientConfig config;
  config.cluster.server = "https://" + gone;
  expect_what_where_next(list_error(config), ErrorCode::Unreachable, "was refused", gone);
}

TEST(ReaderOverCurl, TellsOfAServerThatStopsInMidResponse) {
  HttpServer server(
      [](HttpConversation& c) {
        c.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"items\":[");
        c.close();
      },
      serving_tls());
  expect_what_where_next(list_error(config_for(server)),
                         ErrorCode::ConnectionLost,
                         "broke in the middle of the answer, after 10 bytes",
                         authority(server));
  EXPECT_THAT(server.requests(), SizeIs(2)) << "a read is repeated";
}

TEST(ReaderOverCurl, TellsOfAServerThatStopsBeforeItsResponse) {
  HttpServer server([](HttpConversation& c) { c.close(); }, serving_tls());
  expect_what_where_next(list_error(config_for(server)),
                         ErrorCode::ConnectionLost,
                         "broke before an answer came",
                         authority(server));
}

TEST(ReaderOverCurl, TellsOfAnAnswerThatIsNoList) {
  HttpServer server([](HttpConversation& c) { c.respond(200, "<html>"); }, serving_tls());
  EXPECT_NE(list_error(config_for(server)).hint, "");
}

TEST(ReaderOverCurl, RepeatsAfter429AsLongAfterAsTheServerAsks) {
  std::atomic<int> refused = 0;
  HttpServer server(
      [&refused](HttpConversation& c) {
        if (++refused == 1) {
          c.respond(429, "Too many requests", "Retry-After: 0\r\n");
        } else {
          c.respond(200, page("a", "5", ""));
        }
      },
      serving_tls());
  Wire wire(config_for(server));
  const Result<ObjectList> list = wire.pods();
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(list->items, SizeIs(1));
  EXPECT_THAT(wire.listener.waits, ElementsAre(Duration(0)));
  EXPECT_THAT(wire.listener.retries.at(0), HasSubstr("429"));
}

TEST(ReaderOverCurl, TellsOfA429ThatAsksForLongerThanWeWait) {
  HttpServer server(
      [](HttpConversation& c) { c.respond(429, "Too many requests", "Retry-After: 900\r\n"); },
      serving_tls());
  const Error error = list_error(config_for(server));
  expect_what_where_next(error, ErrorCode::TooManyRequests, "too many requests", server.url());
  EXPECT_THAT(error.hint, HasSubstr("try again in 900s"));
  EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST(ReaderOverCurl, StartsAContinuedListOverAfter410) {
  std::atomic<bool> expired = false;
  HttpServer server(
      [&expired](HttpConversation& c) {
        if (c.request().target.find("continue=") != std::string::npos) {
          expired = true;
          c.respond(410, refusal(410, "Expired", "the continue token is too old"));
        } else if (expired) {
          c.respond(200, page("b", "9", ""));
        } else {
          c.respond(200, page("a", "5", "old"));
        }
      },
      serving_tls());
  Wire wire(config_for(server));
  const Result<ObjectList> list = wire.pods();
  ASSERT_THAT(list, IsOk());
  ASSERT_THAT(list->items, SizeIs(1));
  EXPECT_EQ(list->items.at(0).name(), "b");
  EXPECT_EQ(list->resource_version, "9");
}

TEST(ReaderOverCurl, TellsOfA410ThatComesAgainAndAgain) {
  HttpServer server([](HttpConversation& c) { c.respond(410, refusal(410, "Expired", "too old")); },
                    serving_tls());
  expect_what_where_next(
      list_error(config_for(server)), ErrorCode::Gone, "too old", "start over from a new list");
}

/// A server whose first watch ends as `expire` says; the list after it holds another pod.
void watch_over_410(const std::function<void(HttpConversation&)>& expire) {
  std::atomic<bool> expired = false;
  HttpServer server(
      [&](HttpConversation& c) {
        const bool watch = c.request().target.find("watch=") != std::string::npos;
        if (watch && !expired.exchange(true)) {
          expire(c);
        } else if (watch) {
          c.begin(200);
          c.wait_for_end();
        } else {
          c.respond(200, expired ? page("b", "9", "") : page("a", "5", ""));
        }
      },
      serving_tls());
  Wire wire(config_for(server));
  Watch watch(wire.client, resources::pods(), "n", {});
  std::vector<std::string> seen;
  while (seen.size() < 3) {
    const auto events = watch.next(wire.harness.clock.now() + 10s);
    ASSERT_THAT(events, IsOk());
    ASSERT_FALSE(events->empty()) << watch.trouble();
    for (const WatchEvent& event : *events) {
      seen.push_back((event.type == WatchEvent::Type::Deleted ? "-" : "+") + event.object.name());
    }
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre("+a", "-a", "+b"));
}

TEST(WatchOverCurl, ListsAgainAfterA410InTheStream) {
  watch_over_410([](HttpConversation& c) {
    c.begin(200);
    c.chunk(R"({"type":"ERROR","object":)" + refusal(410, "Expired", "too old") + "}\n");
    c.finish();
  });
}

TEST(WatchOverCurl, ListsAgainAfterA410AsTheAnswer) {
  watch_over_410([](HttpConversation& c) { c.respond(410, refusal(410, "Expired", "too old")); });
}

}  // namespace
}  // namespace cfkops::kube
