#include "cfkops/kube/curl_transport.hpp"

#include "credentials.hpp"
#include "curl_call.hpp"
#include "curl_exchange.hpp"
#include "curl_multi.hpp"
#include "endpoint.hpp"
#include "request_headers.hpp"

#include "cfkops/base/concealed.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// How an exchange lives:
// 1. submit, stream and open_socket only note it down: libcurl and the exec plug-in are touched by
//    pump alone.
// 2. `start` gives it a credential and a libcurl handle (a CurlCall).
// 3. `advance` lets libcurl work and notes what ended; sockets, which libcurl only connects, move
//    their bytes.
// 4. `deliver` tells sinks and completions. A callback may submit, cancel or pump: every step after
//    one looks its exchange up again.
// 5. A 401 whose credential can be had anew sends the exchange back to 2, once, before anybody is
//    told.

namespace cfkops::kube {

namespace {

constexpr int kFirstRefusal = 400;  // of HTTP's statuses

CurlPeer peer_of(const ClientConfig& config, const Endpoint& endpoint) {
  const std::size_t colon = endpoint.authority.rfind(':');
  return {.authority = endpoint.authority,
          .tls_name = config.cluster.tls_server_name.empty() ? endpoint.authority.substr(0, colon)
                                                             : config.cluster.tls_server_name,
          .config_source = config.source.empty() ? "the configuration" : config.source,
          .proxy = hide_user_info(endpoint.proxy),
          .own_ca = !config.cluster.ca_pem.empty()};
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(CallSettings settings,
                const ClientConfig& config,
                const Clock& clock,
                base::Process& process)
      : settings_(std::move(settings)),
        clock_(clock),
        credentials_(config, clock, process) {}

  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  CurlTransport(CurlTransport&&) = delete;
  CurlTransport& operator=(CurlTransport&&) = delete;

  ~CurlTransport() override {
    while (!exchanges_.empty()) {
      forget(exchanges_.begin()->second->id);
    }
  }

  ExchangeId submit(Request request, Completion completion) override {
    CurlExchange& exchange = note(CallKind::Whole, std::move(request));
    exchange.completion = std::move(completion);
    return exchange.id;
  }

  ExchangeId stream(Request request, StreamSink& sink) override {
    CurlExchange& exchange = note(CallKind::Stream, std::move(request));
    exchange.stream = &sink;
    return exchange.id;
  }

  ExchangeId open_socket(Request request,
                         std::vector<std::string> protocols,
                         SocketSink& sink) override {
    CurlExchange& exchange = note(CallKind::Socket, std::move(request));
    exchange.protocols = std::move(protocols);
    exchange.socket = &sink;
    return exchange.id;
  }

  void send(ExchangeId socket, std::string_view bytes) override;
  void cancel(ExchangeId exchange) override;
  void pump(MonoTime until) override;

  void wake() noexcept override { multi_.wake(); }

  [[nodiscard]] std::string server() const override { return settings_.endpoint.server; }

 private:
  CurlExchange& note(CallKind kind, Request request);
  CurlExchange* find(ExchangeId id);
  void forget(ExchangeId id);

  void start_noted();
  [[nodiscard]] Status start(CurlExchange& exchange);
  void advance();
  void look_again();
  void finish(CurlExchange& exchange, int curl_code);
  void open_session(CurlExchange& exchange);
  void wait(MonoTime until);

  [[nodiscard]] bool deliver();
  [[nodiscard]] bool tell(ExchangeId id);
  void tell_whole(CurlExchange& exchange);
  void tell_stream(CurlExchange& exchange);
  void tell_socket(CurlExchange& exchange);
  [[nodiscard]] bool start_again(CurlExchange& exchange);

  CallSettings settings_;
  const Clock& clock_;
  Credentials credentials_;
  CurlMulti multi_;
  ExchangeId last_id_ = 0;
  std::map<ExchangeId, std::unique_ptr<CurlExchange>> exchanges_;
  std::vector<ExchangeId> noted_;
  bool left_ = false;  ///< a call has left libcurl since the last look at the others
};

CurlExchange& CurlTransport::note(CallKind kind, Request request) {
  const ExchangeId id = ++last_id_;
  auto exchange = std::make_unique<CurlExchange>();
  exchange->id = id;
  exchange->kind = kind;
  exchange->request = std::move(request);
  exchange->submitted = clock_.now();
  noted_.push_back(id);
  return *exchanges_.emplace(id, std::move(exchange)).first->second;
}

CurlExchange* CurlTransport::find(ExchangeId id) {
  const auto found = exchanges_.find(id);
  return found == exchanges_.end() ? nullptr : found->second.get();
}

void CurlTransport::forget(ExchangeId id) {
  const auto found = exchanges_.find(id);
  if (found == exchanges_.end()) {
    return;
  }
  if (found->second->call) {
    multi_.remove(*found->second->call);
    left_ = true;
  }
  exchanges_.erase(found);
}

void CurlTransport::send(ExchangeId socket, std::string_view bytes) {
  CurlExchange* exchange = find(socket);
  if (exchange == nullptr || exchange->kind != CallKind::Socket || exchange->end) {
    return;
  }
  if (exchange->session) {
    exchange->session->send(bytes);
  }
  if (!exchange->opened) {
    exchange->waiting.emplace_back(bytes);
  }
}

void CurlTransport::cancel(ExchangeId exchange) {
  CurlExchange* found = find(exchange);
  if (found != nullptr && found->session && !found->session->closed()) {
    found->session->leave();
    found->move_bytes(clock_.now());
  }
  forget(exchange);
}

void CurlTransport::pump(MonoTime until) {
  while (true) {
    start_noted();
    advance();
    const bool told = deliver();
    if (multi_.take_wake() || told || clock_.now() >= until) {
      return;
    }
    if (noted_.empty()) {
      wait(until);
    }
  }
}

void CurlTransport::start_noted() {
  for (const ExchangeId id : std::exchange(noted_, {})) {
    CurlExchange* exchange = find(id);
    if (exchange == nullptr) {
      continue;
    }
    Status started = start(*exchange);
    if (!started) {
      exchange->end = std::move(started);
    }
  }
}

Status CurlTransport::start(CurlExchange& exchange) {
  CFKOPS_ASSIGN(std::shared_ptr<const Credential> credential, credentials_.get());
  CFKOPS_TRY(multi_.prepare());
  auto call = std::make_unique<CurlCall>(
      exchange.id, settings_, exchange.request, exchange.kind, std::move(credential));
  CFKOPS_TRY(call->ready());
  CFKOPS_TRY(multi_.add(*call));
  exchange.call = std::move(call);
  return {};
}

void CurlTransport::advance() {
  for (const CurlMulti::Finished& finished : multi_.perform()) {
    left_ = true;
    CurlExchange* exchange = find(finished.call->exchange());
    if (exchange != nullptr) {
      finish(*exchange, finished.code);
    }
  }
  if (std::exchange(left_, false)) {
    look_again();
  }
  const MonoTime now = clock_.now();
  for (const auto& [id, exchange] : exchanges_) {
    if (exchange->session && !exchange->session->closed()) {
      exchange->move_bytes(now);
    }
  }
}

/// What libcurl has read of a shared connection may be for those who stay.
void CurlTransport::look_again() {
  for (const auto& [id, exchange] : exchanges_) {
    if (exchange->call && exchange->call->is_sent() && exchange->kind != CallKind::Socket &&
        !exchange->end) {
      CurlMulti::look_again(*exchange->call);
    }
  }
}

void CurlTransport::finish(CurlExchange& exchange, int curl_code) {
  Status outcome = exchange.call->outcome(curl_code);
  if (outcome && exchange.kind == CallKind::Socket) {
    open_session(exchange);
    return;
  }
  exchange.end = std::move(outcome);
}

void CurlTransport::open_session(CurlExchange& exchange) {
  Result<int> fd = socket_of(*exchange.call);
  if (!fd) {
    exchange.end = Status(std::move(fd).error());
    return;
  }
  exchange.fd = *fd;
  std::vector<Header> headers =
      request_headers(settings_.endpoint, exchange.request, exchange.call->credential());
  if (settings_.endpoint.host_header.empty()) {
    headers.push_back({"Host", settings_.endpoint.authority});
  }
  SocketSession::Opening opening{.target = settings_.endpoint.path + exchange.request.target,
                                 .headers = std::move(headers),
                                 .protocols = exchange.protocols,
                                 .deadline = std::nullopt};
  if (exchange.request.timeout > Duration::zero()) {
    opening.deadline = exchange.submitted + exchange.request.timeout;
  }
  exchange.session = std::make_unique<SocketSession>(std::move(opening), clock_.now());
  for (const std::string& bytes : exchange.waiting) {
    exchange.session->send(bytes);
  }
}

void CurlTransport::wait(MonoTime until) {
  std::vector<CurlMulti::Watched> watched;
  for (const auto& [id, exchange] : exchanges_) {
    if (exchange->session) {
      watched.push_back({.fd = exchange->fd, .write = !exchange->session->outbox().empty()});
      // What a flooded one has left may lie in libcurl already, where no poll sees it.
      until = exchange->flooded ? MonoTime::min() : std::min(until, exchange->session->due());
    }
  }
  const MonoTime now = clock_.now();
  if (until > now) {
    multi_.wait(until - now, watched);
  }
}

bool CurlTransport::deliver() {
  std::vector<ExchangeId> with_news;
  for (const auto& [id, exchange] : exchanges_) {
    if (exchange->has_news()) {
      with_news.push_back(id);
    }
  }
  bool told = false;
  for (const ExchangeId id : with_news) {
    told = tell(id) || told;
  }
  return told;
}

bool CurlTransport::tell(ExchangeId id) {
  CurlExchange* exchange = find(id);
  // An earlier callback may have cancelled it, or told its news by pumping.
  if (exchange == nullptr || !exchange->has_news() || start_again(*exchange)) {
    return false;
  }
  switch (exchange->kind) {
    case CallKind::Whole:
      tell_whole(*exchange);
      break;
    case CallKind::Stream:
      tell_stream(*exchange);
      break;
    case CallKind::Socket:
      tell_socket(*exchange);
      break;
  }
  return true;
}

/// What refuses a request may quote its headers.
void hide_credential(Response& response, const Credential& credential) {
  const std::string& header = credential.authorization.reveal();
  base::Concealed concealed;
  concealed.add(Redacted(header.substr(header.find(' ') + 1)));
  response.body = concealed.in(std::move(response.body));
}

bool CurlTransport::start_again(CurlExchange& exchange) {
  constexpr int kUnauthorized = 401;
  if (exchange.repeated || exchange.head_told || exchange.status() != kUnauthorized ||
      (exchange.end && !*exchange.end) ||
      !credentials_.reject(exchange.call->credential().generation)) {
    return false;
  }
  multi_.remove(*exchange.call);
  exchange.call.reset();
  exchange.session.reset();
  exchange.end.reset();
  exchange.repeated = true;
  noted_.push_back(exchange.id);
  return true;
}

void CurlTransport::tell_whole(CurlExchange& exchange) {
  Completion completion = std::move(exchange.completion);
  Result<Response> result = Response();
  if (*exchange.end) {
    *result = exchange.call->head();
    result->body = exchange.call->take_body();
    if (result->status >= kFirstRefusal) {
      hide_credential(*result, exchange.call->credential());
    }
  } else {
    result = std::move(*exchange.end).error();
  }
  forget(exchange.id);
  completion(std::move(result));
}

void CurlTransport::tell_stream(CurlExchange& exchange) {
  const ExchangeId id = exchange.id;
  StreamSink& sink = *exchange.stream;
  if (exchange.call && exchange.call->has_head() && !exchange.head_told) {
    exchange.head_told = true;
    sink.on_head(exchange.call->head());
  }
  CurlExchange* still = find(id);
  if (still != nullptr && still->call && still->call->has_body()) {
    const std::string bytes = still->call->take_body();
    sink.on_data(bytes);
    still = find(id);
  }
  if (still != nullptr && still->end && !(still->call && still->call->has_body())) {
    const Status outcome = std::move(*still->end);
    forget(id);
    sink.on_end(outcome);
  }
}

void CurlTransport::tell_socket(CurlExchange& exchange) {
  const ExchangeId id = exchange.id;
  SocketSink& sink = *exchange.socket;
  if (exchange.end) {
    const Error error = std::move(*exchange.end).error();
    forget(id);
    sink.on_close(error);
    return;
  }
  for (CurlExchange* still = &exchange; still != nullptr && still->session; still = find(id)) {
    std::optional<SocketSession::Event> event = still->session->take_event();
    if (!event) {
      return;
    }
    if (const auto* opened = std::get_if<SocketSession::Opened>(&*event)) {
      still->opened = true;
      still->waiting.clear();
      sink.on_open(opened->protocol);
    } else if (const auto* message = std::get_if<SocketSession::Message>(&*event)) {
      sink.on_message(message->bytes);
    } else {
      forget(id);
      sink.on_close(std::get<SocketSession::Closed>(*event).outcome);
    }
  }
}

}  // namespace

Result<std::unique_ptr<Transport>> make_curl_transport(const ClientConfig& config,
                                                       const Clock& clock,
                                                       base::Process& process) {
  CFKOPS_ASSIGN(const Endpoint endpoint,
                make_endpoint(config.cluster, ProxyEnvironment::of_process()));
  CallSettings settings{
      .endpoint = endpoint, .cluster = config.cluster, .peer = peer_of(config, endpoint)};
  return std::unique_ptr<Transport>(
      std::make_unique<CurlTransport>(std::move(settings), config, clock, process));
}

}  // namespace cfkops::kube
