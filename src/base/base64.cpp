#include "cfkops/base/crypto.hpp"

#include <array>
#include <cstdint>

namespace cfkops::base {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int, 256> make_values() {
  std::array<int, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int>(i);
  }
  return values;
}

constexpr std::array<int, 256> kValues = make_values();

Error bad_base64(const std::string& why) {
  return make_error(ErrorCode::InvalidInput, "not base64: " + why);
}

char byte_of(std::uint32_t bits, unsigned shift) {
  return static_cast<char>(static_cast<unsigned char>((bits >> shift) & 0xFFU));
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = (bits << 8U) | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += j <= count ? kAlphabet[(bits >> (18U - 6U * j)) & 0x3FU] : '=';
    }
  }
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int digits = 0;
  int padding = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\r') {
      continue;
    }
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = kValues[static_cast<unsigned char>(c)];
    if (value < 0 || padding > 0) {
      return bad_base64("unexpected character at byte " + std::to_string(i));
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    if (++digits == 4) {
      out += {byte_of(bits, 16), byte_of(bits, 8), byte_of(bits, 0)};
      bits = 0;
      digits = 0;
    }
  }
  if (digits == 1 || padding != (4 - digits) % 4) {
    return bad_base64("its length or padding is wrong");
  }
  // Digits left over carry bits that belong to no byte; canonical text has zeros there.
  if ((digits == 2 && (bits & 0x0FU) != 0) || (digits == 3 && (bits & 0x03U) != 0)) {
    return bad_base64("its last character is wrong");
  }
  if (digits == 2) {
    out += byte_of(bits, 4);
  } else if (digits == 3) {
    out += {byte_of(bits, 10), byte_of(bits, 2)};
  }
  return out;
}

}  // namespace cfkops::base
