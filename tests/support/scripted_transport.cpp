#include "support/scripted_transport.hpp"

#include "cfkops/kube/api_status.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace cfkops::test {

namespace {

using kube::ExchangeId;
using kube::Request;
using kube::Response;

Result<Response> response_of(const Answer& answer) {
  if (answer.error) {
    return *answer.error;
  }
  return Response{answer.status, answer.headers, answer.body};
}

}  // namespace

std::string Call::text() const {
  return request.method + " " + request.target;
}

std::string_view Call::header(std::string_view name) const {
  for (const kube::Header& header : request.headers) {
    if (header.name == name) {
      return header.value;
    }
  }
  return {};
}

Rule& Rule::reply(int status, std::string body, std::vector<kube::Header> headers) {
  return then(test::reply(status, std::move(body), std::move(headers)));
}

Rule& Rule::refuse(int status, const std::string& reason, const std::string& message) {
  return then(test::refuse(status, reason, message));
}

Rule& Rule::fail(ErrorCode code, const std::string& message) {
  return then(failure(code, message));
}

Rule& Rule::hang() {
  return then(silence());
}

Rule& Rule::then(Answer answer) {
  answers_.emplace_back(std::move(answer));
  return *this;
}

Rule& Rule::handle(Handler handler) {
  answers_.emplace_back(std::move(handler));
  return *this;
}

Rule& Rule::after(Duration delay) {
  last().delay = delay;
  return *this;
}

Rule& Rule::stream(std::vector<std::string> pieces) {
  then({});
  for (std::string& bytes : pieces) {
    piece({}, std::move(bytes));
  }
  return *this;
}

Rule& Rule::piece(Duration wait, std::string bytes) {
  last().pieces.push_back({wait, std::move(bytes)});
  return *this;
}

Rule& Rule::open() {
  last().stays_open = true;
  return *this;
}

Rule& Rule::fail_with(Error error) {
  last().error = std::move(error);
  return *this;
}

Rule& Rule::socket(std::string protocol, MessageHandler on_message) {
  Answer answer = test::reply(101);
  answer.protocol = std::move(protocol);
  answer.stays_open = true;
  on_message_ = std::move(on_message);
  return then(std::move(answer));
}

bool Rule::matches(const Request& request) const {
  if (request.method != method_) {
    return false;
  }
  if (target_.ends_with('*')) {
    return request.target.starts_with(std::string_view(target_).substr(0, target_.size() - 1));
  }
  const bool with_query = target_.find('?') != std::string::npos;
  return target_ ==
         (with_query ? request.target : request.target.substr(0, request.target.find('?')));
}

Answer Rule::next(const Request& request) {
  if (answers_.empty()) {
    return test::reply(200, "{}");
  }
  const std::variant<Answer, Handler>& step = answers_.at(position_);
  position_ = std::min(position_ + 1, answers_.size() - 1);
  if (const auto* handler = std::get_if<Handler>(&step)) {
    return (*handler)(request);
  }
  return std::get<Answer>(step);
}

Answer& Rule::last() {
  if (answers_.empty() || !std::holds_alternative<Answer>(answers_.back())) {
    throw std::logic_error("the rule for " + target_ + " has no answer to change");
  }
  return std::get<Answer>(answers_.back());
}

struct ScriptedTransport::Flight {
  ExchangeId id = 0;
  Request request;
  Completion completion;
  kube::StreamSink* stream = nullptr;
  kube::SocketSink* socket = nullptr;
  std::vector<std::string> protocols;
  Rule::MessageHandler on_message;
  bool live = false;  ///< a stream or socket whose head was delivered
};

class ScriptedTransport::Peer final : public SocketPeer {
 public:
  Peer(ScriptedTransport& transport, ExchangeId id)
      : transport_(transport),
        id_(id) {}

  void send(std::string bytes, Duration delay) override {
    transport_.schedule(
        transport_.clock_.now() + delay, id_, [bytes = std::move(bytes)](Flight& flight) {
          flight.socket->on_message(bytes);
        });
  }

  void close(int code, Duration delay) override { finish(code, delay); }

  void fail(Error error, Duration delay) override { finish(std::move(error), delay); }

 private:
  void finish(Result<int> outcome, Duration delay) {
    ScriptedTransport& transport = transport_;
    transport_.schedule(transport_.clock_.now() + delay,
                        id_,
                        [&transport, outcome = std::move(outcome)](Flight& flight) {
                          const auto gone = transport.take(flight.id);
                          gone->socket->on_close(outcome);
                        });
  }

  ScriptedTransport& transport_;
  ExchangeId id_;
};

ScriptedTransport::ScriptedTransport() = default;

