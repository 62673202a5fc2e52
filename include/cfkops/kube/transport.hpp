#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// One header field.
struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

/// One HTTP request to the API server. The transport adds the server's address, credentials and
/// user agent.
struct Request {
  std::string method = "GET";
  std::string target;  ///< path and query, percent-encoded, beginning with '/'
  std::vector<Header> headers = {};
  std::string body = {};
  Duration timeout = {};  ///< for the whole exchange, of a socket for its opening; zero means none
};

/// What the server answered.
struct Response {
  int status = 0;
  std::vector<Header> headers = {};
  std::string body = {};
  std::string server = {};  ///< who gave it, for messages; "" where that is not known

  /// The first header of that name (case-insensitive), or "".
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Names one exchange in flight; 0 is never used.
using ExchangeId = std::uint64_t;

/// Receives a streamed answer. Calls come from `Transport::pump`, in the order head, data…, end;
/// `end` exactly once unless the exchange is cancelled, then nothing more.
class StreamSink {
 public:
  StreamSink() = default;
  StreamSink(const StreamSink&) = delete;
  StreamSink& operator=(const StreamSink&) = delete;
  virtual ~StreamSink() = default;

  /// `head.body` is empty.
  virtual void on_head(const Response& head) = 0;

  /// The next bytes, as they arrive.
  virtual void on_data(std::string_view bytes) = 0;

  /// The answer is complete, or broke off with this error.
  virtual void on_end(const Status& outcome) = 0;
};

/// Receives WebSocket messages (RFC 6455). Calls come from `Transport::pump`.
class SocketSink {
 public:
  SocketSink() = default;
  SocketSink(const SocketSink&) = delete;
  SocketSink& operator=(const SocketSink&) = delete;
  virtual ~SocketSink() = default;

  /// The upgrade succeeded; `protocol` is the subprotocol the server chose, "" for none.
  virtual void on_open(std::string_view protocol) = 0;

  /// One whole message; fragments are already joined.
  virtual void on_message(std::string_view bytes) = 0;

  /// The socket is gone: a clean close carries its code (1000 normal, 1005 none given), a failure
  /// the error. A refused upgrade ends here with the server's answer as the error. Called exactly
  /// once unless cancelled.
  virtual void on_close(const Result<int>& outcome) = 0;
};

/// Carries requests to one API server, asynchronously, on one thread: the seam between the client
/// and the world. The real one is libcurl, a simulated cluster is another.
///
/// Nothing is delivered except inside `pump`. Errors that any outcome may carry: Unreachable
/// (nothing was sent), ConnectionLost, Timeout (the request may have taken effect), Tls, Protocol,
/// Unauthorized (credentials could not be had), InvalidInput (configuration). An HTTP status of 400
/// or more is not an error here.
class Transport {
 public:
  using Completion = std::function<void(Result<Response>)>;

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Starts an exchange whose whole answer is delivered at once.
  virtual ExchangeId submit(Request request, Completion completion) = 0;

  /// Starts an exchange whose answer is delivered as it comes. `sink` must live until its end or
  /// cancellation.
  virtual ExchangeId stream(Request request, StreamSink& sink) = 0;

  /// Opens a WebSocket with the given subprotocols offered in order. `sink` as above.
  virtual ExchangeId open_socket(Request request,
                                 std::vector<std::string> protocols,
                                 SocketSink& sink) = 0;

  /// Queues one binary message; ignored for a socket that is not open any more.
  virtual void send(ExchangeId socket, std::string_view bytes) = 0;

  /// Forgets an exchange: nothing more is delivered for it. Unknown ids are ignored.
  virtual void cancel(ExchangeId exchange) = 0;

  /// Delivers what is ready; if nothing is, waits for something to be, at most until `until`. Also
  /// returns after a `wake`. A simulated transport moves its clock instead of waiting.
  virtual void pump(MonoTime until) = 0;

  /// Makes a waiting `pump` return. Thread-safe and async-signal-unsafe.
  virtual void wake() noexcept = 0;

  /// The server's address as a person knows it: "https://10.0.0.1:6443".
  [[nodiscard]] virtual std::string server() const = 0;

  /// Nothing behind it is real: what is found there is not worth a file of its user's.
  [[nodiscard]] virtual bool simulated() const { return false; }
};

}  // namespace cfkops::kube
