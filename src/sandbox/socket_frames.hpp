#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

// RFC 6455 as a server speaks it, without a socket.

enum class FrameType : std::uint8_t {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10
};

/// A whole message, its fragments joined, or a control frame.
struct SocketFrame {
  FrameType type = FrameType::Binary;
  std::string payload = {};
};

/// What a close frame can say.
inline constexpr int kNormalClosure = 1000;
inline constexpr int kProtocolError = 1002;
inline constexpr int kMessageTooBig = 1009;

/// The Sec-WebSocket-Accept that answers a client's key.
[[nodiscard]] std::string socket_accept(std::string_view key);

/// One whole frame, not masked.
[[nodiscard]] std::string write_frame(FrameType type, std::string_view payload);

/// A close frame with this code.
[[nodiscard]] std::string write_close(int code);

/// Reads what a client sends.
class SocketReader {
 public:
  /// Takes the next message or control frame from the front of `bytes`; none while it is not all
  /// there. The error is the code to close with; nothing can be read after it.
  [[nodiscard]] tl::expected<std::optional<SocketFrame>, int> next(std::string& bytes);

 private:
  struct Head;
  [[nodiscard]] int judge(const Head& head) const;

  std::optional<SocketFrame> fragments_ = {};
};

}  // namespace cfkops::sandbox
