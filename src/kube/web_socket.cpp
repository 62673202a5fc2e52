#include "web_socket.hpp"

#include "cfkops/base/check.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::kube {

namespace {

Error broken(std::string what) {
  return make_error(ErrorCode::Protocol,
                    "the server broke the WebSocket protocol: " + std::move(what));
}

bool is_control(Opcode opcode) {
  return static_cast<unsigned>(opcode) >= 8;
}

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) {
    value = value << 8U | static_cast<std::uint8_t>(byte);
  }
  return value;
}

void append_big_endian(std::string& text, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text.push_back(static_cast<char>(value >> static_cast<unsigned>(shift) & 0xffU));
  }
}

}  // namespace

struct FrameReader::Frame {
  bool final = false;
  Opcode opcode = Opcode::Continuation;
  std::string payload;
};

std::string encode_frame(Opcode opcode,
                         std::string_view payload,
                         std::array<std::uint8_t, 4> mask) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  frame.push_back(static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
  constexpr unsigned kMasked = 0x80;
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(kMasked | payload.size()));
  } else if (payload.size() <= 0xffff) {
    frame.push_back(static_cast<char>(kMasked | 126U));
    append_big_endian(frame, payload.size(), 2);
  } else {
    frame.push_back(static_cast<char>(kMasked | 127U));
    append_big_endian(frame, payload.size(), 8);
  }
  for (const std::uint8_t byte : mask) {
    frame.push_back(static_cast<char>(byte));
  }
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame.push_back(static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ mask.at(i % 4)));
  }
  return frame;
}

std::array<std::uint8_t, 4> random_mask() {
  std::array<std::uint8_t, 4> mask = {};
  ssize_t got = 0;
  do {
    got = getrandom(mask.data(), mask.size(), 0);
  } while (got < 0 && errno == EINTR);
  CFKOPS_CHECK(got == static_cast<ssize_t>(mask.size()));
  return mask;
}

std::string close_payload(int code) {
  std::string payload;
  append_big_endian(payload, static_cast<std::uint64_t>(code), 2);
  return payload;
}

Result<int> close_code(std::string_view payload) {
  constexpr int kNoneGiven = 1005;
  if (payload.empty()) {
    return kNoneGiven;
  }
  if (payload.size() == 1) {
    return broken("a close frame of one byte");
  }
  return static_cast<int>(big_endian(payload.substr(0, 2)));
}

void FrameReader::feed(std::string_view bytes) {
  if (used_ > 0 && used_ >= buffer_.size() / 2) {
    buffer_.erase(0, used_);
    used_ = 0;
  }
  buffer_.append(bytes);
}

Result<std::optional<FrameReader::Frame>> FrameReader::frame() {
  const std::string_view bytes = std::string_view(buffer_).substr(used_);
  if (bytes.size() < 2) {
    return std::optional<Frame>();
  }
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  if ((first & 0x70U) != 0) {
    return broken("reserved bits are set though no extension was agreed on");
  }
  if (!is_known(first & 0x0fU)) {
    return broken("unknown opcode " + std::to_string(first & 0x0fU));
  }
  if ((second & 0x80U) != 0) {
    return broken("a masked frame");
  }
  const unsigned short_length = second & 0x7fU;
  const std::size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (bytes.size() < 2 + length_bytes) {
    return std::optional<Frame>();
  }
  const std::uint64_t length =
      length_bytes == 0 ? short_length : big_endian(bytes.substr(2, length_bytes));
  Frame frame{
      .final = (first & 0x80U) != 0, .opcode = static_cast<Opcode>(first & 0x0fU), .payload = {}};
  if (is_control(frame.opcode) && (length > 125 || !frame.final)) {
    return broken("a control frame that is fragmented or longer than 125 bytes");
  }
  if (length > max_message_ - (fragments_ ? fragments_->payload.size() : 0)) {
    return broken("a message of more than " + std::to_string(max_message_) + " bytes");
  }
  if (bytes.size() - 2 - length_bytes < length) {
    return std::optional<Frame>();
  }
  frame.payload = bytes.substr(2 + length_bytes, length);
  used_ += 2 + length_bytes + length;
  return std::optional<Frame>(std::move(frame));
}

Status FrameReader::check(const Frame& frame) const {
  if (frame.opcode == Opcode::Continuation && !fragments_) {
    return broken("a continuation of nothing");
  }
  if (frame.opcode != Opcode::Continuation && fragments_ && !is_control(frame.opcode)) {
    return broken("a new message within another");
  }
  return {};
}

Result<std::optional<SocketMessage>> FrameReader::next() {
  while (true) {
    CFKOPS_ASSIGN(std::optional<Frame> frame, this->frame());
    if (!frame) {
      return std::optional<SocketMessage>();
    }
    CFKOPS_TRY(check(*frame));
    if (is_control(frame->opcode)) {
      return std::optional<SocketMessage>({frame->opcode, std::move(frame->payload)});
    }
    if (!fragments_) {
      fragments_ = SocketMessage{frame->opcode, {}};
    }
    fragments_->payload += frame->payload;
    if (frame->final) {
      return std::exchange(fragments_, std::nullopt);
    }
  }
}

}  // namespace cfkops::kube
