#pragma once

#include "web_socket.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cfkops::kube {

/// One client WebSocket from upgrade to close, without a socket: bytes and moments go in, bytes and
/// events come out.
///
/// Pings every 5 s and counts the peer as dead after 61 s without a byte, as client-go does for
/// exec; the upgrade must be answered within 30 s.
class SocketSession {
 public:
  struct Opened {
    std::string protocol;
  };

  struct Message {
    std::string bytes;
  };

  struct Closed {
    Result<int> outcome;
  };

  using Event = std::variant<Opened, Message, Closed>;

  struct Opening {
    std::string target;  ///< with the server's path prefix
    std::vector<Header> headers;
    std::vector<std::string> protocols;
    std::optional<MonoTime> deadline;  ///< for the upgrade's answer
  };

  SocketSession(Opening opening, MonoTime now);

  /// Bytes from the server.
  void feed(std::string_view bytes, MonoTime now);

  /// The server closed the connection.
  void end();

  /// The connection broke.
  void fail(Error error);

  /// Queues a binary message; ignored after the end.
  void send(std::string_view bytes);

  /// Says goodbye: queues a close frame where the socket is open. Nothing more is reported.
  void leave();

  /// Lets time pass: pings, deadlines.
  void tick(MonoTime now);

  /// When `tick` is due next.
  [[nodiscard]] MonoTime due() const;

  /// What is to be written; the writer erases what it wrote.
  [[nodiscard]] std::string& outbox() { return outbox_; }

  /// The next event; Closed is the last one.
  [[nodiscard]] std::optional<Event> take_event();

  [[nodiscard]] bool has_event() const { return !events_.empty(); }

  [[nodiscard]] bool closed() const { return closed_; }

  /// The server's answer where it was not a 101.
  [[nodiscard]] const std::optional<Response>& refusal() const { return refusal_; }

 private:
  void close(Result<int> outcome);
  void read_upgrade();
  void read_frames();
  void take(SocketMessage message);
  void queue(Opcode opcode, std::string_view payload);

  Opening opening_;
  std::string key_;
  UpgradeReader upgrade_;
  FrameReader frames_;
  bool open_ = false;
  bool closed_ = false;
  MonoTime started_;
  MonoTime heard_;
  MonoTime pinged_;
  std::string outbox_;
  std::string unsent_;  ///< frames queued before the upgrade was answered
  std::deque<Event> events_;
  std::optional<Response> refusal_;
};

}  // namespace cfkops::kube
