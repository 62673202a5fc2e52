#include "line.hpp"

#include <utility>

namespace cfkops::test {

Line::~Line() {
  for (const kube::ExchangeId exchange : open_) {
    cluster_.cancel(exchange);
  }
}

kube::ExchangeId Line::submit(kube::Request request, Completion completion) {
  before_(request, ++requests_);
  const kube::ExchangeId id = cluster_.submit(std::move(request), std::move(completion));
  open_.insert(id);
  return id;
}

kube::ExchangeId Line::stream(kube::Request request, kube::StreamSink& sink) {
  before_(request, ++requests_);
  const kube::ExchangeId id = cluster_.stream(std::move(request), sink);
  open_.insert(id);
  streams_.insert(id);
  return id;
}

kube::ExchangeId Line::open_socket(kube::Request request,
                                   std::vector<std::string> protocols,
                                   kube::SocketSink& sink) {
  before_(request, ++requests_);
  const kube::ExchangeId id = cluster_.open_socket(std::move(request), std::move(protocols), sink);
  open_.insert(id);
  return id;
}

void Line::send(kube::ExchangeId socket, std::string_view bytes) {
  cluster_.send(socket, bytes);
}

void Line::cancel(kube::ExchangeId exchange) {
  open_.erase(exchange);
  streams_.erase(exchange);
  cluster_.cancel(exchange);
}

void Line::pump(MonoTime until) {
  cluster_.pump(until);
}

void Line::wake() noexcept {
  cluster_.wake();
}

std::string Line::server() const {
  return cluster_.server();
}

}  // namespace cfkops::test
