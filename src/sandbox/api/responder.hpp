#pragma once

#include "cfkops/kube/transport.hpp"

#include <string_view>

namespace cfkops::sandbox {

/// Where the answer to one request goes. Either `answer`, or `head`, data…, `end`.
class Responder {
 public:
  Responder() = default;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  virtual ~Responder() = default;

  virtual void answer(kube::Response response) = 0;

  virtual void head(kube::Response head) = 0;
  virtual void data(std::string_view bytes) = 0;
  virtual void end() = 0;

  /// The connection is lost in the middle of the answer.
  virtual void break_off() { end(); }
};

/// The server's side of a WebSocket.
class SocketPeer {
 public:
  SocketPeer() = default;
  SocketPeer(const SocketPeer&) = delete;
  SocketPeer& operator=(const SocketPeer&) = delete;
  virtual ~SocketPeer() = default;

  /// No upgrade: the answer instead.
  virtual void refuse(kube::Response response) = 0;

  virtual void open(std::string_view protocol) = 0;
  virtual void message(std::string_view bytes) = 0;
  virtual void close(int code) = 0;
};

}  // namespace cfkops::sandbox
