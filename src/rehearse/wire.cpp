#include "wire.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::rehearse {
namespace {

/// Numbers of exchanges that never reached the cluster, far from those it gives.
constexpr kube::ExchangeId kUnsentFrom = kube::ExchangeId{1} << 62U;

Error unreachable() {
  return make_error(ErrorCode::Unreachable, "the line is cut");
}

}  // namespace

Wire::Wire(sandbox::Cluster& cluster, MonoTime end, std::function<void()> tired)
    : cluster_(cluster),
      end_(end),
      tired_(std::move(tired)),
      last_unsent_(kUnsentFrom) {}

void Wire::listen(Listener sent, AnswerListener answered) {
  sent_ = std::move(sent);
  answered_ = std::move(answered);
}

std::uint64_t Wire::note(const kube::Request& request) {
  ++requests_;
  if (sent_) {
    sent_(request, requests_);
  }
  return requests_;
}

kube::ExchangeId Wire::refuse(std::function<void()> say) {
  unsent_.push_back({.id = ++last_unsent_, .say = std::move(say)});
  return last_unsent_;
}

kube::ExchangeId Wire::submit(kube::Request request, Completion completion) {
  if (cut_) {
    return refuse([completion = std::move(completion)] { completion(unreachable()); });
  }
  const std::uint64_t number = note(request);
  if (!answered_ || !is_mutation(request)) {
    return cluster_.submit(std::move(request), std::move(completion));
  }
  return cluster_.submit(
      std::move(request),
      [this, number, completion = std::move(completion)](Result<kube::Response> outcome) {
        answered_(number, outcome);
        completion(std::move(outcome));
      });
}

kube::ExchangeId Wire::stream(kube::Request request, kube::StreamSink& sink) {
  if (cut_) {
    return refuse([&sink] { sink.on_end(unreachable()); });
  }
  note(request);
  return cluster_.stream(std::move(request), sink);
}

kube::ExchangeId Wire::open_socket(kube::Request request,
                                   std::vector<std::string> protocols,
                                   kube::SocketSink& sink) {
  if (cut_) {
    return refuse([&sink] { sink.on_close(unreachable()); });
  }
  note(request);
  return cluster_.open_socket(std::move(request), std::move(protocols), sink);
}

void Wire::send(kube::ExchangeId socket, std::string_view bytes) {
  if (!cut_) {
    cluster_.send(socket, bytes);
  }
}

void Wire::cancel(kube::ExchangeId exchange) {
  if (exchange <= kUnsentFrom) {
    cluster_.cancel(exchange);
    return;
  }
  const auto found = std::find_if(
      unsent_.begin(), unsent_.end(), [exchange](const Unsent& one) { return one.id == exchange; });
  if (found != unsent_.end()) {
    unsent_.erase(found);
  }
}

void Wire::pump(MonoTime until) {
  if (!unsent_.empty()) {
    const Unsent next = std::move(unsent_.front());
    unsent_.pop_front();
    next.say();
    return;
  }
  if (over_) {
    cluster_.pump(until);
    return;
  }
  if (cluster_.clock().now() >= end_) {
    over_ = true;
    tired_();
    return;
  }
  cluster_.pump(std::min(until, end_));
}

void Wire::wake() noexcept {
  cluster_.wake();
}

std::string Wire::server() const {
  return cluster_.server();
}

}  // namespace cfkops::rehearse
