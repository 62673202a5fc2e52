#include "http_connection.hpp"

#include "control.hpp"
#include "http_body.hpp"
#include "refusal.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

std::string value_of(const kube::Request& request, std::string_view name) {
  const auto found = std::ranges::find_if(
      request.headers, [name](const kube::Header& header) { return is_named(header, name); });
  return found == request.headers.end() ? std::string() : found->value;
}

// Whether the answer may come bit by bit for long: a watch, or a log that is followed.
bool is_streamed(const kube::Request& request) {
  const auto has = [&target = request.target](std::string_view text) {
    return target.find(text) != std::string::npos;
  };
  return request.method == "GET" &&
         (has("watch=") || has("/watch/") || (has("/log?") && has("follow=")));
}

// As the real server does, for its log and the answer.
void number(kube::Request& request) {
  if (value_of(request, "audit-id").empty()) {
    const std::string hex = base::random_hex(16);
    request.headers.push_back({"Audit-ID",
                               fmt::format("{}-{}-{}-{}-{}",
                                           hex.substr(0, 8),
                                           hex.substr(8, 4),
                                           hex.substr(12, 4),
                                           hex.substr(16, 4),
                                           hex.substr(20))});
  }
}

bool wants_socket(const kube::Request& request) {
  return base::lower(value_of(request, "upgrade")) == "websocket" &&
         base::lower(value_of(request, "connection")).find("upgrade") != std::string::npos;
}

bool is_bare(int status) {
  return status == 204 || status == 304;
}

kube::Response text_response(int status, std::string text) {
  kube::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body = std::move(text);
  return response;
}

// A Status body again, from the error that it became.
kube::Response response_of(const Error& error) {
  Refusal refusal;
  refusal.code = error.http_status == 0 ? 500 : error.http_status;
  refusal.reason = error.reason;
  refusal.message = error.message;
  kube::Response response;
  response.status = refusal.code;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = refusal.status().dump(-1, ' ', false, Value::error_handler_t::replace) + "\n";
  return response;
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
  if (upgraded_) {
    read_frames();
  } else {
    read_requests();
  }
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
    auto body = read_http_body(*head, std::string_view(unread_).substr(head->size));
    if (!body) {
      if (head->expects_continue && !std::exchange(continued_, true)) {
        say("HTTP/1.1 100 Continue\r\n\r\n");
        send_wire();
      }
      return;
    }
    if (body->refusal != 0) {
      refuse(body->refusal);
      return;
    }
    head->request.body = std::move(body->text);
    unread_.erase(0, head->size + body->size);
    start(std::move(*head));
  }
}

void HttpConnection::start(HttpHead head) {
  busy_ = true;
  continued_ = false;
  keeps_alive_ = head.keeps_alive;
  head_only_ = head.request.method == "HEAD";
  authenticate(head.request);
  if (is_control(head.request)) {
    answer(control(cluster_, head.request));
    return;
  }
  number(head.request);
  if (wants_socket(head.request)) {
    start_socket(std::move(head.request));
    return;
  }
  if (is_streamed(head.request)) {
    exchange_ = cluster_.stream(std::move(head.request), *this);
    return;
  }
  exchange_ = cluster_.submit(std::move(head.request), [this](Result<kube::Response> response) {
    exchange_ = 0;
    if (response) {
      answer(*response);
    } else {
      broken_ = true;
    }
  });
}

void HttpConnection::start_socket(kube::Request request) {
  socket_key_ = value_of(request, "sec-websocket-key");
  constexpr std::size_t kKeySize = 16;
  const Result<std::string> key = base::base64_decode(socket_key_);
  if (!key || key->size() != kKeySize || value_of(request, "sec-websocket-version") != "13") {
    keeps_alive_ = false;
    answer(text_response(
        400, "a WebSocket needs Sec-WebSocket-Version 13 and a Sec-WebSocket-Key of 16 bytes\n"));
    return;
  }
  exchange_ = cluster_.open_socket(std::move(request), {}, *this);
}

void HttpConnection::read_frames() {
  while (!closing_ && !broken_) {
    const auto frame = frames_.next(unread_);
    if (!frame) {
      say_close(frame.error());
      closing_ = true;
      return;
    }
    if (!*frame) {
      return;
    }
    take_frame(**frame);
  }
}

void HttpConnection::take_frame(const SocketFrame& frame) {
  switch (frame.type) {
    case FrameType::Ping:
      if (!said_close_) {
        say(write_frame(FrameType::Pong, frame.payload));
        send_wire();
      }
      break;
    case FrameType::Close:
      say_close(kNormalClosure);
      closing_ = true;
      break;
    case FrameType::Pong:
      break;
    default:
      if (exchange_ != 0) {
        cluster_.send(exchange_, frame.payload);
      }
  }
}

void HttpConnection::say_close(int code) {
  if (!std::exchange(said_close_, true)) {
    say(write_close(code));
    send_wire();
  }
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
  const bool bare = is_bare(response.status);
  const std::string framing =
      bare ? std::string() : fmt::format("Content-Length: {}", response.body.size());
  say(write_http_head(response, framing, keeps_alive_));
  if (!head_only_ && !bare) {
    say(response.body);
  }
  finish();
}

void HttpConnection::refuse(int status) {
  keeps_alive_ = false;
  answer(text_response(status, fmt::format("the request is refused with status {}\n", status)));
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
  chunked_ = !is_bare(head.status);
  say(write_http_head(head, chunked_ ? "Transfer-Encoding: chunked" : "", keeps_alive_));
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
  if (chunked_) {
    say("0\r\n\r\n");
  }
  finish();
}

void HttpConnection::on_open(std::string_view protocol) {
  upgraded_ = true;
  say(
      fmt::format("HTTP/1.1 101 Switching Protocols\r\n"
                  "Upgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: {}\r\n"
                  "Sec-WebSocket-Protocol: {}\r\n\r\n",
                  socket_accept(socket_key_),
                  protocol));
  send_wire();
  read_frames();
}

void HttpConnection::on_message(std::string_view bytes) {
  if (said_close_) {
    return;
  }
  say(write_frame(FrameType::Binary, bytes));
  send_wire();
  broken_ = broken_ || wire_.size() > kMostUnsent;
}

void HttpConnection::on_close(const Result<int>& outcome) {
  exchange_ = 0;
  if (!upgraded_) {
    answer(outcome ? text_response(500, "the socket closed before it opened\n")
                   : response_of(outcome.error()));
    return;
  }
  if (!outcome) {
    broken_ = true;
    return;
  }
  say_close(*outcome);
}

}  // namespace cfkops::sandbox
