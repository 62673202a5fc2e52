#include "cluster_view.hpp"
#include "kinds.hpp"
#include "quota_room.hpp"
#include "rollout.hpp"
#include "workload.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/placement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

/// How many pods it is asked to have room for: as many as the argument says or, where that is left
/// out, as its rollout has at once.
std::int64_t asked_for(const Workload& workload, const engine::Arguments& arguments) {
  const runbook::Value* given = arguments.find("replicas");
  if (given != nullptr && !given->is_null()) {
    return arguments.integer("replicas");
  }
  const RolloutRoom room = rollout_room(workload.object);
  return room.wanted + room.more;
}

/// Placing very many at once takes too long to be waited for.
constexpr std::size_t kMostPlaced = 100;

/// What is known of the cluster when the question is asked.
struct Known {
  Workload workload;
  std::vector<kube::Object> quotas;
  placement::View view;
};

Result<Known> read(kube::Reader& reader, const engine::Arguments& arguments) {
  Known known;
  CFKOPS_ASSIGN(known.workload, read_workload(reader, arguments));
  CFKOPS_ASSIGN(kube::ObjectList quotas,
                reader.list(kube::resources::resource_quotas(), known.workload.object.ns()));
  CFKOPS_ASSIGN(known.view, read_view(reader));
  known.quotas = std::move(quotas.items);
  return known;
}

/// The worst of both, with the numbers.
CheckResult judge(const Known& known, const std::vector<Json>& pods) {
  // Where some of them do not fit, neither do all.
  const std::size_t placed = std::min(pods.size(), kMostPlaced);
  const placement::Forecast forecast = placement::add(
      known.view,
      std::vector<Json>(pods.begin(), pods.begin() + static_cast<std::ptrdiff_t>(placed)));
  QuotaRoom room = quota_room(known.quotas, pods);
  if (placed < pods.size()) {
    room.doubts.push_back(fmt::format("only {} of these {} were looked for a node",
                                      placed,
                                      base::counted(static_cast<long long>(pods.size()), "pod")));
  }
  CheckResult result;
  std::int64_t homeless = 0;
  std::int64_t not_told = 0;
  for (const placement::Placement& one : forecast.pods) {
    homeless += one.verdict == placement::Verdict::No ? 1 : 0;
    not_told += one.verdict == placement::Verdict::Unknown ? 1 : 0;
    result.details.push_back(line_of(one));
  }
  result.summary =
      fmt::format("{} of {} more: {} fit nowhere, {} cannot be told, {} too small",
                  base::counted(static_cast<long long>(pods.size()), "pod"),
                  known.workload.object.text(),
                  homeless,
                  not_told,
                  base::counted(static_cast<long long>(room.too_small.size()), "quota amount"));
  const bool too_small = forecast.verdict == placement::Verdict::No || !room.too_small.empty();
  const bool doubtful = forecast.verdict == placement::Verdict::Unknown || !room.doubts.empty();
  result.verdict = too_small ? Verdict::Fail : doubtful ? Verdict::Unknown : Verdict::Pass;
  if (too_small) {
    result.remedy = "add nodes or raise the quota first, or ask for fewer replicas";
  } else if (doubtful) {
    result.remedy = "see why above; unknown is not taken for enough room";
  }
  result.details.insert(result.details.end(), room.too_small.begin(), room.too_small.end());
  result.details.insert(result.details.end(), room.doubts.begin(), room.doubts.end());
  return result;
}

class CheckHeadroom final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& /*context*/,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const auto known = read(reader, arguments);
    if (!known) {
      return CheckResult::unknown(known.error());
    }
    const std::int64_t asked = asked_for(known->workload, arguments);
    if (known->workload.resource.kind == "DaemonSet") {
      return of_daemon_set(known->workload, asked);
    }
    const std::vector<Json> pods = added_pods(known->workload, asked, known->view);
    CheckResult result;
    if (pods.empty()) {
      result.verdict = Verdict::Pass;
      result.summary = known->workload.object.text() + " needs no more pods than it has";
    } else {
      result = judge(*known, pods);
    }
    result.outputs = {{"pods", static_cast<std::int64_t>(pods.size())}};
    return result;
  }

 private:
  /// Its further pods stand on the very nodes of those that they replace, which placing does not
  /// count.
  static CheckResult of_daemon_set(const Workload& workload, std::int64_t asked) {
    const std::int64_t more = asked - rollout_room(workload.object).wanted;
    CheckResult result;
    if (more <= 0) {
      result.verdict = Verdict::Pass;
      result.summary = workload.object.text() + " needs no more pods than it has";
    } else {
      result.summary = fmt::format(
          "{} of {} beside the present ones, on the same nodes: whether they fit "
          "cannot be told",
          base::counted(more, "pod"),
          workload.object.text());
      result.remedy = "set spec.updateStrategy.rollingUpdate.maxSurge to 0, or look at its nodes";
    }
    result.outputs = {{"pods", std::max<std::int64_t>(more, 0)}};
    return result;
  }

  static runbook::ActionSpec make_spec() {
    const Type number = Type::of(Type::Kind::Int);
    runbook::ActionSpec spec{
        .name = "headroom",
        .summary = "a workload's further pods would find nodes, and the quotas let them in"};
    spec.is_check = true;
    spec.arguments = {
        rolled_workload_argument(),
        {.name = "replicas",
         .type = number,
         .help = "how many it is to have; left out: as many as it has while it is rolled out"}};
    spec.outputs = {{"pods", number, "that it would have more than now"}};
    spec.permissions = view_permissions();
    spec.permissions.insert(spec.permissions.begin(),
                            {{"get", "the workload"}, {"list", "resourcequotas"}});
    spec.example =
        "- check: headroom\n"
        "  with:\n"
        "    workload: ${params.workload}\n"
        "    replicas: 5\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_headroom() {
  static const CheckHeadroom kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
