#include "web_socket.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

constexpr std::size_t kMaxAnswer = std::size_t{1} << 20U;

Error broken(std::string what) {
  return make_error(ErrorCode::Protocol,
                    "the answer to the WebSocket upgrade cannot be read: " + std::move(what));
}

std::uint32_t word_at(const std::string& bytes, std::size_t offset) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    word = word << 8U | static_cast<std::uint8_t>(bytes[offset + i]);
  }
  return word;
}

/// One block of SHA-1 (FIPS 180-4, 6.1.2).
void sha1_block(std::array<std::uint32_t, 5>& hash, const std::string& bytes, std::size_t offset) {
  std::array<std::uint32_t, 80> w = {};
  for (std::size_t t = 0; t < 80; ++t) {
    w.at(t) = t < 16 ? word_at(bytes, offset + 4 * t)
                     : std::rotl(w.at(t - 3) ^ w.at(t - 8) ^ w.at(t - 14) ^ w.at(t - 16), 1);
  }
  auto [a, b, c, d, e] = hash;
  for (std::size_t t = 0; t < 80; ++t) {
    std::uint32_t mix = 0;
    if (t < 20) {
      mix = ((b & c) | (~b & d)) + 0x5a827999U;
    } else if (t < 40) {
      mix = (b ^ c ^ d) + 0x6ed9eba1U;
    } else if (t < 60) {
      mix = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcU;
    } else {
      mix = (b ^ c ^ d) + 0xca62c1d6U;
    }
    const std::uint32_t next = std::rotl(a, 5) + mix + e + w.at(t);
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  hash = {hash[0] + a, hash[1] + b, hash[2] + c, hash[3] + d, hash[4] + e};
}

/// SHA-1, which RFC 6455 uses as a checksum against accidents; not for anything that must be safe.
std::string sha1(std::string bytes) {
  std::array<std::uint32_t, 5> hash = {
      0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U};
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  bytes.push_back(static_cast<char>(0x80));
  bytes.resize((bytes.size() + 8 + 63) / 64 * 64 - 8, '\0');
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(bits >> static_cast<unsigned>(shift) & 0xffU));
  }
  for (std::size_t offset = 0; offset < bytes.size(); offset += 64) {
    sha1_block(hash, bytes, offset);
  }
  std::string digest;
  for (const std::uint32_t word : hash) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      digest.push_back(static_cast<char>(word >> static_cast<unsigned>(shift) & 0xffU));
    }
  }
  return digest;
}

bool has_token(std::string_view list, std::string_view token) {
  const std::vector<std::string> parts = base::split(list, ',');
  return std::ranges::any_of(
      parts, [token](const std::string& part) { return base::lower(base::trim(part)) == token; });
}

