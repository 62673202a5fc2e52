#include "watch_decoder.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::kube {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

Status WatchDecoder::step(char c) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
    return {};
  }
  if (depth_ == 0 && c != '{') {
    return make_error(ErrorCode::Protocol,
                      fmt::format("expected an object in the stream, got byte 0x{:02x}",
                                  static_cast<unsigned char>(c)));
  }
  if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    --depth_;
  }
  return {};
}

Status WatchDecoder::finish(std::string_view tail,
                            const std::function<Status(std::string_view)>& sink) {
  if (held_.empty()) {
    return sink(tail);
  }
  const std::string whole = std::exchange(held_, {}).append(tail);
  return sink(whole);
}

Status WatchDecoder::feed(std::string_view bytes,
                          const std::function<Status(std::string_view)>& sink) {
  std::size_t start = 0;  // of the object that these bytes are in
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (depth_ == 0 && is_space(bytes[i])) {
      start = i + 1;
      continue;
    }
    CFKOPS_TRY(step(bytes[i]));
    if (held_.size() + (i - start) >= max_value_) {
      return make_error(ErrorCode::Protocol,
                        fmt::format("an object in the stream is larger than {} bytes", max_value_));
    }
    if (depth_ > 0) {
      continue;
    }
    CFKOPS_TRY(finish(bytes.substr(start, i + 1 - start), sink));
    start = i + 1;
  }
  held_ += bytes.substr(start);
  return {};
}

}  // namespace cfkops::kube
