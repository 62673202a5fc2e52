#include "cfkops/kube/log_stream.hpp"

#include "log_request.hpp"
#include "status_body.hpp"

#include "cfkops/kube/api_status.hpp"

#include <optional>
#include <utility>

namespace cfkops::kube {

struct LogStream::State final : StreamSink {
  State(Reader& the_reader, std::string the_what, Sink the_sink)
      : reader(the_reader),
        loop(the_reader.loop()),
        what(std::move(the_what)),
        sink(std::move(the_sink)),
        heard(loop.clock().now()) {}

  void on_head(const Response& answer) override {
    head = answer;
    heard = loop.clock().now();
    reader.note_warnings(answer);
    if (Result<Response> checked = genuine(answer, Body::Any); !checked) {
      foreign = std::move(checked).error();
    }
  }

  void on_data(std::string_view bytes) override {
    heard = loop.clock().now();
    if (head.status >= 400) {
      add_error_body(head, bytes);
    } else if (!foreign) {
      sink(bytes);
    }
  }

  void on_end(const Status& outcome) override { end = outcome; }

  Reader& reader;
  Loop& loop;
  std::string what;
  Sink sink;
  MonoTime heard;
  ExchangeId id = 0;
  Response head;
  std::optional<Error> foreign;  ///< why this is no answer of an API server
  std::optional<Status> end;
};

LogStream::LogStream(Reader& reader,
                     const std::string& ns,
                     const std::string& pod,
                     const LogWindow& window,
                     Follow follow,
                     Sink sink)
    : state_(std::make_unique<State>(reader, log_what(ns, pod, window), std::move(sink))) {
  Request request = log_request(ns, pod, window, follow);
  reader.prepare(request, reader.next_audit_id());
  request.timeout = Duration::zero();
  state_->id = reader.loop().transport().stream(std::move(request), *state_);
}

LogStream::~LogStream() {
  if (!state_->end) {
    state_->loop.transport().cancel(state_->id);
  }
}

bool LogStream::ended() const {
  return state_->end || state_->foreign;
}

Status LogStream::outcome() const {
  if (state_->head.status >= 400) {
    return error_of(state_->head, state_->what);
  }
  if (state_->foreign) {
    return Error(*state_->foreign).in(state_->what);
  }
  if (state_->end && !*state_->end) {
    return Error(state_->end->error()).in(state_->what);
  }
  if (state_->head.status == 0) {
    return make_error(state_->end ? ErrorCode::ConnectionLost : ErrorCode::Timeout,
                      "no answer from " + state_->loop.transport().server() +
                          (state_->end ? " before the connection ended" : " yet"),
                      "is the API server, or the kubelet of that pod, overloaded or away?")
        .in(state_->what);
  }
  return {};
}

MonoTime LogStream::last_heard() const {
  return state_->heard;
}

}  // namespace cfkops::kube
