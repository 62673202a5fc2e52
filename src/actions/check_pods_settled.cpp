#include "kinds.hpp"
#include "subject.hpp"
#include "went_pods.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

constexpr auto kEverywhere = runbook::PermissionSpec::In::AllNamespaces;
constexpr Duration kLookAgain = std::chrono::seconds(1);

/// Made at that moment or later; the API tells whole seconds.
bool is_new(const kube::Object& pod, std::optional<WallTime> since) {
  const auto made = base::parse_rfc3339(pod.json().string_or("/metadata/creationTimestamp", ""));
  return !since || !made || *made >= std::chrono::floor<std::chrono::seconds>(*since);
}

std::optional<WallTime> since_of(const engine::Arguments& arguments) {
  const runbook::Value* value = arguments.find("since");
  const WallTime* time = value == nullptr ? nullptr : value->as<WallTime>();
  return time == nullptr ? std::nullopt : std::optional(*time);
}

/// Which pods are asked about, and what for.
struct Question {
  std::vector<std::string> namespaces;  ///< "" alone: all
  std::optional<WallTime> since;
  bool ready = true;
  std::vector<WentPod> went;
  std::string not_on;
};

Result<Question> question_of(const engine::Arguments& arguments) {
  Question question{.namespaces = {""},
                    .since = since_of(arguments),
                    .ready = arguments.boolean("ready"),
                    .went = {},
                    .not_on = optional_text(arguments, "not_on")};
  const runbook::Value* went = arguments.find("went");
  if (went != nullptr && !went->is_null()) {
    CFKOPS_ASSIGN(question.went, went_pods_of(*went));
    question.namespaces.clear();
  }
  const runbook::Value* given = arguments.find("namespaces");
  if (given != nullptr && !given->is_null()) {
    question.namespaces = arguments.strings("namespaces");
  }
  return question;
}

bool is_settled(const kube::Object& pod, bool ready) {
  const std::string phase = pod.json().string_or("/status/phase", "");
  return phase == "Succeeded" || pod.deleting() || kube::pod_ready(pod) ||
         (!ready && !pod.json().string_or("/spec/nodeName", "").empty());
}

/// Those that are not so, each with why.
Result<std::vector<std::string>> unsettled(kube::Reader& reader, const Question& question) {
  CFKOPS_ASSIGN(std::vector<std::string> found, not_back(reader, question.went, question.not_on));
  for (const std::string& ns : question.namespaces) {
    CFKOPS_ASSIGN(const kube::ObjectList pods, reader.list(kube::resources::pods(), ns));
    for (const kube::Object& pod : pods.items) {
      if (is_new(pod, question.since) && !is_settled(pod, question.ready)) {
        found.push_back(pod.text() + ": " + kube::pod_trouble(pod));
      }
    }
  }
  return found;
}

std::string number_of(std::size_t waiting, const Question& question) {
  if (!question.went.empty()) {
    return std::to_string(waiting) + " not Ready again of what has gone";
  }
  return base::counted(static_cast<long long>(waiting), "pod") +
         (question.ready ? " not Ready" : " without a node");
}

CheckResult result_of(std::vector<std::string> waiting, const Question& question) {
  const std::size_t count = waiting.size();
  CheckResult result{.verdict = count == 0 ? Verdict::Pass : Verdict::Fail,
                     .summary = number_of(count, question),
                     .details = std::move(waiting),
                     .remedy = {},
                     .outputs = {}};
  result.outputs = {{"waiting", static_cast<std::int64_t>(count)}};
  if (count > 0) {
    result.remedy = "see why above; kubectl describe pod tells more";
  }
  return result;
}

class CheckPodsSettled final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& context,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const Result<Question> read = question_of(arguments);
    if (!read) {
      return CheckResult::unknown(read.error());
    }
    const Question& question = *read;
    const MonoTime began = reader.loop().clock().now();
    const MonoTime until = began + arguments.duration("within");
    for (;;) {
      auto waiting = unsettled(reader, question);
      if (!waiting) {
        return CheckResult::unknown(waiting.error());
      }
      const MonoTime now = reader.loop().clock().now();
      if (waiting->empty() || now >= until) {
        return result_of(*std::move(waiting), question);
      }
      context.waiting({.what = question.ready ? "pods to be Ready" : "pods to get a node",
                       .why = waiting->front(),
                       .details = *waiting,
                       .estimate = {},
                       .elapsed = now - began});
      if (const Status paused = reader.loop().pause(std::min(kLookAgain, until - now)); !paused) {
        return CheckResult::unknown(paused.error());
      }
    }
  }

  /// Who made the pods is asked only of those that went.
  [[nodiscard]] std::optional<std::vector<kube::AccessQuestion>> permissions(
      const engine::Context& /*context*/,
      kube::Reader& /*reader*/,
      const engine::Arguments& arguments) const override {
    const auto question = question_of(arguments);
    if (!question || !question->went.empty()) {
      return std::nullopt;
    }
    std::vector<kube::AccessQuestion> questions;
    questions.reserve(question->namespaces.size());
    for (const std::string& ns : question->namespaces) {
      questions.push_back(Subject{kube::resources::pods(), ns, ""}.may("list"));
    }
    return questions;
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec{.name = "pods.settled", .summary = "pods have a node, and are Ready"};
    spec.is_check = true;
    spec.arguments = {{.name = "namespaces",
                       .type = Type::list_of(Type::of(Type::Kind::String)),
                       .help = "of the pods; all when left out"},
                      {.name = "went",
                       .type = Type::list_of(Type::of(Type::Kind::Any)),
                       .help = "pods that were sent away, as node.drain tells them: who made them "
                               "must have as many Ready again as it wants; other pods are asked "
                               "about only where namespaces are given too"},
                      {.name = "not_on",
                       .type = Type::of(Type::Kind::String),
                       .help = "a node: what is there does not count as back"},
                      {.name = "ready",
                       .type = Type::of(Type::Kind::Bool),
                       .fallback = runbook::Value(true),
                       .help = "they must be Ready too, not only have a node"},
                      {.name = "since",
                       .type = Type::of(Type::Kind::Timestamp),
                       .help = "only pods that were made since then"},
                      {.name = "within",
                       .type = Type::of(Type::Kind::Duration),
                       .fallback = runbook::Value(Duration(std::chrono::minutes(2))),
                       .help = "how long those that are not so yet are waited for"}};
    spec.outputs = {{"waiting", Type::of(Type::Kind::Int), "pods that are not so"}};
    spec.permissions = {{"list", "pods", kEverywhere},
                        {"get", "replicasets.apps", kEverywhere},
                        {"get", "statefulsets.apps", kEverywhere},
                        {"get", "jobs.batch", kEverywhere},
                        {"get", "replicationcontrollers", kEverywhere}};
    spec.example =
        "- check: pods.settled\n"
        "  with: {since: \"${run.started}\"}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_pods_settled() {
  static const CheckPodsSettled kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
