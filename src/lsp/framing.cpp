#include "framing.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace cfkops::lsp {

namespace {

constexpr std::string_view kEndOfHeader = "\r\n\r\n";
constexpr std::string_view kLength = "content-length:";

/// What a header says.
struct Header {
  std::optional<std::size_t> length;
  std::string wrong;   ///< "": nothing is
  bool other = false;  ///< what it is made of is no header: one may begin inside of it
};

void read_length(std::string_view digits, Header& header) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool whole = !digits.empty() && end == digits.data() + digits.size();
  if (error == std::errc::result_out_of_range && whole) {
    length = std::numeric_limits<std::size_t>::max();
  } else if (error != std::errc() || !whole) {
    header.wrong = "Content-Length is no number";
    return;
  }
  if (header.length && *header.length != length) {
    header.wrong = "Content-Length is given twice";
  }
  header.length = length;
}

Header parse_header(std::string_view text) {
  Header header;
  for (const std::string& line : base::split(text, '\n')) {
    const std::string_view trimmed = base::trim(line);
    const std::size_t colon = trimmed.find(':');
    if (colon == std::string_view::npos) {
      header.wrong = "a header line without ':'";
      header.other = true;
      return header;
    }
    const std::string name = base::lower(trimmed.substr(0, colon));
    const std::string_view value = base::trim(trimmed.substr(colon + 1));
    if (name == "content-length") {
      read_length(value, header);
    } else if (name == "content-type") {
      const std::string type = base::lower(value);
      const std::size_t charset = type.find("charset=");
      if (charset != std::string::npos && type.find("utf-8", charset) == std::string::npos &&
          type.find("utf8", charset) == std::string::npos) {
        header.wrong = "a charset other than utf-8";
      }
    }
  }
  if (!header.length && header.wrong.empty()) {
    header.wrong = "a header without Content-Length";
    header.other = true;
  }
  return header;
}

}  // namespace

void Framing::feed(std::string_view bytes) {
  const std::size_t skipped = std::min(to_skip_, bytes.size());
  to_skip_ -= skipped;
  buffer_ += bytes.substr(skipped);
}

void Framing::drop(std::size_t count) {
  buffer_.erase(0, count);
  if (buffer_.empty()) {
    std::string().swap(buffer_);  // the room of a large message is given back
  }
}

/// Gives up the first `count` bytes. Says so once, until there is a message again.
std::optional<Frame> Framing::lose(std::string why, std::size_t count) {
  drop(count);
  if (std::exchange(lost_, true)) {
    return std::nullopt;
  }
  return Frame{Frame::Kind::Malformed, std::move(why)};
}

/// Reads the header of `size` bytes that the buffer begins with. Nothing where content follows, or
/// where a loss was told before.
std::optional<Frame> Framing::read_header(std::size_t size) {
  const Header header = parse_header(std::string_view(buffer_).substr(0, size));
  if (!header.wrong.empty()) {
    const std::size_t next = base::lower(std::string_view(buffer_).substr(0, size)).rfind(kLength);
    const bool inside = header.other && next != std::string::npos && next > 0;
    return lose(header.wrong, inside ? next : size + kEndOfHeader.size());
  }
  drop(size + kEndOfHeader.size());
  lost_ = false;
  if (*header.length <= kMostContent) {
    length_ = header.length;
    return std::nullopt;
  }
  const std::size_t here = std::min(*header.length, buffer_.size());
  to_skip_ = *header.length - here;
  drop(here);
  return Frame{
      Frame::Kind::TooLarge,
      fmt::format(
          "a message of {} bytes is passed over; the most are {}", *header.length, kMostContent)};
}

std::optional<Frame> Framing::next() {
  while (!buffer_.empty() || length_) {
    if (length_) {
      if (buffer_.size() < *length_) {
        return std::nullopt;
      }
      Frame frame{Frame::Kind::Message, buffer_.substr(0, *length_)};
      drop(*length_);
      length_.reset();
      return frame;
    }
    const std::size_t end = std::string_view(buffer_).substr(0, kMostHeader).find(kEndOfHeader);
    std::optional<Frame> frame;
    if (end != std::string::npos) {
      frame = read_header(end);
    } else if (buffer_.size() >= kMostHeader) {
      frame = lose("a header without end", kMostHeader);
    } else {
      return std::nullopt;
    }
    if (frame) {
      return frame;
    }
  }
  return std::nullopt;
}

std::string framed(std::string_view content) {
  return fmt::format("Content-Length: {}\r\n\r\n{}", content.size(), content);
}

}  // namespace cfkops::lsp
