#include "cfkops/kube/reader.hpp"

#include "http_date.hpp"
#include "list_items.hpp"
#include "read_guard.hpp"
#include "status_body.hpp"
#include "warning_header.hpp"
#include "write_request.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/kube/api_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace cfkops::kube {

namespace {

/// The API server cuts an Audit-ID at 64 characters; ours stays below.
constexpr std::size_t kMaxAuditId = 63;

/// How much longer than the request's own time-out we wait for the transport to say so.
constexpr Duration kGrace = std::chrono::seconds(1);

constexpr const char* kAskLonger =
    "is the API server overloaded? A longer --request-timeout gives it more time";

/// What a pod behind the proxy may not know how to answer in JSON.
Header accept_any() {
  return {"Accept", "application/json, */*"};
}

std::string fit_audit_id(const std::string& scope, std::uint64_t sequence) {
  const std::string tail = fmt::format("/{}", sequence);
  if (scope.size() + tail.size() <= kMaxAuditId) {
    return scope + tail;
  }
  const std::string mark = "~" + base::sha256_hex(scope).substr(0, 8);
  return scope.substr(0, kMaxAuditId - tail.size() - mark.size()) + mark + tail;
}

std::string outcome_text(const Result<Response>& outcome) {
  if (!outcome) {
    return outcome.error().message;
  }
  const Error error = error_of(*outcome, "");
  return fmt::format("{} {}", outcome->status, error.reason.empty() ? error.message : error.reason);
}

std::string proxy_target(const std::string& ns,
                         const std::string& pod,
                         int port,
                         std::string_view path) {
  const std::string_view inside = path.starts_with('/') ? path.substr(1) : path;
  return fmt::format("{}:{}/proxy/{}", resources::pods().path(ns, pod), port, inside);
}

}  // namespace

ReadRequest ReadRequest::object(const Resource& resource,
                                const std::string& ns,
                                const std::string& name) {
  return {resource.path(ns, name), describe("get", resource, ns, name), resource};
}

ReadRequest ReadRequest::pod_proxy(const std::string& ns,
                                   const std::string& pod,
                                   int port,
                                   const std::string& path) {
  return {
      proxy_target(ns, pod, port, path), fmt::format("ask pod {}/{}, port {}", ns, pod, port), {}};
}

/// Decides on repeats: by the policy, and by the clock while the server cannot be reached.
class Reader::Backoff {
 public:
  Backoff(const RetryPolicy& policy, const Clock& clock)
      : policy_(policy),
        clock_(clock) {}

  std::optional<Duration> next(const Result<Response>& outcome, Repeatable repeatable) {
    if (outcome || outcome.error().code != ErrorCode::Unreachable) {
      away_since_.reset();
      return policy_.next(outcome, repeatable, ++repeats_);
    }
    if (!away_since_) {
      away_since_ = clock_.now();
    }
    const std::optional<Duration> wait = policy_.next(outcome, repeatable, 1);
    const bool worth_it = wait && away() + *wait <= policy_.unreachable_budget;
    return worth_it ? wait : std::nullopt;
  }

  /// "(2 of 10)", "(for 12s of 5m)"
  [[nodiscard]] std::string progress() const {
    return away_since_ ? fmt::format("(for {} of {})",
                                     base::human_duration(away()),
                                     base::human_duration(policy_.unreachable_budget))
                       : fmt::format("({} of {})", repeats_, policy_.max_retries);
  }

 private:
  [[nodiscard]] Duration away() const { return clock_.now() - *away_since_; }

  const RetryPolicy& policy_;
  const Clock& clock_;
  int repeats_ = 0;
  std::optional<MonoTime> away_since_;
};

Reader::Reader(Loop& loop, ReaderOptions options)
    : loop_(loop),
      options_(options),
      known_items_(std::make_shared<KnownItems>()) {}

std::string Reader::next_audit_id() {
  return fit_audit_id(audit_scope_, ++sequence_);
}

void Reader::prepare(Request& request, std::string audit_id) const {
  const bool accepts = std::any_of(request.headers.begin(),
                                   request.headers.end(),
                                   [](const Header& header) { return header.name == "Accept"; });
  if (!accepts) {
    request.headers.push_back({"Accept", "application/json"});
  }
  request.headers.push_back({"Audit-ID", std::move(audit_id)});
  if (request.timeout == Duration::zero()) {
    request.timeout = options_.request_timeout;
  }
}

