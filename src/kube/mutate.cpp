// How a mutation leaves, and what is known of it afterwards.
//
// 1. The recorder is told of the intent. Where it cannot keep it, nothing is sent.
// 2. The request goes out; it is repeated only where that is harmless, an eviction only after a
//    look, and none after the moment that the caller sets.
// 3. Where any attempt may have taken effect without our knowing, the object is looked at. A
//    repeat that finds the work done (404, or 409 for another uid) is a success; what cannot be
//    told is reported as unknown.
// 4. The recorder is told of the effect. Where it fails, no further mutation leaves this client.
#include "call.hpp"
#include "status_body.hpp"

#include "cfkops/kube/api_status.hpp"

#include <utility>

namespace cfkops::kube {

namespace {

/// How often a mutation that looks first is sent again.
constexpr int kMaxLooks = 2;

constexpr const char* kLookFirst =
    "it may have taken effect: look at the object before doing it again";

/// The uid and resourceVersion that an answer tells: of the object, or of the Status after a
/// delete. An eviction's tells none, and what a look finds may be the replacement of what the
/// precondition names.
void read_identity(const Response& response, const Mutation& mutation, MutationEffect& effect) {
  effect.uid = mutation.uid;
  const Result<Json> body = Json::parse(response.body);
  if (!body) {
    return;
  }
  const std::string uid = body->string_or("/metadata/uid", body->string_or("/details/uid", ""));
  if (mutation.uid.empty() || uid == mutation.uid) {
    effect.uid = uid;
    effect.resource_version = body->string_or("/metadata/resourceVersion", "");
  }
}

/// An error that says by its code that the outcome is not known.
Error unknown_error(Error error) {
  if (!error.outcome_unknown()) {
    error.message = "an attempt before may have taken effect; the last one: " + error.message;
    error.code = ErrorCode::ConnectionLost;
  }
  error.hint = kLookFirst;
  return error;
}

}  // namespace

Status Client::intend(Mutation& mutation) {
  if (recorder_failed_) {
    return make_error(ErrorCode::Refused,
                      "a change before could not be recorded, so nothing more is changed",
                      "make room where the journal is written, then resume the run");
  }
  mutation.audit_id = next_audit_id();
  return recorder_.intend(mutation);
}

Status Client::record(const Mutation& mutation, const MutationEffect& effect) {
  Status recorded = recorder_.record(mutation, effect);
  recorder_failed_ = recorder_failed_ || !recorded;
  return recorded;
}

Client::Verdict Client::judge(const Call& call, Result<Response> outcome, const Trace& trace) {
  MutationEffect effect{.http_status = outcome ? outcome->status : outcome.error().http_status,
                        .audit_ids = trace.audit_ids};
  if (outcome && outcome->status < 400) {
    read_identity(*outcome, call.mutation, effect);
    return {std::move(outcome), std::move(effect)};
  }
  Error error = outcome ? error_of(*outcome, call.what) : Error(outcome.error()).in(call.what);
  effect.unknown = trace.unknown || trace.doubtful;
  if (effect.unknown && call.hindsight && error.code != ErrorCode::Cancelled) {
    const Mutation& mutation = call.mutation;
    const Result<Object> now = get(mutation.resource, mutation.ns, mutation.name);
    const Achieved achieved = call.hindsight(now);
    if (achieved == Achieved::Yes) {
      effect.unknown = false;
      const Response answer{200, {}, now ? now->json().dump() : std::string("{}")};
      read_identity(answer, mutation, effect);
      return {answer, std::move(effect)};
    }
    effect.unknown = trace.unknown || achieved == Achieved::CannotTell;
  }
  if (effect.unknown) {
    error = unknown_error(std::move(error));
  }
  effect.error = error.text();
  return {std::move(error), std::move(effect)};
}

Result<Response> Client::send(const Call& call, Trace& trace) {
  Result<Response> outcome = attempt(call.request, call.repeatable, call.what, trace);
  for (int repeat = 1; call.looks_first && trace.unknown && repeat <= kMaxLooks; ++repeat) {
    if (!loop().pause(options().retry.connection_wait)) {
      break;
    }
    const Mutation& mutation = call.mutation;
    if (call.hindsight(get(mutation.resource, mutation.ns, mutation.name)) != Achieved::No ||
        loop().clock().now() > call.not_after) {
      break;
    }
    if (options().listener != nullptr) {
      options().listener->on_retry(call.what + ": nothing has happened to it, again now (" +
                                       std::to_string(repeat) + " of " + std::to_string(kMaxLooks) +
                                       ")",
                                   Duration::zero());
    }
    trace.doubtful = true;
    trace.audit_ids.push_back(next_audit_id());
    outcome = attempt(call.request, call.repeatable, call.what, trace);
  }
  return outcome;
}

Result<Response> Client::mutate(const Call& call) {
  Mutation mutation = call.mutation;
  Status intended = intend(mutation);
  if (!intended) {
    return std::move(intended).error().in(call.what);
  }
  Trace trace{.audit_ids = {mutation.audit_id}, .not_after = call.not_after};
  Result<Response> outcome = send(call, trace);
  Verdict verdict = judge(call, std::move(outcome), trace);
  Status recorded = record(mutation, verdict.effect);
  if (!recorded) {
    return std::move(recorded).error().in("record that we did: " + call.what);
  }
  return std::move(verdict.result);
}

}  // namespace cfkops::kube