std::optional<std::size_t> number(std::string_view text, int radix) {
  std::size_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (failure != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// Joins a chunked body; nothing while its end has not come. Errors: Protocol.
Result<std::optional<std::string>> join_chunks(std::string_view text) {
  std::string body;
  while (true) {
    const std::size_t line_end = text.find("\r\n");
    if (line_end == std::string_view::npos) {
      return std::optional<std::string>();
    }
    const std::string_view line = text.substr(0, line_end);
    const std::optional<std::size_t> size = number(base::trim(line.substr(0, line.find(';'))), 16);
    if (!size || *size > kMaxAnswer) {
      return broken("a chunk without a proper length");
    }
    text.remove_prefix(line_end + 2);
    if (*size == 0) {
      return std::optional<std::string>(std::move(body));
    }
    if (text.size() < *size + 2) {
      return std::optional<std::string>();
    }
    body += text.substr(0, *size);
    text.remove_prefix(*size + 2);
  }
}

}  // namespace

std::string random_socket_key() {
  std::string bytes;
  for (int word = 0; word < 4; ++word) {
    for (const std::uint8_t byte : random_mask()) {
      bytes.push_back(static_cast<char>(byte));
    }
  }
  return base::base64_encode(bytes);
}

std::string socket_accept(std::string_view key) {
  return base::base64_encode(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

std::string upgrade_request(const std::string& target,
                            const std::vector<Header>& headers,
                            const std::vector<std::string>& protocols,
                            const std::string& key) {
  std::string text = "GET " + target + " HTTP/1.1\r\n";
  for (const Header& header : headers) {
    text += header.name + ": " + header.value + "\r\n";
  }
  text +=
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
      "13\r\nSec-WebSocket-Key: " +
      key + "\r\n";
  if (!protocols.empty()) {
    text += "Sec-WebSocket-Protocol: " + base::join(protocols, ", ") + "\r\n";
  }
  return text + "\r\n";
}

Status UpgradeReader::read_head() {
  const std::size_t end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (buffer_.size() >= 5 && !buffer_.starts_with("HTTP/")) {
      return broken("it does not begin like HTTP");
    }
    return buffer_.size() > kMaxAnswer ? Status(broken("its headers are larger than 1 MiB"))
                                       : Status();
  }
  Response head;
  const std::vector<std::string> lines =
      base::split(std::string_view(buffer_).substr(0, end), '\n');
  const std::string_view first = base::trim(lines.front());
  const std::size_t blank = first.find(' ');
  const std::optional<std::size_t> status =
      blank == std::string_view::npos ? std::nullopt : number(first.substr(blank + 1, 3), 10);
  if (!first.starts_with("HTTP/1.") || !status || *status < 100) {
    return broken("it does not begin like HTTP");
  }
  head.status = static_cast<int>(*status);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = base::trim(lines[i]);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      head.headers.push_back({std::string(base::trim(line.substr(0, colon))),
                              std::string(base::trim(line.substr(colon + 1)))});
    }
  }
  buffer_.erase(0, end + 4);
  head_ = std::move(head);
  return {};
}

Result<bool> UpgradeReader::read_body() {
  if (buffer_.size() > kMaxAnswer) {
    return broken("its body is larger than 1 MiB");
  }
  if (has_token(base::lower(head_->header("transfer-encoding")), "chunked")) {
    CFKOPS_ASSIGN(std::optional<std::string> body, join_chunks(buffer_));
    if (body) {
      head_->body = std::move(*body);
    }
    return body.has_value();
  }
  if (const std::string_view length = head_->header("content-length"); !length.empty()) {
    const std::optional<std::size_t> bytes = number(length, 10);
    if (!bytes) {
      return broken("Content-Length is no number");
    }
    if (buffer_.size() < *bytes) {
      return false;
    }
    head_->body = buffer_.substr(0, *bytes);
    return true;
  }
  if (ended_) {
    head_->body = buffer_;
  }
  return ended_;
}

Result<std::optional<Response>> UpgradeReader::next() {
  while (!head_) {
    CFKOPS_TRY(read_head());
    if (!head_) {
      break;
    }
    if (head_->status < 200 && head_->status != 101) {
      head_.reset();  // an interim answer: the real one follows
    }
  }
  bool complete = head_ && head_->status == 101;
  if (head_ && !complete) {
    CFKOPS_ASSIGN(complete, read_body());
  }
  if (complete) {
    return std::optional<Response>(*head_);
  }
  if (ended_) {
    return make_error(ErrorCode::ConnectionLost,
                      "the connection broke before the WebSocket upgrade was answered");
  }
  return std::optional<Response>();
}

std::string UpgradeReader::take_rest() {
  return std::exchange(buffer_, {});
}

Result<std::string> accept_upgrade(const Response& response,
                                   const std::string& key,
                                   const std::vector<std::string>& protocols) {
  if (base::lower(response.header("upgrade")) != "websocket" ||
      !has_token(base::lower(response.header("connection")), "upgrade")) {
    return broken("the server switched to something else than a WebSocket");
  }
  if (response.header("sec-websocket-accept") != socket_accept(key)) {
    return broken("Sec-WebSocket-Accept does not fit our key");
  }
  if (!response.header("sec-websocket-extensions").empty()) {
    return broken("the server chose an extension we did not offer");
  }
  std::string protocol(response.header("sec-websocket-protocol"));
  if (!protocol.empty() && std::ranges::find(protocols, protocol) == protocols.end()) {
    return broken("the server chose the subprotocol '" + base::printable(protocol) +
                  "', which we did not offer");
  }
  return protocol;
}

}  // namespace cfkops::kube