Result<Response> Reader::send_once(Request request) {
  // A write on its way is worth waiting for when a person asks us to stop: its outcome must be
  // known.
  std::optional<Loop::SafeStretch> stretch;
  if (request.method != "GET") {
    stretch.emplace(loop_);
  }
  const Body body = request.method == "GET" ? Body::Any : Body::Object;
  const Duration timeout = request.timeout;
  std::optional<Result<Response>> outcome;
  const ExchangeId id =
      loop_.transport().submit(std::move(request), [&outcome, body](Result<Response> result) {
        outcome.emplace(result ? genuine(*std::move(result), body) : std::move(result));
      });
  const Result<bool> done =
      loop_.run_until([&outcome] { return outcome.has_value(); }, loop_.deadline(timeout, kGrace));
  if (outcome) {
    return *std::move(outcome);
  }
  loop_.transport().cancel(id);
  if (!done) {
    return done.error();
  }
  return make_error(ErrorCode::Timeout,
                    fmt::format("no answer in {}", base::human_duration(timeout)),
                    kAskLonger);
}

Result<Response> Reader::attempt(const Request& request,
                                 Repeatable repeatable,
                                 const std::string& what,
                                 Trace& trace) {
  Backoff backoff(options_.retry, loop_.clock());
  if (trace.audit_ids.empty()) {
    trace.audit_ids.push_back(next_audit_id());
  }
  if (loop_.clock().now() > trace.not_after) {
    return make_error(ErrorCode::Conflict,
                      "not sent: what it was decided on is too old by now",
                      "look again, then decide");
  }
  for (;;) {
    Request numbered = request;
    prepare(numbered, trace.audit_ids.back());
    Result<Response> outcome = send_once(std::move(numbered));
    if (outcome) {
      note_warnings(*outcome);
      note_time(request.target, *outcome);
    }
    trace.unknown = fate_of(outcome) == Fate::Unknown;
    const std::optional<Duration> wait = backoff.next(outcome, repeatable);
    if (!wait || loop_.clock().now() + *wait > trace.not_after) {
      return outcome;
    }
    if (options_.listener != nullptr) {
      options_.listener->on_retry(fmt::format("{}: {}, again in {} {}",
                                              what,
                                              outcome_text(outcome),
                                              base::human_duration(*wait),
                                              backoff.progress()),
                                  *wait);
    }
    trace.doubtful = trace.doubtful || std::exchange(trace.unknown, false);
    const Status paused = loop_.pause(*wait);
    if (!paused) {
      return paused.error();
    }
    trace.audit_ids.push_back(next_audit_id());
  }
}

Result<Response> Reader::exchange(const Request& request,
                                  const std::string& what,
                                  MonoTime not_after) {
  Trace trace{.not_after = not_after};
  Result<Response> outcome = attempt(request, Repeatable::Yes, what, trace);
  if (!outcome) {
    return std::move(outcome).error().in(what);
  }
  if (outcome->status >= 400) {
    return error_of(*outcome, what);
  }
  return outcome;
}

void Reader::note_time(const std::string& target, const Response& response) {
  if (target.find("/proxy/") != std::string::npos) {
    return;
  }
  if (const auto time = parse_http_date(response.header("Date"))) {
    server_time_ = std::max(server_time_.value_or(*time), *time);
  }
}

void Reader::note_warnings(const Response& response) {
  for (const Header& header : response.headers) {
    if (base::lower(header.name) != "warning") {
      continue;
    }
    for (const std::string& text : warning_texts(header.value)) {
      if (warnings_seen_.insert(text).second && options_.listener != nullptr) {
        options_.listener->on_warning(text);
      }
    }
  }
}

Result<Object> Reader::get(const Resource& resource,
                           const std::string& ns,
                           const std::string& name) {
  const std::string what = describe("get", resource, ns, name);
  if (name.empty()) {
    return make_error(ErrorCode::Internal, "a name is needed to get one object").in(what);
  }
  CFKOPS_ASSIGN(const Response response, exchange({.target = resource.path(ns, name)}, what));
  Result<Object> object = object_of(response, what);
  if (object) {
    tell_read(resource, std::span(&*object, 1));
  }
  return object;
}

void Reader::tell_read(const Resource& resource, std::span<const Object> objects) const {
  if (read_listener_ != nullptr) {
    for (const Object& object : objects) {
      read_listener_->on_object(resource, object);
    }
  }
}

