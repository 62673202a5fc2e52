#include "cluster_view.hpp"
#include "kinds.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/placement.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using placement::Placement;
using runbook::Type;

/// What does not count as a failure.
struct Allowed {
  bool pending = false;  ///< that pods are known to fit nowhere
  bool unknown = false;  ///< that it cannot be told
};

/// "2 fit nowhere (shop/web-1, shop/web-2)"
std::string count_text(const std::vector<std::string>& pods, const char* what) {
  constexpr std::size_t kShown = 3;
  return fmt::format(
      "{} {}{}", pods.size(), what, pods.empty() ? "" : " (" + base::enumerate(pods, kShown) + ")");
}

/// What a word was given for is no failure, but it is said.
void judge(placement::Verdict forecast,
           bool some_unknown,
           const Allowed& allowed,
           CheckResult& result) {
  const bool no = forecast == placement::Verdict::No;
  const bool unknown = some_unknown || forecast == placement::Verdict::Unknown;
  if (no && !allowed.pending) {
    result.verdict = Verdict::Fail;
    result.remedy =
        "add room (nodes, or smaller requests) before this node is drained; where these pods may "
        "stay Pending, allow_pending=true permits it, but of no Kafka process";
    return;
  }
  if (unknown && !allowed.unknown) {
    result.verdict = Verdict::Unknown;
    result.remedy = "see why above; unknown is not taken for enough room";
    return;
  }
  result.summary += no ? "; allowed: they stay Pending until there is room" : "";
  result.summary += unknown ? "; what cannot be told is waived" : "";
}

CheckResult result_of(const placement::Forecast& forecast,
                      const std::string& node,
                      const Allowed& allowed) {
  CheckResult result{
      .verdict = Verdict::Pass, .summary = {}, .details = {}, .remedy = {}, .outputs = {}};
  std::vector<std::string> homeless;
  std::vector<std::string> unknown;
  for (const Placement& one : forecast.pods) {
    result.details.push_back(line_of(one));
    if (one.verdict == placement::Verdict::No) {
      homeless.push_back(one.ns + "/" + one.pod);
    } else if (one.verdict == placement::Verdict::Unknown) {
      unknown.push_back(one.ns + "/" + one.pod);
    }
  }
  result.summary = fmt::format("{} of node {} need another one: {}, {}",
                               base::counted(std::ssize(forecast.pods), "pod"),
                               node,
                               count_text(homeless, "fit nowhere"),
                               count_text(unknown, "cannot be told"));
  judge(forecast.verdict, !unknown.empty(), allowed, result);
  result.outputs = {{"pods", static_cast<std::int64_t>(forecast.pods.size())},
                    {"homeless", runbook::ValueList(homeless.begin(), homeless.end())}};
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
    const Allowed allowed{.pending = arguments.boolean("allow_pending"),
                          .unknown = arguments.boolean("allow_unknown")};
    const auto view = read_view(reader);
    if (!view) {
      CheckResult result = CheckResult::unknown(view.error());
      if (allowed.unknown && view.error().code != ErrorCode::Cancelled) {
        result.verdict = Verdict::Pass;
        result.summary = "where the pods fit cannot be told, which is waived: " + result.summary;
        result.outputs = {{"pods", std::int64_t{0}}, {"homeless", runbook::ValueList{}}};
      }
      return result;
    }
    return result_of(placement::drain(*view, node), node, allowed);
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "capacity",
                             .summary = "the pods of a node would all find room on others"};
    spec.is_check = true;
    spec.arguments = {
        {.name = "node", .type = text, .required = true, .help = "the node to be drained"},
        {.name = "allow_pending",
         .type = Type::of(Type::Kind::Bool),
         .fallback = runbook::Value(false),
         .help = "content with pods that fit nowhere and so will wait for a node"},
        {.name = "allow_unknown",
         .type = Type::of(Type::Kind::Bool),
         .fallback = runbook::Value(false),
         .help = "content where it cannot be told whether pods fit; one that surely fits nowhere "
                 "fails all the same"}};
    spec.outputs = {{"pods", Type::of(Type::Kind::Int), "that need another node"},
                    {"homeless", Type::list_of(text), "that fit nowhere, as namespace/name"}};
    spec.permissions = view_permissions();
    spec.permissions.insert(spec.permissions.begin(), {"get", "nodes"});
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
