#include "kinds.hpp"
#include "subject.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

constexpr Duration kLookAgain = std::chrono::seconds(1);

CheckResult unknown(const Error& error) {
  return {.verdict = Verdict::Unknown,
          .summary = error.text(),
          .details = {},
          .remedy = error.hint,
          .outputs = {}};
}

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

/// The pods without a node, with what the scheduler says.
Result<std::vector<std::string>> waiting_pods(kube::Reader& reader,
                                              const std::string& ns,
                                              std::optional<WallTime> since) {
  CFKOPS_ASSIGN(
      const kube::ObjectList pods,
      reader.list(
          kube::resources::pods(), ns, {.label_selector = {}, .field_selector = "spec.nodeName="}));
  std::vector<std::string> waiting;
  for (const kube::Object& pod : pods.items) {
    const std::string phase = pod.json().string_or("/status/phase", "");
    if (phase != "Succeeded" && phase != "Failed" && !pod.deleting() && is_new(pod, since)) {
      waiting.push_back(pod.text() + ": " + kube::pod_trouble(pod));
    }
  }
  return waiting;
}

CheckResult result_of(std::vector<std::string> waiting) {
  CheckResult result{
      .verdict = waiting.empty() ? Verdict::Pass : Verdict::Fail,
      .summary = base::counted(static_cast<long long>(waiting.size()), "pod") + " without a node",
      .details = std::move(waiting),
      .remedy = {},
      .outputs = {}};
  result.outputs = {{"waiting", static_cast<std::int64_t>(result.details.size())}};
  if (!result.details.empty()) {
    result.remedy = "see what the scheduler says above: room, taints, affinity or volumes";
  }
  return result;
}

class CheckPodsScheduled final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& context,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const std::string ns = optional_text(arguments, "namespace");
    const MonoTime began = reader.loop().clock().now();
    const MonoTime until = began + arguments.duration("within");
    for (;;) {
      auto waiting = waiting_pods(reader, ns, since_of(arguments));
      if (!waiting) {
        return unknown(waiting.error());
      }
      const MonoTime now = reader.loop().clock().now();
      if (waiting->empty() || now >= until) {
        return result_of(*std::move(waiting));
      }
      context.waiting({.what = "pods to get a node",
                       .why = waiting->front(),
                       .details = *waiting,
                       .estimate = {},
                       .elapsed = now - began});
      if (const Status paused = reader.loop().pause(std::min(kLookAgain, until - now)); !paused) {
        return unknown(paused.error());
      }
    }
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec{.name = "pods.scheduled", .summary = "no pod waits for a node"};
    spec.is_check = true;
    spec.arguments = {{.name = "namespace",
                       .type = Type::of(Type::Kind::String),
                       .help = "of the pods; all when left out"},
                      {.name = "since",
                       .type = Type::of(Type::Kind::Timestamp),
                       .help = "only pods that were made since then"},
                      {.name = "within",
                       .type = Type::of(Type::Kind::Duration),
                       .fallback = runbook::Value(Duration(std::chrono::minutes(2))),
                       .help = "how long those that wait are waited for"}};
    spec.outputs = {{"waiting", Type::of(Type::Kind::Int), "pods without a node"}};
    spec.permissions = {{"list", "pods"}};
    spec.example =
        "- check: pods.scheduled\n"
        "  with: {since: \"${run.started}\"}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_pods_scheduled() {
  static const CheckPodsScheduled kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
