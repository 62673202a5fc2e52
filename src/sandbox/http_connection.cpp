#include "http_connection.hpp"

#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <utility>

namespace cfkops::sandbox {

namespace {

// Whoever sends more than this ahead has lost its way.
constexpr std::size_t kMostUnread = 8UL * 1024 * 1024;
// A watch that lags by more than this is broken off.
constexpr std::size_t kMostUnsent = 64UL * 1024 * 1024;

bool is_named(const kube::Header& header, std::string_view name) {
  return std::ranges::equal(header.name, name, [](unsigned char one, unsigned char other) {
    return std::tolower(one) == other;
  });
}

bool is_watch(const kube::Request& request) {
  return request.method == "GET" && (request.target.find("watch=") != std::string::npos ||
                                     request.target.find("/watch/") != std::string::npos);
}

}  // namespace

HttpConnection::HttpConnection(int socket,
                               const TlsContext& tls,
                               Cluster& cluster,
                               const std::string& token)
    : socket_(socket),
      tls_(tls),
      cluster_(cluster),
      token_(token) {}

HttpConnection::~HttpConnection() {
  if (exchange_ != 0) {
    cluster_.cancel(exchange_);
  }
  ::close(socket_);
}

bool HttpConnection::over() const {
  return broken_ || (closing_ && wire_.empty());
}

void HttpConnection::on_readable() {
  std::array<char, 16384> buffer = {};
  while (true) {
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0 && errno == EAGAIN) {
      break;
    }
    const std::string_view wire(buffer.data(),
                                static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count <= 0 || !tls_.receive(wire, unread_) || unread_.size() > kMostUnread) {
      tls_.take_wire(wire_);
      send_wire();
      broken_ = true;
      return;
    }
  }
  tls_.take_wire(wire_);
  on_writable();
}

void HttpConnection::on_writable() {
  send_wire();
  read_requests();
}

void HttpConnection::send_wire() {
  while (!wire_.empty()) {
    const ssize_t count = ::send(socket_, wire_.data(), wire_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      broken_ = broken_ || errno != EAGAIN;
      return;
    }
    wire_.erase(0, static_cast<std::size_t>(count));
  }
}

void HttpConnection::read_requests() {
  // Whoever does not take the last answer gets no other.
  while (!busy_ && !closing_ && !broken_ && wire_.empty()) {
    auto head = read_http_head(unread_);
    if (!head) {
      return;
    }
    if (head->refusal != 0) {
      refuse(head->refusal);
      return;
    }
    if (unread_.size() < head->size + head->body_size) {
      if (head->expects_continue && !std::exchange(continued_, true)) {
        say("HTTP/1.1 100 Continue\r\n\r\n");
        send_wire();
      }
      return;
    }
    head->request.body = unread_.substr(head->size, head->body_size);
    unread_.erase(0, head->size + head->body_size);
    start(std::move(*head));
  }
}

void HttpConnection::start(HttpHead head) {
  busy_ = true;
  continued_ = false;
  keeps_alive_ = head.keeps_alive;
  head_only_ = head.request.method == "HEAD";
  authenticate(head.request);
  if (is_watch(head.request)) {
    exchange_ = cluster_.stream(std::move(head.request), *this);
    return;
  }
  exchange_ = cluster_.submit(std::move(head.request), [this](Result<kube::Response> response) {
    exchange_ = 0;
    if (response) {
      answer(*response);
    } else {
      refuse(500);
    }
  });
}

// The token of the kubeconfig is the administrator's; others are for the cluster to judge, and
// whoever has none is a stranger.
void HttpConnection::authenticate(kube::Request& request) const {
  auto& headers = request.headers;
  const auto found = std::ranges::find_if(
      headers, [](const kube::Header& header) { return is_named(header, "authorization"); });
  if (found == headers.end()) {
    headers.push_back({"Authorization", "Bearer none"});
  } else if (found->value == "Bearer " + token_) {
    headers.erase(found);
  }
}

void HttpConnection::answer(const kube::Response& response) {
  const bool bare = response.status == 204 || response.status == 304;
  const std::string framing =
      bare ? std::string() : fmt::format("Content-Length: {}", response.body.size());
  say(write_http_head(response, framing, keeps_alive_));
  if (!head_only_ && !bare) {
    say(response.body);
  }
  finish();
}

void HttpConnection::refuse(int status) {
  kube::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body = fmt::format("the request is refused with status {}\n", status);
  keeps_alive_ = false;
  answer(response);
}

void HttpConnection::finish() {
  busy_ = false;
  closing_ = !keeps_alive_;
  // The client may have sent the next request ahead.
  on_writable();
}

void HttpConnection::say(std::string_view plain) {
  if (!tls_.send(plain)) {
    broken_ = true;
  }
  tls_.take_wire(wire_);
}

void HttpConnection::on_head(const kube::Response& head) {
  say(write_http_head(head, "Transfer-Encoding: chunked", keeps_alive_));
  send_wire();
}

void HttpConnection::on_data(std::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  say(fmt::format("{:x}\r\n", bytes.size()));
  say(bytes);
  say("\r\n");
  send_wire();
  broken_ = broken_ || wire_.size() > kMostUnsent;
}

void HttpConnection::on_end(const Status& outcome) {
  exchange_ = 0;
  if (!outcome) {
    broken_ = true;
    return;
  }
  say("0\r\n\r\n");
  finish();
}

}  // namespace cfkops::sandbox
