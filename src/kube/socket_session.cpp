#include "socket_session.hpp"

#include "cfkops/kube/api_status.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::kube {

namespace {

constexpr Duration kUpgradeTimeout = std::chrono::seconds(30);
constexpr Duration kPingInterval = std::chrono::seconds(5);
constexpr Duration kSilenceLimit = std::chrono::seconds(61);

Error unanswered(const std::string& when, std::string hint) {
  return make_error(
      ErrorCode::Timeout, "the server did not answer a WebSocket upgrade " + when, std::move(hint));
}

}  // namespace

SocketSession::SocketSession(Opening opening, MonoTime now)
    : opening_(std::move(opening)),
      key_(random_socket_key()),
      started_(now),
      heard_(now),
      pinged_(now),
      outbox_(upgrade_request(opening_.target, opening_.headers, opening_.protocols, key_)) {}

void SocketSession::close(Result<int> outcome) {
  if (!closed_) {
    closed_ = true;
    events_.emplace_back(Closed{std::move(outcome)});
  }
}

void SocketSession::feed(std::string_view bytes, MonoTime now) {
  heard_ = now;
  if (closed_) {
    return;
  }
  if (open_) {
    frames_.feed(bytes);
    read_frames();
  } else {
    upgrade_.feed(bytes);
    read_upgrade();
  }
}

void SocketSession::read_upgrade() {
  const Result<std::optional<Response>> answer = upgrade_.next();
  if (!answer) {
    close(answer.error());
    return;
  }
  if (!*answer) {
    return;
  }
  const Response& response = **answer;
  if (response.status != 101) {
    refusal_ = response;
    const std::string path = opening_.target.substr(0, opening_.target.find('?'));
    close(response.status >= 400
              ? error_of(response, "open a WebSocket to " + path)
              : make_error(ErrorCode::Protocol,
                           "the server answered " + std::to_string(response.status) +
                               " to a WebSocket upgrade of " + path,
                           "is a proxy in front of the API server that does not pass upgrades?"));
    return;
  }
  Result<std::string> protocol = accept_upgrade(response, key_, opening_.protocols);
  if (!protocol) {
    close(std::move(protocol).error());
    return;
  }
  open_ = true;
  opening_.deadline.reset();
  pinged_ = heard_;
  events_.emplace_back(Opened{*std::move(protocol)});
  outbox_ += std::exchange(unsent_, {});
  frames_.feed(upgrade_.take_rest());
  read_frames();
}

void SocketSession::read_frames() {
  while (!closed_) {
    Result<std::optional<SocketMessage>> message = frames_.next();
    if (!message) {
      constexpr int kProtocolError = 1002;
      queue(Opcode::Close, close_payload(kProtocolError));
      close(std::move(message).error());
      return;
    }
    if (!*message) {
      return;
    }
    take(std::move(**message));
  }
}

void SocketSession::take(SocketMessage message) {
  switch (message.opcode) {
    case Opcode::Ping:
      queue(Opcode::Pong, message.payload);
      return;
    case Opcode::Pong:
      return;
    case Opcode::Close:
      queue(Opcode::Close, std::string_view(message.payload).substr(0, 2));
      close(close_code(message.payload));
      return;
    case Opcode::Continuation:
    case Opcode::Text:
    case Opcode::Binary:
      events_.emplace_back(Message{std::move(message.payload)});
      return;
  }
}

void SocketSession::end() {
  if (open_) {
    close(make_error(ErrorCode::ConnectionLost,
                     "the server closed the WebSocket's connection without a close frame"));
    return;
  }
  upgrade_.end();
  read_upgrade();
}

void SocketSession::fail(Error error) {
  close(std::move(error));
}

void SocketSession::leave() {
  constexpr int kNormal = 1000;
  if (open_ && !closed_) {
    queue(Opcode::Close, close_payload(kNormal));
  }
  closed_ = true;
  events_.clear();
}

void SocketSession::queue(Opcode opcode, std::string_view payload) {
  outbox_ += encode_frame(opcode, payload, random_mask());
}

void SocketSession::send(std::string_view bytes) {
  if (closed_) {
    return;
  }
  (open_ ? outbox_ : unsent_) += encode_frame(Opcode::Binary, bytes, random_mask());
}

void SocketSession::tick(MonoTime now) {
  if (closed_) {
    return;
  }
  if (opening_.deadline && now >= *opening_.deadline) {
    close(unanswered("in time", "a longer --request-timeout gives it more time"));
  } else if (!open_ && now >= started_ + kUpgradeTimeout) {
    close(unanswered("within 30s", "is a proxy in front of it that does not pass upgrades?"));
  } else if (open_ && now >= heard_ + kSilenceLimit) {
    close(make_error(ErrorCode::ConnectionLost,
                     "nothing came from the WebSocket's peer for 61s, not even answers to pings"));
  } else if (open_ && now >= pinged_ + kPingInterval) {
    pinged_ = now;
    queue(Opcode::Ping, "");
  }
}

MonoTime SocketSession::due() const {
  const MonoTime next = open_ ? std::min(pinged_ + kPingInterval, heard_ + kSilenceLimit)
                              : started_ + kUpgradeTimeout;
  return opening_.deadline ? std::min(next, *opening_.deadline) : next;
}

std::optional<SocketSession::Event> SocketSession::take_event() {
  if (events_.empty()) {
    return std::nullopt;
  }
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace cfkops::kube
