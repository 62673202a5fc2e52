#pragma once

#include "support/loopback.hpp"

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace cfkops::test {

/// A door that a test opens: what stands before it waits, without a sleep.
class Gate {
 public:
  void open();

  /// Returns once the gate is open, at once if it was opened before; false after ten seconds.
  bool wait();

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

/// A request as the server read it.
struct HttpRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  int connection = 0;  ///< which connection it came over, counted from 1

  /// The first header of that name (case-insensitive), or "".
  std::string header(std::string_view name) const;
};

/// One connection's byte stream, plain or TLS.
class ServerStream;

/// What a handler does with one request. A connection is kept for the next request unless it was
/// closed.
class HttpConversation {
 public:
  HttpConversation(ServerStream& stream, HttpRequest request);

  const HttpRequest& request() const { return request_; }

  /// A whole answer with Content-Length.
  void respond(int status, const std::string& body, const std::string& extra_headers = "");

  /// A chunked answer: its head, its parts, its end. `extra_headers` are lines that end in "\r\n".
  void begin(int status, const std::string& extra_headers = "");
  void chunk(std::string_view bytes);
  void finish();

  /// Bytes as they are, for answers that no server should give.
  void raw(std::string_view bytes);

  /// Ends the connection: in an orderly way, or with a reset.
  void close();
  void abort();

  /// Answers an upgrade with 101 and the subprotocol, if any.
  void upgrade(const std::string& protocol);

  /// An unmasked frame of a server, as a whole; opcode 1 text, 2 binary, 8 close, 9 ping, 10 pong.
  void frame(int opcode, std::string_view payload);

  /// The next frame of the client, unmasked: opcode and payload; nothing at the end of the
  /// connection.
  std::optional<std::pair<int, std::string>> read_frame();

  /// Whether the client closed its end; waits for it.
  bool wait_for_end();

 private:
  ServerStream& stream_;
  HttpRequest request_;
};

struct HttpServerOptions {
  std::optional<Identity> identity = {};  ///< serves TLS with it
  std::string client_ca_pem = {};         ///< and demands a client certificate signed by this
  std::string greeting = {};              ///< sent as soon as a connection stands, before any TLS
};

/// An HTTP/1.1 server on 127.0.0.1 for tests, with threads of its own. `handler` is called on them,
/// for several connections at once. Handlers that wait must end before the server is destroyed.
class HttpServer {
 public:
  using Handler = std::function<void(HttpConversation&)>;

  explicit HttpServer(Handler handler, const HttpServerOptions& options = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;

  int port() const { return port_; }

  /// "https://127.0.0.1:40123" or "http://…".
  std::string url() const;

  /// The requests read so far.
  std::vector<HttpRequest> requests() const;

  /// How many connections were accepted, those whose handshake failed included.
  int connections() const;

 private:
  struct Connection;
  void accept_all();
  void serve(Connection& connection);

  Handler handler_;
  std::string greeting_;
  std::unique_ptr<TlsContext> tls_;
  int listener_ = -1;
  int stop_fd_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::list<std::unique_ptr<Connection>> connections_;
  std::thread acceptor_;
};

}  // namespace cfkops::test
