#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// RFC 6455 without a socket: what the bytes of a client's WebSocket mean and how they are written.

enum class Opcode : std::uint8_t {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10
};

/// A whole message (fragments joined) or one control frame.
struct SocketMessage {
  Opcode opcode = Opcode::Binary;
  std::string payload;

  friend bool operator==(const SocketMessage&, const SocketMessage&) = default;
};

/// One final frame, masked as a client must.
[[nodiscard]] std::string encode_frame(Opcode opcode,
                                       std::string_view payload,
                                       std::array<std::uint8_t, 4> mask);

/// A mask from the operating system.
[[nodiscard]] std::array<std::uint8_t, 4> random_mask();

/// The payload of a Close frame.
[[nodiscard]] std::string close_payload(int code);

/// The code in a Close frame's payload; 1005 where it has none. Errors: Protocol.
[[nodiscard]] Result<int> close_code(std::string_view payload);

/// Takes a server's bytes in any portions and gives out messages. After an error it must not be
/// used again.
class FrameReader {
 public:
  /// A message larger than `max_message` is an error.
  explicit FrameReader(std::size_t max_message = std::size_t{64} << 20U)
      : max_message_(max_message) {}

  void feed(std::string_view bytes);

  /// The next message, or nothing until more bytes are fed. Errors: Protocol.
  [[nodiscard]] Result<std::optional<SocketMessage>> next();

 private:
  struct Frame;
  [[nodiscard]] Result<std::optional<Frame>> frame();
  [[nodiscard]] Status check(const Frame& frame) const;

  std::size_t max_message_;
  std::string buffer_;
  std::size_t used_ = 0;
  std::optional<SocketMessage> fragments_;
};

/// A fresh Sec-WebSocket-Key: 16 random bytes in base64.
[[nodiscard]] std::string random_socket_key();

/// The Sec-WebSocket-Accept that answers `key`.
[[nodiscard]] std::string socket_accept(std::string_view key);

/// The bytes that ask for an upgrade: `target` is the path with query, `headers` are all others.
[[nodiscard]] std::string upgrade_request(const std::string& target,
                                          const std::vector<Header>& headers,
                                          const std::vector<std::string>& protocols,
                                          const std::string& key);

/// Reads the answer to an upgrade request: head, and for a refusal its body (by Content-Length,
/// chunked or up to the end), all within 1 MiB.
class UpgradeReader {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  /// The server has closed the connection.
  void end() { ended_ = true; }

  /// The answer once it is complete; a 101 is complete with its head. Errors: Protocol;
  /// ConnectionLost where the end came too early.
  [[nodiscard]] Result<std::optional<Response>> next();

  /// The bytes behind a 101's head: the socket's first frames.
  [[nodiscard]] std::string take_rest();

 private:
  [[nodiscard]] Status read_head();
  [[nodiscard]] Result<bool> read_body();

  std::string buffer_;
  std::optional<Response> head_;
  bool ended_ = false;
};

/// Whether a 101 answers our request, and the subprotocol it chose. Errors: Protocol.
[[nodiscard]] Result<std::string> accept_upgrade(const Response& response,
                                                 const std::string& key,
                                                 const std::vector<std::string>& protocols);

}  // namespace cfkops::kube
