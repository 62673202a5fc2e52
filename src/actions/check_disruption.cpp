#include "cluster_view.hpp"
#include "kinds.hpp"
#include "node_pods.hpp"
#include "rollout.hpp"
#include "subject.hpp"
#include "workload.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/disruption.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using placement::BudgetUse;
using placement::Disruption;
using runbook::Type;

/// What would go, and how much of it at once.
struct Going {
  std::vector<Json> pods;
  std::int64_t at_once = 1;
};

bool has_workload(const engine::Arguments& arguments) {
  const runbook::Value* workload = arguments.find("workload");
  return workload != nullptr && !workload->is_null();
}

Result<std::vector<Json>> pods_of(kube::Reader& reader,
                                  const std::string& ns,
                                  const std::string& selector) {
  CFKOPS_ASSIGN(
      const kube::ObjectList pods,
      reader.list(kube::resources::pods(), ns, {.label_selector = selector, .field_selector = {}}));
  return jsons_of(pods);
}

/// All pods of a workload, as many at once as its own rollout takes away: none where each one's
/// successor comes first.
Result<Going> rolled(kube::Reader& reader, const engine::Arguments& arguments) {
  CFKOPS_ASSIGN(const Workload workload, read_workload(reader, arguments));
  const RolloutRoom room = rollout_room(workload.object);
  Going going{.pods = {}, .at_once = std::min(room.away, room.wanted)};
  if (going.at_once > 0) {
    CFKOPS_ASSIGN(going.pods, pods_of(reader, workload.object.ns(), workload.selector()));
  }
  return going;
}

/// What is to be evicted: the pods of a node, those of a selector in a namespace, or those that a
/// rollout of a workload replaces.
Result<Going> going_of(const engine::Context& context,
                       kube::Reader& reader,
                       const engine::Arguments& arguments) {
  const std::string node = optional_text(arguments, "node");
  const std::string selector = optional_text(arguments, "selector");
  const int given =
      (node.empty() ? 0 : 1) + (selector.empty() ? 0 : 1) + (has_workload(arguments) ? 1 : 0);
  if (given != 1) {
    return make_error(ErrorCode::InvalidInput,
                      "disruption needs either a node or a selector, or a workload",
                      "node: NODE, selector: app=web, or workload: ${params.workload}");
  }
  if (has_workload(arguments)) {
    return rolled(reader, arguments);
  }
  Going going{.pods = {}, .at_once = arguments.integer("at_once")};
  if (going.at_once < 0) {
    return make_error(ErrorCode::InvalidInput, "at_once is 0 (all) or more");
  }
  CFKOPS_ASSIGN(going.pods,
                !node.empty() ? pods_to_evict(reader, node)
                              : pods_of(reader, namespace_of(context, arguments), selector));
  return going;
}

CheckResult result_of(const Disruption& found, std::size_t pods, bool now) {
  CheckResult result{
      .verdict = Verdict::Pass, .summary = {}, .details = {}, .remedy = {}, .outputs = {}};
  runbook::ValueList blocking;
  std::vector<std::string> names;
  bool never = !found.refused.empty();
  for (const BudgetUse& use : found.budgets) {
    result.details.push_back(line_of(use));
    if (use.verdict != placement::Verdict::Yes) {
      names.push_back(use.ns + "/" + use.name);
      blocking.emplace_back(names.back());
      never = never || use.never;
    }
  }
  result.details.insert(result.details.end(), found.refused.begin(), found.refused.end());
  result.summary = base::counted(static_cast<long long>(pods), "pod") + " to evict, " +
                   base::counted(static_cast<long long>(found.budgets.size()), "budget") + ", " +
                   std::to_string(blocking.size()) + " in the way" +
                   (names.empty() ? "" : ": " + base::enumerate(names));
  switch (found.verdict) {
    case placement::Verdict::Yes:
      break;
    case placement::Verdict::No:
      if (!never && !now && std::ranges::none_of(found.budgets, [](const BudgetUse& use) {
            return use.verdict == placement::Verdict::Unknown;
          })) {
        result.summary += ", which may let them go later";
        break;
      }
      result.verdict = Verdict::Fail;
      result.remedy =
          never ? kNeverHelps : "wait until enough pods are healthy again, then try once more";
      break;
    case placement::Verdict::Unknown:
      result.verdict = Verdict::Unknown;
      result.remedy = "wait until the budget's status is current; unknown is not taken for allowed";
      break;
  }
  result.outputs = {{"pods", static_cast<std::int64_t>(pods)}, {"blocking", std::move(blocking)}};
  return result;
}

class CheckDisruption final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& context,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const auto going = going_of(context, reader, arguments);
    if (!going) {
      return CheckResult::unknown(going.error());
    }
    const auto budgets = budgets_for(reader, going->pods);
    if (!budgets) {
      return CheckResult::unknown(budgets.error());
    }
    return result_of(
        placement::disruption(going->pods, *budgets, static_cast<std::size_t>(going->at_once)),
        going->pods.size(),
        arguments.boolean("now"));
  }

  /// A selector or a workload is about one namespace, a node about all.
  [[nodiscard]] std::optional<std::vector<kube::AccessQuestion>> permissions(
      const engine::Context& context,
      kube::Reader& /*reader*/,
      const engine::Arguments& arguments) const override {
    if (has_workload(arguments)) {
      const Subject workload = subject_of_workload(arguments);
      return std::vector{
          workload.may("get"),
          Subject{kube::resources::pods(), workload.ns, ""}.may("list"),
          Subject{kube::resources::pod_disruption_budgets(), workload.ns, ""}.may("list")};
    }
    if (optional_text(arguments, "selector").empty()) {
      return std::nullopt;
    }
    const std::string ns = namespace_of(context, arguments);
    return std::vector{Subject{kube::resources::pods(), ns, ""}.may("list"),
                       Subject{kube::resources::pod_disruption_budgets(), ns, ""}.may("list")};
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    const Type number = Type::of(Type::Kind::Int);
    runbook::ActionSpec spec{.name = "disruption",
                             .summary = "all PodDisruptionBudgets together let these pods go"};
    spec.is_check = true;
    spec.arguments = {
        {.name = "node", .type = text, .help = "the pods that draining this node would evict"},
        {.name = "selector", .type = text, .help = "or the pods with these labels, as kubectl -l"},
        {.name = "namespace", .type = text, .help = "of the selector; the run's when left out"},
        {.name = "workload",
         .type = Type::ref({"Deployment", "StatefulSet", "DaemonSet"}),
         .help = "or the pods of this one, as many away together as its own rollout takes"},
        {.name = "at_once",
         .type = number,
         .fallback = runbook::Value(std::int64_t{1}),
         .help = "how many are away together, each batch back before the next; 0: all"},
        {.name = "now",
         .type = Type::of(Type::Kind::Bool),
         .fallback = runbook::Value(true),
         .help = "they must let them go now; false is content with those that may do so later, and "
                 "fails for one that can never"}};
    spec.outputs = {{"pods", number, "that would be evicted"},
                    {"blocking", Type::list_of(text), "budgets in the way, as namespace/name"}};
    constexpr auto kEverywhere = runbook::PermissionSpec::In::AllNamespaces;
    spec.permissions = {{"list", "pods", kEverywhere},
                        {"list", "poddisruptionbudgets.policy", kEverywhere},
                        {"get", "nodes"}};
    spec.example =
        "- check: disruption\n"
        "  with: {node: worker-1, at_once: 1}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_disruption() {
  static const CheckDisruption kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
