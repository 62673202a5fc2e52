#include "cluster_view.hpp"
#include "drain_pods.hpp"
#include "kinds.hpp"
#include "node_joined.hpp"
#include "node_schedule.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

constexpr const char* kLeases = "kube-node-lease";
constexpr Duration kLookAgain = std::chrono::seconds(1);

Result<JoinedView> look(kube::Reader& reader, const engine::Arguments& arguments) {
  JoinedView view;
  CFKOPS_ASSIGN(view.node, read_node(reader, arguments));
  CFKOPS_ASSIGN(view.cluster, read_view(reader));
  CFKOPS_ASSIGN(kube::ObjectList pods,
                reader.list(kube::resources::pods(), "", pods_on(view.node.name(), {})));
  view.pods = std::move(pods.items);
  CFKOPS_ASSIGN(kube::ObjectList sets, reader.list(kube::resources::daemon_sets(), ""));
  view.daemon_sets = std::move(sets.items);
  const auto lease = reader.get(kube::resources::leases(), kLeases, view.node.name());
  if (!lease && lease.error().code != ErrorCode::NotFound) {
    return lease.error();
  }
  view.renewed = lease ? lease->json().string_or("/spec/renewTime", "") : "";
  view.server_time = reader.server_time();
  CFKOPS_ASSIGN(const kube::ServerVersion version, reader.server_version());
  view.server = version.text;
  return view;
}

CheckResult result_of(const std::string& node, JoinedFindings found) {
  CheckResult result{.verdict = Verdict::Pass,
                     .summary = fmt::format("node {}: {} wrong, {} not told, {} right",
                                            node,
                                            found.wrong.size(),
                                            found.unknown.size(),
                                            found.right.size()),
                     .details = {},
                     .remedy = {},
                     .outputs = {{"wrong", static_cast<std::int64_t>(found.wrong.size())},
                                 {"unknown", static_cast<std::int64_t>(found.unknown.size())}}};
  if (!found.wrong.empty()) {
    result.verdict = Verdict::Fail;
    result.remedy = "mend the node, or how it is set up; kubectl describe node " + node;
  } else if (!found.unknown.empty()) {
    result.verdict = Verdict::Unknown;
    result.remedy = "find out; unknown is not taken for right: kubectl describe node " + node;
  }
  const auto tell = [&result](const char* what, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      result.details.push_back(fmt::format("{}: {}", what, line));
    }
  };
  tell("wrong", found.wrong);
  tell("unknown", found.unknown);
  tell("right", found.right);
  return result;
}

class CheckNodeJoined final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& context,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const JoinedWish wish{.zone = optional_text(arguments, "zone"),
                          .pool = optional_text(arguments, "pool"),
                          .taints = arguments.strings("taints"),
                          .takes_pods = arguments.boolean("takes_pods")};
    const MonoTime began = reader.loop().clock().now();
    const MonoTime until = began + arguments.duration("within");
    for (;;) {
      const auto view = look(reader, arguments);
      if (!view) {
        return CheckResult::unknown(view.error());
      }
      JoinedFindings found = judge_joined(*view, wish);
      const MonoTime now = reader.loop().clock().now();
      if (now >= until || (found.wrong.empty() && found.unknown.empty())) {
        return result_of(view->node.name(), std::move(found));
      }
      const std::vector<std::string>& missing = found.wrong.empty() ? found.unknown : found.wrong;
      context.waiting({.what = view->node.text() + " to be as it is to be",
                       .why = missing.front(),
                       .details = missing,
                       .estimate = {},
                       .elapsed = now - began});
      if (const Status paused = reader.loop().pause(std::min(kLookAgain, until - now)); !paused) {
        return CheckResult::unknown(paused.error());
      }
    }
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    const Type number = Type::of(Type::Kind::Int);
    runbook::ActionSpec spec{.name = "node.joined",
                             .summary = "a node that has joined the cluster is fit for work"};
    spec.is_check = true;
    spec.arguments = {
        {.name = "node", .type = Type::ref({"Node"}), .required = true, .help = "the node"},
        {.name = "zone", .type = text, .help = "that it is to be in; not asked when left out"},
        {.name = "pool",
         .type = text,
         .help = "the label of its pool, KEY=VALUE: it is to have it, and to be as the others"},
        {.name = "taints",
         .type = Type::list_of(text),
         .fallback = runbook::Value(runbook::ValueList{}),
         .help = "all that it is to have, KEY=VALUE:EFFECT or KEY:EFFECT; that of a cordon aside"},
        {.name = "takes_pods",
         .type = Type::of(Type::Kind::Bool),
         .fallback = runbook::Value(false),
         .help = "a pod that tolerates these taints can be placed there"},
        {.name = "within",
         .type = Type::of(Type::Kind::Duration),
         .fallback = runbook::Value(Duration::zero()),
         .help = "how long what is not so yet is waited for"}};
    spec.outputs = {{"wrong", number, "findings that are not as they are to be"},
                    {"unknown", number, "questions that cannot be answered"}};
    constexpr auto kEverywhere = runbook::PermissionSpec::In::AllNamespaces;
    spec.permissions = {{"get", "nodes"},
                        {"list", "daemonsets.apps", kEverywhere},
                        {"get", "leases.coordination.k8s.io", kEverywhere}};
    const auto view = view_permissions();
    spec.permissions.insert(spec.permissions.end(), view.begin(), view.end());
    spec.example =
        "- check: node.joined\n"
        "  with: {node: \"${params.node}\", zone: a, pool: pool=kafka}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_node_joined() {
  static const CheckNodeJoined kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
