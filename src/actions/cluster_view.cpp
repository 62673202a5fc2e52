#include "cluster_view.hpp"

#include "node_pods.hpp"

#include "cfkops/base/text.hpp"

#include <array>
#include <set>

namespace cfkops::actions {

namespace {

/// One kind of object that the forecast needs, and where it goes.
struct Part {
  const kube::Resource& (*resource)();
  std::vector<Json> placement::View::*where;
};

constexpr std::array<Part, 7> kParts = {
    {{&kube::resources::nodes, &placement::View::nodes},
     {&kube::resources::pods, &placement::View::pods},
     {&kube::resources::persistent_volume_claims, &placement::View::claims},
     {&kube::resources::persistent_volumes, &placement::View::volumes},
     {&kube::resources::storage_classes, &placement::View::classes},
     {&kube::resources::namespaces, &placement::View::namespaces},
     {&kube::resources::csi_nodes, &placement::View::csi_nodes}}};

}  // namespace

std::vector<kube::Resource> view_resources() {
  std::vector<kube::Resource> resources;
  resources.reserve(kParts.size());
  for (const Part& part : kParts) {
    resources.push_back(part.resource());
  }
  return resources;
}

std::vector<runbook::PermissionSpec> view_permissions() {
  using In = runbook::PermissionSpec::In;
  std::vector<runbook::PermissionSpec> permissions;
  permissions.reserve(kParts.size());
  for (const kube::Resource& resource : view_resources()) {
    permissions.push_back(
        {"list", resource.full_name(), resource.namespaced ? In::AllNamespaces : In::TheNamespace});
  }
  return permissions;
}

Result<placement::View> read_view(kube::Reader& reader) {
  placement::View view;
  for (const Part& part : kParts) {
    CFKOPS_ASSIGN(const kube::ObjectList list, reader.list(part.resource(), ""));
    view.*part.where = jsons_of(list);
  }
  return view;
}

Result<std::vector<Json>> budgets_for(kube::Reader& reader, const std::vector<Json>& pods) {
  std::set<std::string> namespaces;
  for (const Json& pod : pods) {
    namespaces.insert(pod.string_or("/metadata/namespace", ""));
  }
  std::vector<Json> budgets;
  for (const std::string& ns : namespaces) {
    CFKOPS_ASSIGN(const kube::ObjectList found,
                  reader.list(kube::resources::pod_disruption_budgets(), ns));
    const std::vector<Json> all = jsons_of(found);
    budgets.insert(budgets.end(), all.begin(), all.end());
  }
  return budgets;
}

std::string line_of(const placement::BudgetUse& use) {
  const std::string name = "budget " + use.ns + "/" + use.name;
  if (use.verdict == placement::Verdict::Yes) {
    return name + ": allows " + std::to_string(use.allowed) + ", covers " +
           base::counted(static_cast<long long>(use.pods), "pod") + " of these";
  }
  return name + (use.verdict == placement::Verdict::No ? ": no: " : ": unknown: ") + use.why;
}

std::string fit_text(const placement::Placement& one) {
  if (one.verdict == placement::Verdict::Yes) {
    return "fits, counted on node " + one.node;
  }
  const std::string text =
      one.verdict == placement::Verdict::No ? "fits nowhere" : "cannot be told";
  return one.why.empty() ? text : text + ": " + base::join(one.why, "; ");
}

std::string line_of(const placement::Placement& one) {
  return "pod " + one.ns + "/" + one.pod + ": " + fit_text(one);
}

}  // namespace cfkops::actions
