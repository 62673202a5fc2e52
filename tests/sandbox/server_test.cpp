#include "cfkops/sandbox/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace cfkops::sandbox {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

/// A plain TLS client; the server's name and certificate are not what is tested here.
class Client {
 public:
  explicit Client(const std::string& address)
      : context_(SSL_CTX_new(TLS_client_method())),
        stream_(BIO_new_ssl_connect(context_.get())) {
    BIO_set_conn_hostname(stream_.get(), address.c_str());
  }

  void send(std::string_view bytes) {
    ASSERT_EQ(BIO_write(stream_.get(), bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }

  /// What came until it ends with `end`, or until the connection does.
  std::string read_until(std::string_view end) {
    std::string text;
    char letter = 0;
    while (!text.ends_with(end) && BIO_read(stream_.get(), &letter, 1) == 1) {
      text += letter;
    }
    return text;
  }

 private:
  std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>> context_;
  std::unique_ptr<BIO, Deleter<BIO_free_all>> stream_;
};

class ServerTest : public testing::Test {
 protected:
  ServerTest()
      : cluster(ClusterOptions{}) {
    auto listening = Server::listen(cluster, 0);
    EXPECT_TRUE(listening);
    server = *std::move(listening);
    address = server->address().substr(std::string_view("https://").size());
    const std::string config = server->kubeconfig();
    const std::size_t at = config.find("token: ") + 7;
    token = config.substr(at, config.find('\n', at) - at);
    thread = std::thread([this] { EXPECT_TRUE(server->serve([this] { return stopped.load(); })); });
  }

  ~ServerTest() override {
    stopped = true;
    thread.join();
  }

  std::string get(const std::string& path) const {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n\r\n";
  }

  Cluster cluster;
  std::unique_ptr<Server> server;
  std::string address;
  std::string token;
  std::atomic<bool> stopped = false;
  std::thread thread;
};

TEST_F(ServerTest, AnswersOneRequestAfterTheOtherOnOneConnection) {
  Client client(address);
  for (int round = 0; round < 2; ++round) {
    client.send(get("/healthz"));
    const std::string answer = client.read_until("\r\n\r\nok");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Length: 2\r\n"));
  }
}

TEST_F(ServerTest, AnswersRequestsThatWereSentAhead) {
  Client client(address);
  client.send(get("/healthz") + get("/healthz"));
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(client.read_until("\r\n\r\nok"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_F(ServerTest, WaitsForTheRestOfARequest) {
  Client client(address);
  const std::string request = get("/version");
  client.send(request.substr(0, 10));
  client.send(request.substr(10));
  EXPECT_THAT(client.read_until("}\n"), HasSubstr("\"gitVersion\":\"v1.34.4\""));
}

TEST_F(ServerTest, StreamsAWatchInChunks) {
  Client client(address);
  client.send(get("/api/v1/namespaces?watch=true&timeoutSeconds=1"));
  EXPECT_THAT(client.read_until("0\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
}

TEST_F(ServerTest, UpgradesToAWebSocketForACommand) {
  Client client(address);
  const std::string pod =
      R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": )"
      R"("node-1", "containers": [{"name": "m", "image": "x:1"}]}})";
  const std::string pods = "/api/v1/namespaces/default/pods";
  std::string post = get(pods).replace(0, 3, "POST");
  post.insert(
      post.size() - 2,
      "Content-Type: application/json\r\nContent-Length: " + std::to_string(pod.size()) + "\r\n");
  client.send(post + pod);
  ASSERT_THAT(client.read_until("}\n"), StartsWith("HTTP/1.1 201 "));
  std::string upgrade = get(pods + "/p/exec?command=ls&container=m&stdout=true");
  upgrade.insert(upgrade.size() - 2,
                 "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n");
  client.send(upgrade);
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(client.read_until("\x88\x02\x03\xe8"), StartsWith("\x82\x01\x01"));
  client.send(
      "\x88\x82"
      "abcd"
      "\x62\x8a");
  EXPECT_EQ(client.read_until("never"), "");
}

TEST_F(ServerTest, RefusesAHeadThatIsTooLong) {
  Client client(address);
  std::string head = "GET / HTTP/1.1\r\nX: ";
  head.resize(64UL * 1024, 'x');
  client.send(head);
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, KnowsNobodyWithoutTheToken) {
  Client client(address);
  client.send("GET /api/v1/pods HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
}

}  // namespace
}  // namespace cfkops::sandbox
