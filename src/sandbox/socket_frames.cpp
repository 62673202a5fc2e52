#include "socket_frames.hpp"

#include "cfkops/base/crypto.hpp"

#include <openssl/evp.h>

#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

// What a command is sent is not even looked at.
constexpr std::uint64_t kLongestMessage = 1ULL << 20U;
constexpr std::size_t kMaskSize = 4;
constexpr std::uint64_t kLongestControl = 125;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

bool is_control(FrameType type) {
  return static_cast<unsigned>(type) >= 8;
}

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

void append_big_endian(std::string& text, std::uint64_t value, unsigned count) {
  for (unsigned left = count; left > 0; --left) {
    text += static_cast<char>(value >> (8 * (left - 1)) & 0xffU);
  }
}

std::string unmasked(std::string_view bytes, std::string_view mask) {
  std::string plain(bytes);
  for (std::size_t at = 0; at < plain.size(); ++at) {
    plain[at] = static_cast<char>(byte_at(plain, at) ^ byte_at(mask, at % kMaskSize));
  }
  return plain;
}

}  // namespace

struct SocketReader::Head {
  unsigned reserved = 0;
  unsigned opcode = 0;
  bool final = false;
  bool masked = false;
  std::uint64_t length = 0;
  std::size_t size = 0;  ///< with the mask

  [[nodiscard]] FrameType type() const { return static_cast<FrameType>(opcode); }

  static std::optional<Head> read(std::string_view bytes) {
    if (bytes.size() < 2) {
      return std::nullopt;
    }
    const unsigned first = byte_at(bytes, 0);
    const unsigned second = byte_at(bytes, 1);
    Head head{.reserved = first & 0x70U,
              .opcode = first & 0x0fU,
              .final = (first & 0x80U) != 0,
              .masked = (second & 0x80U) != 0,
              .length = second & 0x7fU};
    const std::size_t more = head.length == 126 ? 2 : head.length == 127 ? 8 : 0;
    head.size = 2 + more + (head.masked ? kMaskSize : 0);
    if (bytes.size() < head.size) {
      return std::nullopt;
    }
    if (more > 0) {
      head.length = 0;
      for (std::size_t at = 2; at < 2 + more; ++at) {
        head.length = head.length << 8U | byte_at(bytes, at);
      }
    }
    return head;
  }
};

std::string socket_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return base::base64_encode(std::string(digest.begin(), digest.begin() + size));
}

std::string write_frame(FrameType type, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80U | static_cast<unsigned>(type)));
  if (payload.size() <= kLongestControl) {
    append_big_endian(frame, payload.size(), 1);
  } else if (payload.size() <= 0xffff) {
    append_big_endian(frame, 126, 1);
    append_big_endian(frame, payload.size(), 2);
  } else {
    append_big_endian(frame, 127, 1);
    append_big_endian(frame, payload.size(), 8);
  }
  return frame.append(payload);
}

std::string write_close(int code) {
  std::string payload;
  append_big_endian(payload, static_cast<std::uint64_t>(code), 2);
  return write_frame(FrameType::Close, payload);
}

tl::expected<std::optional<SocketFrame>, int> SocketReader::next(std::string& bytes) {
  while (true) {
    const std::optional<Head> head = Head::read(bytes);
    if (!head) {
      return std::optional<SocketFrame>();
    }
    if (const int code = judge(*head); code != 0) {
      return tl::unexpected(code);
    }
    if (bytes.size() - head->size < head->length) {
      return std::optional<SocketFrame>();
    }
    const std::string_view all = bytes;
    std::string payload = unmasked(all.substr(head->size, head->length),
                                   all.substr(head->size - kMaskSize, kMaskSize));
    bytes.erase(0, head->size + head->length);
    if (is_control(head->type())) {
      return std::optional<SocketFrame>({head->type(), std::move(payload)});
    }
    if (!fragments_) {
      fragments_ = SocketFrame{head->type(), {}};
    }
    fragments_->payload += payload;
    if (head->final) {
      return std::exchange(fragments_, std::nullopt);
    }
  }
}

// The code to close with, 0 where all is well.
int SocketReader::judge(const Head& head) const {
  if (head.reserved != 0 || !is_known(head.opcode) || !head.masked) {
    return kProtocolError;
  }
  if (is_control(head.type())) {
    return head.final && head.length <= kLongestControl ? 0 : kProtocolError;
  }
  if ((head.type() == FrameType::Continuation) != fragments_.has_value()) {
    return kProtocolError;
  }
  const std::uint64_t held = fragments_ ? fragments_->payload.size() : 0;
  return head.length > kLongestMessage - held ? kMessageTooBig : 0;
}

}  // namespace cfkops::sandbox