ScriptedTransport::~ScriptedTransport() = default;

Rule& ScriptedTransport::on(const std::string& method, const std::string& target) {
  rules_.push_back(std::unique_ptr<Rule>(new Rule(method, target)));
  return *rules_.back();
}

Rule& ScriptedTransport::expect(const std::string& method, const std::string& target) {
  expected_.push_back(std::unique_ptr<Rule>(new Rule(method, target)));
  return *expected_.back();
}

void ScriptedTransport::break_call(std::size_t n, Fault fault) {
  faults_[n] = fault;
}

void ScriptedTransport::at(Duration since_start, std::function<void()> action) {
  events_.emplace(MonoTime() + since_start, Event{0, {}, std::move(action)});
}

void ScriptedTransport::advance(Duration duration) {
  const MonoTime until = clock_.now() + duration;
  while (clock_.now() < until) {
    pump(until);
  }
  while (run_due()) {
  }
}

std::vector<std::string> ScriptedTransport::log() const {
  std::vector<std::string> lines;
  lines.reserve(calls_.size());
  for (const Call& call : calls_) {
    lines.push_back(call.text());
  }
  return lines;
}

void ScriptedTransport::push(const std::string& bytes) {
  for (const auto& [id, flight] : flights_) {
    if (flight->stream != nullptr && flight->live) {
      schedule(clock_.now(), id, [bytes](Flight& open) { open.stream->on_data(bytes); });
    }
  }
}

void ScriptedTransport::end_streams(const Status& outcome) {
  for (const auto& [id, flight] : flights_) {
    if (flight->stream != nullptr && flight->live) {
      end_at(clock_.now(), id, outcome);
    }
  }
}

ExchangeId ScriptedTransport::submit(Request request, Completion completion) {
  auto flight = std::make_unique<Flight>();
  flight->request = std::move(request);
  flight->completion = std::move(completion);
  return start(std::move(flight));
}

ExchangeId ScriptedTransport::stream(Request request, kube::StreamSink& sink) {
  auto flight = std::make_unique<Flight>();
  flight->request = std::move(request);
  flight->stream = &sink;
  return start(std::move(flight));
}

ExchangeId ScriptedTransport::open_socket(Request request,
                                          std::vector<std::string> protocols,
                                          kube::SocketSink& sink) {
  auto flight = std::make_unique<Flight>();
  flight->request = std::move(request);
  flight->protocols = std::move(protocols);
  flight->socket = &sink;
  return start(std::move(flight));
}

void ScriptedTransport::send(ExchangeId socket, std::string_view bytes) {
  const auto found = flights_.find(socket);
  if (found == flights_.end() || !found->second->live || !found->second->on_message) {
    return;
  }
  Peer peer(*this, socket);
  const Rule::MessageHandler handler = found->second->on_message;
  handler(peer, bytes);
}

void ScriptedTransport::cancel(ExchangeId exchange) {
  flights_.erase(exchange);
}

void ScriptedTransport::pump(MonoTime until) {
  if (run_due()) {
    return;
  }
  if (woken_) {
    woken_ = false;
    return;
  }
  const MonoTime next = events_.empty() ? until : std::min(until, events_.begin()->first);
  if (next == MonoTime::max()) {
    throw std::logic_error("a wait without a deadline in which nothing will ever happen");
  }
  clock_.advance(std::max(next - clock_.now(), Duration::zero()));
  run_due();
}

ExchangeId ScriptedTransport::start(std::unique_ptr<Flight> flight) {
  const ExchangeId id = ++last_id_;
  flight->id = id;
  calls_.push_back({flight->request, clock_.now(), flight->stream != nullptr, flight->protocols});
  Flight& started = *flight;
  flights_.emplace(id, std::move(flight));
  const Answer answer = answer_for(started);
  if (started.request.timeout > Duration::zero()) {
    limit(id, started.request.timeout);
  }
  if (!answer.hangs) {
    play(id, answer);
  }
  return id;
}

void ScriptedTransport::limit(ExchangeId id, Duration timeout) {
  schedule(clock_.now() + timeout, id, [this](Flight& flight) {
    if (flight.socket == nullptr || !flight.live) {  // a socket's time-out is for its opening
      end_at(clock_.now(), flight.id, make_error(ErrorCode::Timeout, "no answer in time"));
    }
  });
}

