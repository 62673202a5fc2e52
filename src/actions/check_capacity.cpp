#include "cluster_view.hpp"
#include "kinds.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/placement.hpp"

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using placement::Placement;
using runbook::Type;

std::string line_of(const Placement& one) {
  return "pod " + one.ns + "/" + one.pod + ": " + fit_text(one);
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
      return CheckResult::unknown(found.error());
    }
    const auto view = read_view(reader);
    if (!view) {
      return CheckResult::unknown(view.error());
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
    using In = runbook::PermissionSpec::In;
    spec.permissions = {{"get", "nodes"}};
    for (const kube::Resource& resource : view_resources()) {
      spec.permissions.push_back({"list",
                                  resource.full_name(),
                                  resource.namespaced ? In::AllNamespaces : In::TheNamespace});
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
