#include "kinds.hpp"
#include "node_pods.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/placement.hpp"

#include <array>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using placement::Placement;
using runbook::Type;

CheckResult unknown(const Error& error) {
  return {.verdict = Verdict::Unknown,
          .summary = error.text(),
          .details = {},
          .remedy = error.hint,
          .outputs = {}};
}

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

Result<placement::View> read_view(kube::Reader& reader) {
  placement::View view;
  for (const Part& part : kParts) {
    CFKOPS_ASSIGN(const kube::ObjectList list, reader.list(part.resource(), ""));
    view.*part.where = jsons_of(list);
  }
  return view;
}

std::string line_of(const Placement& one) {
  std::string text = "pod " + one.ns + "/" + one.pod + ": ";
  if (one.verdict == placement::Verdict::Yes) {
    return text + "fits, counted on node " + one.node;
  }
  text += one.verdict == placement::Verdict::No ? "fits nowhere" : "cannot be told";
  return one.why.empty() ? text : text + ": " + base::join(one.why, "; ");
}

CheckResult result_of(const placement::Forecast& forecast, const std::string& node) {
  CheckResult result{
      .verdict = Verdict::Pass, .summary = {}, .details = {}, .remedy = {}, .outputs = {}};
  runbook::ValueList homeless;
  std::size_t unknown_pods = 0;
  for (const Placement& one : forecast.pods) {
    result.details.push_back(line_of(one));
    if (one.verdict == placement::Verdict::No) {
      homeless.emplace_back(one.ns + "/" + one.pod);
    } else if (one.verdict == placement::Verdict::Unknown) {
      ++unknown_pods;
    }
  }
  result.summary = base::counted(static_cast<long long>(forecast.pods.size()), "pod") +
                   " of node " + node + " need another one: " + std::to_string(homeless.size()) +
                   " fit nowhere, " + std::to_string(unknown_pods) + " cannot be told";
  if (forecast.verdict == placement::Verdict::No) {
    result.verdict = Verdict::Fail;
    result.remedy = "add room (nodes, or smaller requests) before this node is drained";
  } else if (forecast.verdict == placement::Verdict::Unknown) {
    result.verdict = Verdict::Unknown;
    result.remedy = "see why above; unknown is not taken for enough room";
  }
  result.outputs = {{"pods", static_cast<std::int64_t>(forecast.pods.size())},
                    {"homeless", std::move(homeless)}};
  return result;
}

class CheckCapacity final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& /*context*/,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const std::string node = arguments.string("node");
    const auto found = reader.get(kube::resources::nodes(), "", node);
    if (!found) {
      return unknown(found.error());
    }
    const auto view = read_view(reader);
    if (!view) {
      return unknown(view.error());
    }
    return result_of(placement::drain(*view, node), node);
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "capacity",
                             .summary = "the pods of a node would all find room on others"};
    spec.is_check = true;
    spec.arguments = {
        {.name = "node", .type = text, .required = true, .help = "the node to be drained"}};
    spec.outputs = {{"pods", Type::of(Type::Kind::Int), "that need another node"},
                    {"homeless", Type::list_of(text), "that fit nowhere, as namespace/name"}};
    spec.permissions = {{"get", "nodes"}};
    for (const Part& part : kParts) {
      spec.permissions.push_back({"list", part.resource().full_name()});
    }
    spec.example =
        "- check: capacity\n"
        "  with: {node: worker-1}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_capacity() {
  static const CheckCapacity kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
