#include "kinds.hpp"
#include "manifest_action.hpp"
#include "network_reach.hpp"
#include "node_pods.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;

kube::Resource policies() {
  return {"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true};
}

runbook::ActionSpec make_spec(std::vector<runbook::ArgumentSpec> arguments,
                              std::vector<runbook::OutputSpec> outputs) {
  const Type texts = Type::list_of(Type::of(Type::Kind::String));
  runbook::ActionSpec spec{
      .name = "network_policy.apply",
      .summary = "applies network policies, and says what they cut off and open"};
  spec.arguments = std::move(arguments);
  spec.arguments.push_back(
      {.name = "keep",
       .type = texts,
       .fallback = runbook::Value(runbook::ValueList{}),
       .help = "connections that must stay possible, in which * is any text: \"shop/api -> "
               "shop/web:80/TCP\""});
  spec.outputs = std::move(outputs);
  spec.outputs.push_back({"cut", texts, "connections that were possible and are not now"});
  spec.outputs.push_back({"opened", texts, "connections that are possible now and were not"});
  spec.effect = runbook::Effect::Idempotent;
  constexpr auto kEverywhere = runbook::PermissionSpec::In::AllNamespaces;
  spec.permissions = {{"list", "pods", kEverywhere},
                      {"list", "namespaces"},
                      {"list", policies().full_name(), kEverywhere}};
  for (const char* verb : {"get", "create", "update", "patch", "delete"}) {
    spec.permissions.push_back({verb, policies().full_name()});
  }
  spec.example =
      "- id: policies\n"
      "  do: network_policy.apply\n"
      "  with:\n"
      "    file: policies.yaml\n"
      "    namespace: shop\n"
      "    keep: [\"shop/api -> shop/web:80/TCP\"]\n";
  return spec;
}

Result<std::vector<Json>> list_all(kube::Reader& reader, const kube::Resource& resource) {
  auto listed = reader.list(resource, "");
  if (!listed) {
    return std::move(listed).error().in("what would be cut off cannot be told");
  }
  return jsons_of(*listed);
}

/// The policies as they will be.
std::vector<Json> after_of(std::vector<Json> now, const ManifestLook& look) {
  for (const JudgedObject& judged : look.judged) {
    if (!judged.writes()) {
      continue;
    }
    const Json& then = judged.after();
    std::erase_if(now, [&then](const Json& there) {
      return there.get("/metadata/namespace") == then.get("/metadata/namespace") &&
             there.get("/metadata/name") == then.get("/metadata/name");
    });
    now.push_back(then);
  }
  return now;
}

runbook::ValueList texts_of(const std::vector<Connection>& connections) {
  runbook::ValueList texts;
  for (const Connection& one : connections) {
    texts.emplace_back(one.text());
  }
  return texts;
}

/// What is to stay possible and is cut.
std::vector<std::string> broken_wishes(const std::vector<std::string>& keep,
                                       const std::vector<Connection>& cut) {
  std::vector<std::string> broken;
  for (const std::string& pattern : keep) {
    for (const Connection& one : cut) {
      if (is_meant(one, pattern)) {
        broken.push_back(one.text() + " is to stay possible, and would be cut");
      }
    }
  }
  return broken;
}

std::size_t on_host_network(const std::vector<Json>& pods) {
  return static_cast<std::size_t>(std::ranges::count_if(
      pods, [](const Json& pod) { return pod.bool_or("/spec/hostNetwork", false); }));
}

class NetworkPolicyApply final : public ManifestAction {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec(common_arguments(), common_outputs());
    return kSpec;
  }

 private:
  [[nodiscard]] std::vector<std::string> kinds() const override { return {"NetworkPolicy"}; }

  [[nodiscard]] Result<ManifestVerdict> examine(const engine::Context& /*context*/,
                                                kube::Reader& reader,
                                                const engine::Arguments& arguments,
                                                const ManifestLook& look) const override {
    CFKOPS_ASSIGN(const std::vector<Json> pods, list_all(reader, kube::resources::pods()));
    CFKOPS_ASSIGN(const std::vector<Json> namespaces,
                  list_all(reader, kube::resources::namespaces()));
    CFKOPS_ASSIGN(const std::vector<Json> before, list_all(reader, policies()));
    const ReachShift shift =
        shift_between(groups_of(pods, namespaces), before, after_of(before, look));
    ManifestVerdict verdict;
    for (const std::string& line : lines_of(shift.cut)) {
      verdict.disruption.push_back("cuts off " + line);
    }
    for (const std::string& line : lines_of(shift.opened)) {
      verdict.notes.push_back("opens " + line);
    }
    if (shift.cut.empty() && shift.opened.empty()) {
      verdict.notes.emplace_back("no connection between pods is cut off or opened by it");
    }
    verdict.notes.emplace_back(
        "counted from the pods that run now and the ports that they name; whether the network "
        "plug-in enforces policies cannot be read from the API server");
    if (const std::size_t count = on_host_network(pods); count > 0) {
      verdict.notes.push_back(base::counted(static_cast<long long>(count), "pod") +
                              " on the network of nodes not looked at: no policy applies there");
    }
    verdict.refused = broken_wishes(arguments.strings("keep"), shift.cut);
    for (const kube::Resource& resource :
         {kube::resources::pods(), kube::resources::namespaces(), policies()}) {
      verdict.permissions.push_back(Subject{resource, {}, {}}.may("list"));
    }
    verdict.outputs["cut"] = texts_of(shift.cut);
    verdict.outputs["opened"] = texts_of(shift.opened);
    return verdict;
  }
};

}  // namespace

const engine::Action& network_policy_apply() {
  static const NetworkPolicyApply kAction;
  return kAction;
}

}  // namespace cfkops::actions