Result<Object> Reader::dry_run_patch(const Resource& resource,
                                     const std::string& ns,
                                     const std::string& name,
                                     PatchType type,
                                     const Json& patch,
                                     const std::string& subresource) {
  const std::string what = describe("try the patch of", resource, ns, name);
  Request request =
      json_request("PATCH", resource.path(ns, name, subresource) + write_query(DryRun::Yes), patch);
  request.headers = {{"Content-Type", std::string(content_type(type))}};
  CFKOPS_ASSIGN(const Response response, exchange(request, what));
  return object_of(response, what);
}

Result<Object> Reader::dry_run_create(const Resource& resource,
                                      const std::string& ns,
                                      const Json& object) {
  const std::string what =
      describe("try to create", resource, ns, object.string_or("/metadata/name", ""));
  const std::string target = resource.path(ns) + write_query(DryRun::Yes);
  CFKOPS_ASSIGN(const Response response, exchange(json_request("POST", target, object), what));
  return object_of(response, what);
}

Result<Object> Reader::dry_run_update(const Resource& resource,
                                      const std::string& ns,
                                      const Json& object) {
  CFKOPS_ASSIGN(const std::string name, object.string_at("/metadata/name"));
  const std::string what = describe("try to update", resource, ns, name);
  const std::string target = resource.path(ns, name) + write_query(DryRun::Yes);
  CFKOPS_ASSIGN(const Response response, exchange(json_request("PUT", target, object), what));
  return object_of(response, what);
}

Status Reader::dry_run_evict(const std::string& ns,
                             const std::string& pod,
                             const std::string& uid) {
  const std::string target = resources::pods().path(ns, pod, "eviction") + write_query(DryRun::Yes);
  const Json body = eviction_body(ns, pod, {.uid = uid, .resource_version = {}}, DryRun::Yes);
  CFKOPS_TRY(exchange(json_request("POST", target, body),
                      describe("try the eviction of", resources::pods(), ns, pod)));
  return {};
}

Result<std::string> Reader::pod_proxy(const std::string& ns,
                                      const std::string& pod,
                                      int port,
                                      const std::string& path) {
  const ReadRequest request = ReadRequest::pod_proxy(ns, pod, port, path);
  if (Status allowed = only_reads(request.target); !allowed) {
    return std::move(allowed).error().in(request.what);
  }
  CFKOPS_ASSIGN(Response response,
                exchange({.target = request.target, .headers = {accept_any()}}, request.what));
  return std::move(response.body);
}

std::vector<Result<std::string>> Reader::batch(std::span<const ReadRequest> requests,
                                               Duration timeout) {
  struct Flight {
    ExchangeId id = 0;
    std::optional<Result<Response>> outcome;
  };

  std::vector<Flight> flights(requests.size());
  std::size_t open = requests.size();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (Status allowed = only_reads(requests[i].target); !allowed) {
      flights[i].outcome.emplace(std::move(allowed).error());
      --open;
      continue;
    }
    Request request{.target = requests[i].target,
                    .headers = {requests[i].accept.empty() ? accept_any()
                                                           : Header{"Accept", requests[i].accept}},
                    .timeout = timeout};
    prepare(request, next_audit_id());
    flights[i].id = loop_.transport().submit(
        std::move(request), [&flight = flights[i], &open](Result<Response> result) {
          flight.outcome.emplace(result ? genuine(*std::move(result), Body::Any)
                                        : std::move(result));
          --open;
        });
  }
  const Result<bool> done =
      loop_.run_until([&open] { return open == 0; }, loop_.clock().now() + timeout);
  const Error late = done ? make_error(ErrorCode::Timeout,
                                       "no answer in " + base::human_duration(timeout),
                                       "is the API server, or what it asks, overloaded or away?")
                          : done.error();
  std::vector<Result<std::string>> results;
  results.reserve(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::optional<Result<Response>>& outcome = flights[i].outcome;
    if (outcome && *outcome) {
      note_warnings(**outcome);
      note_time(requests[i].target, **outcome);
    }
    if (!outcome) {
      loop_.transport().cancel(flights[i].id);
      results.emplace_back(Error(late).in(requests[i].what));
    } else if (!*outcome) {
      results.emplace_back(std::move(*outcome).error().in(requests[i].what));
    } else if ((*outcome)->status >= 400) {
      results.emplace_back(error_of(**outcome, requests[i].what));
    } else {
      if (read_listener_ != nullptr && requests[i].resource) {
        if (const auto object = Object::parse((*outcome)->body)) {
          tell_read(*requests[i].resource, std::span(&*object, 1));
        }
      }
      results.emplace_back(std::move((*outcome)->body));
    }
  }
  return results;
}

}  // namespace cfkops::kube
