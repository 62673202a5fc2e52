#include "recorder.hpp"

#include "brokers.hpp"

#include "cfkops/base/json.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::rehearse {
namespace {

constexpr int kFirstError = 400;

/// The uid that an eviction or a delete insists on.
std::string uid_of(const std::string& body) {
  const auto json = Json::parse(body);
  if (!json) {
    return {};
  }
  const std::string uid = json->string_or("/preconditions/uid", "");
  return uid.empty() ? json->string_or("/deleteOptions/preconditions/uid", "") : uid;
}

Removal::Outcome outcome_of(const Result<kube::Response>& answer) {
  if (!answer) {
    return answer.error().code == ErrorCode::Unreachable ? Removal::Outcome::Refused
                                                         : Removal::Outcome::Unknown;
  }
  return answer->status < kFirstError ? Removal::Outcome::Accepted : Removal::Outcome::Refused;
}

}  // namespace

Recorder::Recorder(const sandbox::Cluster& cluster, const Witness& witness, Trace* trace)
    : cluster_(cluster),
      witness_(witness),
      trace_(trace),
      started_(cluster.clock().now()) {
  evidence_.before = standing();
}

Standing Recorder::standing() const {
  return {.kafka = cluster_.kafka_reports(), .unready = cluster_.unready_pods()};
}

void Recorder::look_for_faults() {
  if (!fault_seen_ && !cluster_.happened().empty()) {
    fault_seen_ = true;
    step_of_fault_ = witness_.step();
  }
}

void Recorder::sent(const kube::Request& request, std::uint64_t number) {
  look_for_faults();
  if (trace_ != nullptr) {
    note_made_pods(number - 1);
    trace_->requests.push_back({.method = request.method,
                                .target = read_target(request.target),
                                .mutation = is_mutation(request),
                                .step = witness_.step(),
                                .path = request.target});
  }
  if (removes_pod(request)) {
    note_removal(request, number);
  }
}

void Recorder::note_made_pods(std::uint64_t requests) {
  const std::vector<std::string>& made = cluster_.made_pods();
  for (std::size_t i = trace_->made.size(); i < made.size(); ++i) {
    trace_->made.push_back({.pod = made[i], .requests = requests});
  }
}

void Recorder::note_removal(const kube::Request& request, std::uint64_t number) {
  const RequestTarget target = read_target(request.target);
  Removal removal{.ns = target.ns,
                  .pod = target.name,
                  .uid = uid_of(request.body),
                  .evicted = request.method == "POST",
                  .step = witness_.step(),
                  .attempt = witness_.attempt(),
                  .at = since_start(),
                  .request = number,
                  .kafka = {},
                  .others_down = {}};
  const Standing now = standing();
  if (const sandbox::KafkaReport* kafka = kafka_of(now.kafka, target.ns, target.name)) {
    removal.kafka = full_name(*kafka);
    removal.others_down = down_beside(now, *kafka, target.name);
    removal.under_replicated = kafka->under_replicated;
  }
  evidence_.removals.push_back(std::move(removal));
}

void Recorder::answered(std::uint64_t number, const Result<kube::Response>& outcome) {
  look_for_faults();
  if (outcome && outcome->status < kFirstError) {
    ++evidence_.changes;
  }
  for (Removal& removal : evidence_.removals) {
    if (removal.request == number) {
      removal.outcome = outcome_of(outcome);
    }
  }
}

void Recorder::wrote() {
  look_for_faults();
  if (trace_ != nullptr) {
    trace_->writes.push_back(witness_.step());
  }
}

Evidence Recorder::take() && {
  look_for_faults();
  evidence_.ended = since_start();
  if (trace_ != nullptr) {
    note_made_pods(trace_->requests.size());
    trace_->marks = marks_of(evidence_.removals);
  }
  evidence_.validations = witness_.validations();
  evidence_.validated = witness_.validated();
  return std::move(evidence_);
}

}  // namespace cfkops::rehearse