Rule* ScriptedTransport::rule_for(const Request& request) {
  if (!expected_.empty()) {
    if (!expected_.front()->matches(request)) {
      ADD_FAILURE() << "unexpected " << request.method << " " << request.target << "; expected "
                    << expected_.front()->method_ << " " << expected_.front()->target_;
      return nullptr;
    }
    met_.push_back(std::move(expected_.front()));
    expected_.erase(expected_.begin());
    return met_.back().get();
  }
  const auto found = std::find_if(
      rules_.rbegin(), rules_.rend(), [&](const auto& rule) { return rule->matches(request); });
  if (found == rules_.rend()) {
    ADD_FAILURE() << "no rule for " << request.method << " " << request.target;
    return nullptr;
  }
  return found->get();
}

Answer ScriptedTransport::answer_for(Flight& flight) {
  const auto fault = faults_.find(++call_number_);
  if (down_) {
    return spoil(Fault::Unreachable);
  }
  if (fault != faults_.end() && !takes_effect(fault->second)) {
    return spoil(fault->second);
  }
  Rule* rule = rule_for(flight.request);
  if (rule == nullptr) {
    return refuse(404, "NotFound", "the scripted server has no rule for this");
  }
  flight.on_message = rule->on_message_;
  const Answer answer = rule->next(flight.request);
  return fault == faults_.end() ? answer : spoil(fault->second);
}

void ScriptedTransport::schedule(MonoTime when, ExchangeId id, Action action) {
  events_.emplace(when, Event{id, std::move(action), {}});
}

void ScriptedTransport::play(ExchangeId id, const Answer& answer) {
  const MonoTime when = clock_.now() + answer.delay;
  Flight& flight = *flights_.at(id);
  if (flight.socket != nullptr) {
    play_socket(id, answer, when);
  } else if (flight.stream != nullptr) {
    const MonoTime last = play_stream(id, answer, when);
    if (!answer.stays_open) {
      end_at(last, id, answer.error ? Status(*answer.error) : Status());
    }
  } else {
    schedule(when, id, [this, answer](Flight& done) {
      const auto gone = take(done.id);
      gone->completion(response_of(answer));
    });
  }
}

MonoTime ScriptedTransport::play_stream(ExchangeId id, const Answer& answer, MonoTime when) {
  if (answer.error && answer.pieces.empty()) {
    return when;
  }
  schedule(when, id, [answer](Flight& flight) {
    flight.live = true;
    flight.stream->on_head(Response{answer.status, answer.headers, {}});
  });
  if (!answer.body.empty()) {
    schedule(when, id, [answer](Flight& flight) { flight.stream->on_data(answer.body); });
  }
  for (const Answer::Piece& piece : answer.pieces) {
    when += piece.wait;
    schedule(when, id, [piece](Flight& flight) { flight.stream->on_data(piece.bytes); });
  }
  return when;
}

void ScriptedTransport::play_socket(ExchangeId id, const Answer& answer, MonoTime when) {
  constexpr int kSwitchingProtocols = 101;
  if (answer.error) {
    end_at(when, id, *answer.error);
    return;
  }
  if (answer.status != kSwitchingProtocols) {
    end_at(when,
           id,
           answer.status >= 400 ? kube::error_of(*response_of(answer), "open a WebSocket")
                                : make_error(ErrorCode::Protocol, "the answer is no upgrade"));
    return;
  }
  schedule(when, id, [this, answer](Flight& flight) {
    flight.live = true;
    const ExchangeId socket = flight.id;
    const Rule::MessageHandler handler = flight.on_message;
    if (handler) {
      Peer peer(*this, socket);
      handler(peer, {});
    }
    flight.socket->on_open(answer.protocol);
  });
}

void ScriptedTransport::end_at(MonoTime when, ExchangeId id, const Status& outcome) {
  schedule(when, id, [this, outcome](Flight& flight) {
    const auto gone = take(flight.id);
    if (gone->stream != nullptr) {
      gone->stream->on_end(outcome);
    } else if (gone->socket != nullptr) {
      gone->socket->on_close(outcome ? Result<int>(1000) : Result<int>(outcome.error()));
    } else {
      gone->completion(outcome.error());
    }
  });
}

std::unique_ptr<ScriptedTransport::Flight> ScriptedTransport::take(ExchangeId id) {
  auto node = flights_.extract(id);
  return std::move(node.mapped());
}

void ScriptedTransport::deliver(const Event& event) {
  if (event.errand) {
    event.errand();
    return;
  }
  const auto found = flights_.find(event.id);
  if (found != flights_.end()) {
    event.action(*found->second);
  }
}

bool ScriptedTransport::run_due() {
  bool any = false;
  while (!events_.empty() && events_.begin()->first <= clock_.now()) {
    const Event event = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    const bool dead = event.id != 0 && !flights_.contains(event.id);
    deliver(event);
    any = any || !dead;
  }
  return any;
}

}  // namespace cfkops::test
