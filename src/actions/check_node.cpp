#include "drain_pods.hpp"
#include "kinds.hpp"
#include "node_schedule.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <optional>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

std::optional<bool> wanted(const engine::Arguments& arguments, std::string_view name) {
  const runbook::Value* value = arguments.find(name);
  return value == nullptr || value->is_null() ? std::nullopt
                                              : std::optional(arguments.boolean(name));
}

class CheckNode final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& /*context*/,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const auto node = read_node(reader, arguments);
    if (arguments.boolean("gone")) {
      return is_gone(node, text_of(arguments.ref("node"), "name"));
    }
    if (!node) {
      return CheckResult::unknown(node.error());
    }
    const std::string ready = kube::condition(*node, "Ready");
    const bool cordoned = is_cordoned(*node);
    CheckResult result{.verdict = Verdict::Pass,
                       .summary = node->text() + " is " + (ready == "True" ? "" : "not ") +
                                  "Ready and " + (cordoned ? "cordoned" : "takes new pods"),
                       .details = {},
                       .remedy = {},
                       .outputs = {}};
    const bool as_wanted =
        wanted(arguments, "ready").value_or(ready == "True") == (ready == "True") &&
        wanted(arguments, "schedulable").value_or(!cordoned) == !cordoned;
    if (!as_wanted) {
      result.verdict = Verdict::Fail;
      result.remedy = "kubectl describe node " + node->name();
    }
    result.outputs = {{"ready", ready == "True"},
                      {"schedulable", !cordoned},
                      {"boot_id", node->json().string_or("/status/nodeInfo/bootID", "")}};
    return wanted(arguments, "drained").value_or(false)
               ? with_pods(reader, *node, std::move(result))
               : result;
  }

  /// Pods are looked at only where they are to be gone.
  [[nodiscard]] std::optional<std::vector<kube::AccessQuestion>> permissions(
      const engine::Context& /*context*/,
      kube::Reader& /*reader*/,
      const engine::Arguments& arguments) const override {
    if (arguments.boolean("drained")) {
      return std::nullopt;
    }
    const Subject node{kube::resources::nodes(), "", text_of(arguments.ref("node"), "name")};
    return std::vector{node.may("get")};
  }

 private:
  /// Of a node that is to be no more; another one of its name is no better.
  static CheckResult is_gone(const Result<kube::Object>& node, const std::string& name) {
    const bool there = node.has_value();
    if (!there && node.error().code != ErrorCode::NotFound &&
        node.error().code != ErrorCode::Refused) {
      return CheckResult::unknown(node.error());
    }
    CheckResult result{.verdict = Verdict::Fail,
                       .summary = "node " + name + " is still there",
                       .details = {},
                       .remedy = "kubectl get node " + name + " -o yaml; finalizers keep it",
                       .outputs = {{"ready", false}, {"schedulable", false}, {"boot_id", ""}}};
    if (!there && node.error().code == ErrorCode::NotFound) {
      result.verdict = Verdict::Pass;
      result.summary = "node " + name + " is gone";
      result.remedy.clear();
    } else if (!there) {
      result.summary = "node " + name + " is gone, and another one of that name is there";
      result.remedy =
          "its kubelet has registered it again: stop it on the machine, then remove the node again";
    }
    return result;
  }

  static CheckResult with_pods(kube::Reader& reader, const kube::Object& node, CheckResult result) {
    const auto pods = read_drain_pods(reader, node.name(), {.ignore_daemonsets = true});
    if (!pods) {
      return CheckResult::unknown(pods.error());
    }
    result.details = names_of_going(*pods);
    result.summary += ", with " + base::counted(std::ssize(result.details), "pod") + " to evict";
    if (!result.details.empty()) {
      result.verdict = Verdict::Fail;
      result.remedy = "drain it, with node.drain";
    }
    return result;
  }

  static runbook::ActionSpec make_spec() {
    const Type boolean = Type::of(Type::Kind::Bool);
    runbook::ActionSpec spec{.name = "node", .summary = "a node is as wanted"};
    spec.is_check = true;
    spec.arguments = {
        {.name = "node", .type = Type::ref({"Node"}), .required = true, .help = "the node"},
        {.name = "ready", .type = boolean, .help = "its kubelet says that it is Ready, or not"},
        {.name = "schedulable", .type = boolean, .help = "it takes new pods, or is cordoned"},
        {.name = "drained",
         .type = boolean,
         .fallback = runbook::Value(false),
         .help = "it has no pods but those of DaemonSets and mirrors of static ones"},
        {.name = "gone",
         .type = boolean,
         .fallback = runbook::Value(false),
         .help = "it is there no more, and no other one of its name; nothing else is asked then"}};
    spec.outputs = {{"ready", boolean, "it is Ready"},
                    {"schedulable", boolean, "it takes new pods"},
                    {"boot_id", Type::of(Type::Kind::String), "another one after a start"}};
    constexpr auto kEverywhere = runbook::PermissionSpec::In::AllNamespaces;
    spec.permissions = {
        {"get", "nodes"}, {"list", "pods", kEverywhere}, {"get", "daemonsets.apps", kEverywhere}};
    spec.example =
        "- check: node\n"
        "  with: {node: \"${params.node}\", ready: true, drained: true}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_node() {
  static const CheckNode kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
