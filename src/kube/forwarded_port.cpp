#include "forwarded_port.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::kube {

namespace {

constexpr std::size_t kChunk = std::size_t{32} << 10U;
constexpr std::size_t kPrefix = 2;
constexpr std::size_t kMaxTrouble = 2048;

bool clean(const Result<int>& closed) {
  return closed && (*closed == 1000 || *closed == 1005);
}

}  // namespace

ForwardedPort::~ForwardedPort() {
  if (!closed_) {
    loop_.transport().cancel(socket_);
  }
}

Status ForwardedPort::open(Request request, Duration timeout) {
  socket_ = loop_.transport().open_socket(std::move(request), {"v4.channel.k8s.io"}, *this);
  const Result<bool> waited =
      loop_.run_until([this] { return opened_ || closed_; }, loop_.deadline(timeout));
  if (!waited) {
    return Error(waited.error()).in(what_);
  }
  if (!*waited) {
    return make_error(ErrorCode::Timeout, "no answer in " + base::human_duration(timeout))
        .in(what_);
  }
  if (!opened_ || broken_) {
    return failure();
  }
  return {};
}

void ForwardedPort::write(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kChunk) {
    std::string message(1, '\0');
    message += bytes.substr(at, kChunk);
    loop_.transport().send(socket_, message);
  }
}

Result<std::string> ForwardedPort::read(MonoTime deadline) {
  const auto has_news = [this] {
    return !data_.empty() || !trouble_.empty() || broken_ || closed_;
  };
  const Result<bool> waited = loop_.run_until(has_news, deadline);
  if (!data_.empty()) {
    return std::exchange(data_, {});
  }
  if (!waited) {
    return Error(waited.error()).in(what_);
  }
  if (!*waited) {
    return make_error(ErrorCode::Timeout, "nothing came in time").in(what_);
  }
  if (trouble_.empty() && !broken_ && clean(*closed_)) {
    return std::string();
  }
  return failure();
}

void ForwardedPort::on_open(std::string_view protocol) {
  opened_ = true;
  if (!protocol.empty() && protocol != "v4.channel.k8s.io") {
    broken_ = make_error(ErrorCode::Protocol,
                         fmt::format("the server chose the protocol '{}'", protocol));
  }
}

std::string_view ForwardedPort::strip_prefix(std::size_t channel, std::string_view bytes) {
  std::string& prefix = prefixes_.at(channel);
  if (prefix.size() == kPrefix) {
    return bytes;
  }
  const std::size_t taken = std::min(kPrefix - prefix.size(), bytes.size());
  prefix += bytes.substr(0, taken);
  if (prefix.size() == kPrefix) {
    const int port = static_cast<unsigned char>(prefix[0]) | static_cast<unsigned char>(prefix[1])
                                                                 << 8;
    if (port != port_) {
      broken_ = make_error(ErrorCode::Protocol, fmt::format("the server speaks of port {}", port));
    }
  }
  return bytes.substr(taken);
}

void ForwardedPort::on_message(std::string_view bytes) {
  if (bytes.empty() || broken_) {
    return;
  }
  const auto channel = static_cast<unsigned char>(bytes.front());
  if (channel > 1) {
    return;
  }
  const std::string_view payload = strip_prefix(channel, bytes.substr(1));
  if (channel == 1) {
    trouble_ += payload.substr(0, kMaxTrouble - std::min(kMaxTrouble, trouble_.size()));
  } else if (data_.size() + payload.size() > kMaxUnread) {
    broken_ = make_error(ErrorCode::Protocol, "more arrived than anybody reads");
  } else {
    data_ += payload;
  }
}

Error ForwardedPort::failure() const {
  if (broken_) {
    return Error(*broken_).in(what_);
  }
  if (!trouble_.empty()) {
    return make_error(ErrorCode::ConnectionLost,
                      base::printable(base::trim(trouble_)),
                      "nothing may be listening on that port of the pod")
        .in(what_);
  }
  if (closed_ && !*closed_) {
    return Error(closed_->error()).in(what_);
  }
  return make_error(ErrorCode::ConnectionLost,
                    fmt::format("the connection closed with code {}", closed_ ? **closed_ : 0))
      .in(what_);
}

}  // namespace cfkops::kube
