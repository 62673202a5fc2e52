#include "http_body.hpp"

#include <charconv>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kBreak = "\r\n";
constexpr std::size_t kLongestLine = 1024;

/// Reads chunks up to the empty one and the trailers behind it, which are left out.
class ChunkReader {
 public:
  explicit ChunkReader(std::string_view bytes)
      : bytes_(bytes),
        rest_(bytes) {}

  std::optional<HttpBody> read() {
    while (const auto line = take_line()) {
      std::size_t length = 0;
      const std::string_view digits = line->substr(0, line->find_first_of("; "));
      const char* const end = digits.data() + digits.size();
      constexpr int kHexadecimal = 16;
      const auto [stopped, error] = std::from_chars(digits.data(), end, length, kHexadecimal);
      if (digits.empty() || error != std::errc() || stopped != end) {
        return refused(400);
      }
      if (length > kLongestBody - body_.text.size()) {
        return refused(413);
      }
      if (length == 0) {
        return end_of_chunks();
      }
      if (rest_.size() < length + kBreak.size()) {
        return std::nullopt;
      }
      if (rest_.substr(length, kBreak.size()) != kBreak) {
        return refused(400);
      }
      body_.text += rest_.substr(0, length);
      rest_.remove_prefix(length + kBreak.size());
    }
    return too_long_ ? refused(400) : std::nullopt;
  }

 private:
  std::optional<std::string_view> take_line() {
    const std::size_t end = rest_.find(kBreak);
    too_long_ = (end == std::string_view::npos ? rest_.size() : end) > kLongestLine;
    if (end == std::string_view::npos || too_long_) {
      return std::nullopt;
    }
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + kBreak.size());
    return line;
  }

  std::optional<HttpBody> end_of_chunks() {
    while (const auto line = take_line()) {
      if (line->empty()) {
        body_.size = bytes_.size() - rest_.size();
        return std::move(body_);
      }
    }
    return too_long_ ? refused(400) : std::nullopt;
  }

  static std::optional<HttpBody> refused(int status) {
    HttpBody body;
    body.refusal = status;
    return body;
  }

  std::string_view bytes_;
  std::string_view rest_;
  HttpBody body_;
  bool too_long_ = false;
};

}  // namespace

std::optional<HttpBody> read_http_body(const HttpHead& head, std::string_view bytes) {
  if (head.chunked) {
    return ChunkReader(bytes).read();
  }
  if (bytes.size() < head.body_size) {
    return std::nullopt;
  }
  HttpBody body;
  body.text = bytes.substr(0, head.body_size);
  body.size = head.body_size;
  return body;
}

}  // namespace cfkops::sandbox
