#include "api/page_token.hpp"

#include "cfkops/base/crypto.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace cfkops::sandbox {

namespace {

Refusal bad_token(std::string_view why) {
  return bad_request(fmt::format("invalid continue token: continue key is not valid: {}", why));
}

bool is_of_alphabet(unsigned char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
}

Answer<std::string> decoded(std::string_view text) {
  const auto bad = std::ranges::find_if_not(text, is_of_alphabet);
  const auto good = static_cast<std::size_t>(bad - text.begin());
  if (good != text.size() || text.size() % 4 == 1) {
    return refuse(bad_token(fmt::format("illegal base64 data at input byte {}",
                                        good != text.size() ? good : text.size() - 1)));
  }
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  auto bytes = base::base64_decode(padded);
  if (!bytes) {
    return refuse(bad_token("illegal base64 data at input byte 0"));
  }
  return *bytes;
}

// As Go's decoder names the byte with which no value begins.
std::string quoted_letter(unsigned char letter) {
  if (letter >= 0x20 && letter < 0x7f) {
    return letter == '\'' ? "'\\''" : fmt::format("'{}'", static_cast<char>(letter));
  }
  if (letter < 0x20 || letter == 0x7f) {
    return fmt::format("'\\x{:02x}'", letter);
  }
  if (letter < 0xa1 || letter == 0xad) {
    return fmt::format("'\\u{:04x}'", letter);
  }
  std::string utf8 = {static_cast<char>(0xc0 | (letter >> 6)),
                      static_cast<char>(0x80 | (letter & 0x3f))};
  return "'" + utf8 + "'";
}

Answer<Value> parsed(const std::string& bytes) {
  constexpr std::string_view kBeginnings = "{[\"-0123456789tfn";
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && kBeginnings.find(bytes[first]) == std::string_view::npos) {
    const auto letter = static_cast<unsigned char>(bytes[first]);
    return refuse(bad_token(
        fmt::format("invalid character {} looking for beginning of value", quoted_letter(letter))));
  }
  Value token = Value::parse(bytes, nullptr, false);
  if (token.is_discarded() || !token.is_object()) {
    return refuse(bad_token("unexpected end of JSON input"));
  }
  return token;
}

}  // namespace

std::string write_page_token(const PageToken& token) {
  const Value value = {{"v", "meta.k8s.io/v1"}, {"rv", token.revision}, {"start", token.start}};
  std::string text =
      base::base64_encode(value.dump(-1, ' ', false, Value::error_handler_t::replace));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

Answer<PageToken> read_page_token(std::string_view text) {
  auto bytes = decoded(text);
  if (!bytes) {
    return refuse(std::move(bytes.error()));
  }
  auto value = parsed(*bytes);
  if (!value) {
    return refuse(std::move(value.error()));
  }
  if (const std::string version = text_at(*value, {"v"}); version != "meta.k8s.io/v1") {
    return refuse(bad_token("server does not recognize this encoded version " + version));
  }
  PageToken token;
  const std::int64_t revision = number_at(*value, {"rv"});
  token.start = text_at(*value, {"start"});
  if (revision <= 0) {
    return refuse(bad_token("incorrect encoded start resourceVersion (version meta.k8s.io/v1)"));
  }
  if (token.start.empty()) {
    return refuse(bad_token("encoded start key empty (version meta.k8s.io/v1)"));
  }
  token.revision = static_cast<std::uint64_t>(revision);
  return token;
}

}  // namespace cfkops::sandbox
