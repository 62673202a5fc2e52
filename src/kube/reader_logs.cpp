#include "log_request.hpp"
#include "status_body.hpp"

#include "cfkops/kube/api_status.hpp"
#include "cfkops/kube/reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cfkops::kube {

namespace {

/// How much of an error's body is kept.
constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10U;

/// Hands a followed log on, or collects the refusal.
class FollowSink final : public StreamSink {
 public:
  explicit FollowSink(const std::function<bool(std::string_view)>& sink)
      : sink_(sink) {}

  void on_head(const Response& head) override {
    head_ = head;
    if (Result<Response> checked = genuine(head, Body::Any); !checked) {
      outcome_ = std::move(checked).error();
    }
  }

  void on_data(std::string_view bytes) override {
    if (head_.status >= 400) {
      head_.body += bytes.substr(0, kMaxErrorBody - std::min(kMaxErrorBody, head_.body.size()));
    } else if (!over()) {
      stopped_ = !sink_(bytes);
    }
  }

  void on_end(const Status& outcome) override {
    ended_ = true;
    outcome_ = outcome_ ? outcome_ : outcome;
  }

  [[nodiscard]] bool answered() const { return head_.status != 0; }

  [[nodiscard]] bool ended() const { return ended_; }

  [[nodiscard]] bool over() const { return stopped_ || outcome_.has_value(); }

  [[nodiscard]] const Response& head() const { return head_; }

  [[nodiscard]] Status result(const std::string& what) const {
    if (head_.status >= 400) {
      return error_of(head_, what);
    }
    if (outcome_ && !*outcome_ && !stopped_) {
      return Error(outcome_->error()).in(what);
    }
    return {};
  }

 private:
  const std::function<bool(std::string_view)>& sink_;
  Response head_;
  bool stopped_ = false;
  bool ended_ = false;
  std::optional<Status> outcome_;
};

}  // namespace

Result<std::string> Reader::logs(const std::string& ns,
                                 const std::string& pod,
                                 const LogOptions& options) {
  CFKOPS_ASSIGN(
      Response response,
      exchange(log_request(ns, pod, {options, {}}, Follow::No), log_what(ns, pod, options)));
  if (options.limit_bytes) {
    const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(0, *options.limit_bytes));
    response.body.resize(std::min(response.body.size(), limit));
  }
  return std::move(response.body);
}

Status Reader::follow_logs(const std::string& ns,
                           const std::string& pod,
                           const LogOptions& options,
                           const std::function<bool(std::string_view)>& sink,
                           MonoTime deadline) {
  const std::string what = log_what(ns, pod, options);
  Request request = log_request(ns, pod, {options, {}}, Follow::Yes);
  prepare(request, next_audit_id());
  request.timeout = Duration::zero();
  FollowSink follow(sink);
  const ExchangeId id = loop_.transport().stream(std::move(request), follow);
  const Result<bool> waited = loop_.run_until([&follow] { return follow.over(); }, deadline);
  if (!follow.ended()) {
    loop_.transport().cancel(id);
  }
  note_warnings(follow.head());
  if (!waited) {
    return Error(waited.error()).in(what);
  }
  CFKOPS_TRY(follow.result(what));
  if (!follow.answered()) {
    return make_error(
               follow.ended() ? ErrorCode::ConnectionLost : ErrorCode::Timeout,
               "no answer from " + server() +
                   (follow.ended() ? " before the connection ended" : " before the deadline"),
               "is the API server, or the kubelet of that pod, overloaded or away?")
        .in(what);
  }
  return {};
}

}  // namespace cfkops::kube
