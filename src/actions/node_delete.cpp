// Takes a node out of the cluster: its Node object is deleted, only while it is cordoned and has no
// pods left but those that a drain leaves. The uid is a precondition, and so is the version of the
// node that was looked at: where somebody has let pods in meanwhile, it is looked at again.
#include "drain_pods.hpp"
#include "irreversible.hpp"
#include "kinds.hpp"
#include "node_schedule.hpp"
#include "sent_before.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using runbook::Type;

constexpr int kMostTries = 5;  // kubelets and controllers write to nodes all the time

/// What would go with the node; empty where only what a drain leaves is there.
Result<std::vector<std::string>> pods_left(kube::Reader& reader, const std::string& node) {
  CFKOPS_ASSIGN(const std::vector<DrainPod> pods,
                read_drain_pods(reader, node, {.ignore_daemonsets = true}));
  return names_of_going(pods);
}

Error not_empty(const kube::Object& node, const std::vector<std::string>& pods) {
  return make_error(
      ErrorCode::Refused,
      fmt::format("{} still has {}: {}",
                  node.text(),
                  base::counted(std::ssize(pods), "pod"),
                  base::enumerate(pods)),
      "drain it in a step before, with node.drain; the pods of a node that is gone are killed");
}

Outcome done(const std::string& name, const std::string& uid, bool changed) {
  return Outcome::done({{"changed", changed}, {"name", name}, {"uid", uid}});
}

/// It is on its way out: its finalizers may take a while.
Outcome wait_for_end(const engine::Context& context,
                     kube::Client& client,
                     const kube::Object& node,
                     bool ours) {
  Outcome outcome = wait_gone(context, client, kube::resources::nodes(), node);
  if (outcome.kind == Outcome::Kind::Done) {
    context.progress(node.text() + " is gone (uid " + node.uid() + ")");
    return done(node.name(), node.uid(), ours);
  }
  return outcome;
}

class NodeDelete final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const kube::Object node, read_node(reader, arguments));
    CFKOPS_ASSIGN(const std::vector<std::string> pods, pods_left(reader, node.name()));
    const Subject subject{kube::resources::nodes(), "", node.name()};
    engine::StepPlan plan;
    plan.permissions = {subject.may("get"),
                        subject.may("delete"),
                        Subject{kube::resources::pods(), "", ""}.may("list"),
                        Subject{kube::resources::daemon_sets(), "", ""}.may("get")};
    engine::PlannedChange change{.verb = "delete",
                                 .object = node.text(),
                                 .uid = node.uid(),
                                 .diff = {},
                                 .verdict = "not asked: that cannot be tried without doing it"};
    if (context.comes_first && (!is_cordoned(node) || !pods.empty())) {
      const Error why = is_cordoned(node) ? not_empty(node, pods) : not_cordoned(node);
      change.refused = true;
      change.verdict = "refused: " + why.message + "; " + why.hint;
    } else if (!pods.empty()) {
      plan.notes.push_back(
          fmt::format("{} has {} now: unless a step before this one moves them, "
                      "it is refused",
                      node.text(),
                      base::counted(std::ssize(pods), "pod")));
    }
    plan.changes = {std::move(change)};
    plan.disruption = {"pods of DaemonSets on " + node.text() + " end with it"};
    plan.undo = "none: " + spec().no_undo;
    return plan;
  }

  [[nodiscard]] Outcome apply(const engine::Context& context,
                              kube::Client& client,
                              const engine::Arguments& arguments) const override {
    for (int tries = 1;; ++tries) {
      const Result<Outcome> outcome = remove(context, client, arguments);
      if (outcome) {
        return *outcome;
      }
      if (outcome.error().code != ErrorCode::Conflict || tries == kMostTries) {
        return Outcome::from(outcome.error());
      }
    }
  }

  /// What a cordon left to a person is settled: there is no node to let pods into.
  [[nodiscard]] std::map<std::string, std::string> later(
      const runbook::ValueMap& outputs) const override {
    const auto name = outputs.find("name");
    return name == outputs.end()
               ? std::map<std::string, std::string>()
               : std::map<std::string, std::string>{{"node " + name->second.text(), ""}};
  }

 private:
  /// Once. Errors: Conflict, where the node has changed since it was looked at.
  static Result<Outcome> remove(const engine::Context& context,
                                kube::Client& client,
                                const engine::Arguments& arguments) {
    const runbook::ValueMap& ref = arguments.ref("node");
    const kube::Mutation* before = applied_before(context);
    const auto node = read_node(client, arguments);
    const bool gone = !node && (node.error().code == ErrorCode::NotFound ||
                                (before != nullptr && node.error().code == ErrorCode::Refused));
    if (gone) {
      const std::string name = text_of(ref, "name");
      context.progress("node " + name + " is gone already");
      return done(name, text_of(ref, "uid"), before != nullptr);
    }
    if (!node) {
      return node.error();
    }
    if (before != nullptr || node->deleting()) {
      return wait_for_end(context, client, *node, before != nullptr);
    }
    if (!is_cordoned(*node)) {
      return not_cordoned(*node);
    }
    CFKOPS_ASSIGN(const std::vector<std::string> pods, pods_left(client, node->name()));
    if (!pods.empty()) {
      return not_empty(*node, pods);
    }
    const Status removed = client.remove(
        kube::resources::nodes(),
        "",
        node->name(),
        {.precondition = {.uid = node->uid(), .resource_version = node->resource_version()}});
    if (!removed && removed.error().code != ErrorCode::NotFound) {
      return removed.error();
    }
    return wait_for_end(context, client, *node, removed.has_value());
  }

  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    constexpr auto kEverywhere = runbook::PermissionSpec::In::AllNamespaces;
    runbook::ActionSpec spec{
        .name = "node.delete",
        .summary = "takes a node that is cordoned and empty out of the cluster"};
    spec.arguments = {
        {.name = "node", .type = Type::ref({"Node"}), .required = true, .help = "the node"}};
    spec.outputs = {
        {"changed", Type::of(Type::Kind::Bool), "this run has deleted it; not: it was gone before"},
        {"name", text, "of the node"},
        {"uid", text, "of the node"}};
    spec.effect = runbook::Effect::Once;
    spec.continues = true;
    spec.no_undo =
        "a node is made by its kubelet: one that still runs there registers it again, at the "
        "latest when it is started again, without the labels and taints that others gave it";
    spec.permissions = {{"get", "nodes"},
                        {"delete", "nodes"},
                        {"list", "pods", kEverywhere},
                        {"get", "daemonsets.apps", kEverywhere}};
    spec.example =
        "- id: delete\n"
        "  do: node.delete\n"
        "  with: {node: \"${params.node}\"}\n";
    return spec;
  }
};

}  // namespace

const engine::Action& node_delete() {
  static const NodeDelete kAction;
  return kAction;
}

}  // namespace cfkops::actions
