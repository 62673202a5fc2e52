#pragma once

#include "http_head.hpp"
#include "socket_frames.hpp"
#include "tls_context.hpp"

#include "cfkops/sandbox/cluster.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// One client's connection: TLS, HTTP/1.1, one request after the other, or a WebSocket after an
/// upgrade. It reads and writes only when it is told that it can. One thread.
class HttpConnection final : public kube::StreamSink, public kube::SocketSink {
 public:
  /// Takes the socket, which does not block, over. The rest is borrowed.
  HttpConnection(int socket, const TlsContext& tls, Cluster& cluster, const std::string& token);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  [[nodiscard]] int socket() const { return socket_; }

  /// Whether there is something to be written.
  [[nodiscard]] bool wants_to_write() const { return !wire_.empty(); }

  /// Nothing more comes of it.
  [[nodiscard]] bool over() const;

  void on_readable();
  void on_writable();

  void on_head(const kube::Response& head) override;
  void on_data(std::string_view bytes) override;
  void on_end(const Status& outcome) override;

  void on_open(std::string_view protocol) override;
  void on_message(std::string_view bytes) override;
  void on_close(const Result<int>& outcome) override;

 private:
  void send_wire();
  void read_requests();
  void start(HttpHead head);
  void start_socket(kube::Request request);
  void read_frames();
  void take_frame(const SocketFrame& frame);
  void say_close(int code);
  void authenticate(kube::Request& request) const;
  void answer(const kube::Response& response);
  void refuse(int status);
  void finish();
  void say(std::string_view plain);

  int socket_;
  TlsSession tls_;
  Cluster& cluster_;
  const std::string& token_;
  std::string unread_ = {};  ///< plain bytes of requests that have not begun
  std::string wire_ = {};    ///< encrypted bytes that wait to go out
  kube::ExchangeId exchange_ = 0;
  bool busy_ = false;
  bool keeps_alive_ = true;
  bool head_only_ = false;
  bool continued_ = false;
  bool closing_ = false;  ///< when all is written
  bool broken_ = false;
  bool chunked_ = false;         ///< the streamed answer has a body
  std::string socket_key_ = {};  ///< of a WebSocket that is asked for
  bool upgraded_ = false;        ///< a WebSocket from now on
  bool said_close_ = false;      ///< only the client's last word is waited for
  SocketReader frames_ = {};
};

}  // namespace cfkops::sandbox
