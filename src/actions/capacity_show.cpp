#include "capacity_count.hpp"
#include "capacity_trend.hpp"
#include "cluster_view.hpp"
#include "irreversible.hpp"
#include "kinds.hpp"
#include "node_pods.hpp"
#include "subject.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using runbook::Type;
using runbook::Value;
using runbook::ValueList;
using runbook::ValueMap;

constexpr const char* kNodeMetrics = "nodes.metrics.k8s.io";

/// All that a report tells.
struct Report {
  placement::View view;
  CapacityUse use;
  CapacityCount count;
  std::vector<BiggestPod> biggest;
  CapacitySample sample;  ///< of this report
  CapacityTrend trend;
  std::vector<std::string> near_limit;
};

/// What the cluster measures; where it measures nothing or does not tell, why. Errors: Cancelled.
Result<CapacityUse> read_use(kube::Reader& reader, std::vector<std::string>& unknown) {
  CapacityUse use;
  const auto resource = reader.discover(kNodeMetrics);
  if (!resource && resource.error().code == ErrorCode::NotFound) {
    use.why = "the server serves no metrics.k8s.io";
    return use;
  }
  const auto list =
      resource ? reader.list(*resource, "") : Result<kube::ObjectList>(resource.error());
  if (!list && list.error().code == ErrorCode::Cancelled) {
    return list.error();
  }
  if (list) {
    use.served = true;
    use.of_nodes = jsons_of(*list);
  } else {
    use.why = list.error().text();
    unknown.push_back("how much is in use: " + use.why);
  }
  return use;
}

/// Also of the pods of nodes that count nowhere: a cordon is no sign that less is asked for.
QuotaAmounts asked_in_all(const CapacityCount& count) {
  Capacity all = count.cluster;
  all.add(count.left_out);
  return all.requests;
}

Result<Report> look(const engine::Context& context,
                    kube::Reader& reader,
                    const engine::Arguments& arguments) {
  Report report;
  const std::string earlier = arguments.string("earlier");
  std::optional<CapacitySample> sample;
  if (!earlier.empty()) {
    CFKOPS_ASSIGN(sample, read_sample(context.file_system(), earlier));
  }
  CFKOPS_ASSIGN(report.view, read_view(reader));
  std::vector<std::string> unread;
  CFKOPS_ASSIGN(report.use, read_use(reader, unread));
  report.count = count_capacity(report.view, report.use, arguments.string("pool_label"));
  std::vector<std::string>& unknown = report.count.unknown;
  unknown.insert(unknown.end(), unread.begin(), unread.end());
  if (report.count.cluster.nodes == 0) {
    unknown.emplace_back("there is no node that takes pods");
  }
  report.biggest = biggest_pods(report.view, report.count);
  report.sample = {.taken = reader.server_time().value_or(reader.loop().clock().wall()),
                   .requests = asked_in_all(report.count)};
  if (sample) {
    report.trend = trend_of(*sample, report.sample, report.count.cluster.allocatable);
  }
  for (const NodeCapacity& node : report.count.nodes) {
    if (node.has.percent_of("pods", node.has.requests) >= arguments.integer("near_pods")) {
      report.near_limit.push_back(node.name);
    }
  }
  return report;
}

/// Adds one line per resource.
void tell_group(const std::string& name,
                const Capacity& group,
                bool measured,
                std::vector<std::string>& lines) {
  const auto text = [](const std::string& resource, const QuotaAmounts& amounts) {
    const auto found = amounts.find(resource);
    return amount_text(resource, found == amounts.end() ? 0 : found->second);
  };
  for (const std::string resource : kCounted) {
    std::string line = fmt::format("{} ({}): {}: {} of {} asked for ({} %), {} free",
                                   name,
                                   base::counted(group.nodes, "node"),
                                   resource,
                                   text(resource, group.requests),
                                   text(resource, group.allocatable),
                                   group.percent_of(resource, group.requests),
                                   text(resource, group.free));
    if (group.limits.contains(resource)) {
      line += fmt::format(", limits {}", text(resource, group.limits));
    }
    if (measured && group.used.contains(resource)) {
      line += fmt::format(
          ", {} in use ({} %)", text(resource, group.used), group.percent_of(resource, group.used));
    }
    lines.push_back(std::move(line));
  }
}

void tell_groups(const Report& report, std::vector<std::string>& lines) {
  const CapacityCount& count = report.count;
  tell_group("cluster", count.cluster, report.use.served, lines);
  for (const auto& [zone, group] : count.zones) {
    tell_group(zone.empty() ? "without zone" : "zone " + zone, group, report.use.served, lines);
  }
  for (const auto& [pool, group] : count.pools) {
    if (!pool.empty()) {
      tell_group("pool " + pool, group, report.use.served, lines);
    } else if (count.pools.size() > 1) {
      tell_group("without pool", group, report.use.served, lines);
    }
  }
}

void tell_nodes(const Report& report, std::vector<std::string>& lines) {
  for (const NodeCapacity& node : report.count.nodes) {
    if (!node.left_out.empty()) {
      lines.push_back(fmt::format("node {} is {} and counts nowhere; its pods ask for {}",
                                  node.name,
                                  node.left_out,
                                  amounts_text(node.has.requests)));
    } else if (node.control_plane) {
      lines.push_back(
          fmt::format("node {} is the control plane's, and counts in its pool alone", node.name));
    } else if (node.reserved) {
      lines.push_back(fmt::format("node {} takes only pods that tolerate its taints", node.name));
    }
  }
  for (const std::string& name : report.near_limit) {
    lines.push_back(fmt::format("node {} is near its limit of pods", name));
  }
  if (!report.count.waiting.empty()) {
    lines.push_back(fmt::format("{} without a node: {}",
                                base::counted(std::ssize(report.count.waiting), "pod"),
                                base::enumerate(report.count.waiting)));
  }
}

void tell_rest(const Report& report, std::vector<std::string>& lines) {
  for (const BiggestPod& pod : report.biggest) {
    lines.push_back(fmt::format("{}: a pod of {} cpu and {} memory still fits, on node {}",
                                pod.zone.empty() ? "without zone" : "zone " + pod.zone,
                                amount_text("cpu", pod.cpu),
                                amount_text("memory", pod.memory),
                                pod.node));
  }
  for (const auto& [name, size] : report.count.volumes) {
    lines.push_back(fmt::format("volumes of {}: {} asked for",
                                name.empty() ? "no class" : "class " + name,
                                amount_text("storage", size)));
  }
  if (!report.use.served) {
    lines.push_back("how much is in use is not measured: " + report.use.why);
  }
  lines.insert(lines.end(), report.trend.lines.begin(), report.trend.lines.end());
  for (const std::string& why : report.count.unknown) {
    lines.push_back("not told: " + why);
  }
}

std::vector<std::string> lines_of(const Report& report) {
  std::vector<std::string> lines;
  tell_groups(report, lines);
  tell_nodes(report, lines);
  tell_rest(report, lines);
  return lines;
}

Value amount_value(const std::string& resource, base::Int128 nanos) {
  const bool bytes = resource != "cpu" && resource != "pods";
  const auto amount = base::Quantity::of_nanos(nanos, bytes);
  return amount ? Value(*amount) : Value();
}

ValueMap amounts_value(const QuotaAmounts& amounts) {
  ValueMap values;
  for (const auto& [resource, amount] : amounts) {
    values.insert_or_assign(resource, amount_value(resource, amount));
  }
  return values;
}

ValueMap free_value(const std::map<std::string, Capacity>& groups) {
  ValueMap values;
  for (const auto& [name, group] : groups) {
    values.insert_or_assign(name, amounts_value(group.free));
  }
  return values;
}

ValueList texts_value(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

/// The most of all zones and pools, in percent.
std::int64_t fullest(const CapacityCount& count, QuotaAmounts Capacity::*of) {
  std::int64_t most = 0;
  for (const auto* groups : {&count.zones, &count.pools}) {
    for (const auto& [name, group] : *groups) {
      most = std::max(most, group.percent(group.*of));
    }
  }
  return most;
}

ValueList biggest_value(const std::vector<BiggestPod>& pods) {
  ValueList values;
  values.reserve(pods.size());
  for (const BiggestPod& pod : pods) {
    values.emplace_back(ValueMap{{"zone", pod.zone},
                                 {"node", pod.node},
                                 {"cpu", amount_text("cpu", pod.cpu)},
                                 {"memory", amount_text("memory", pod.memory)}});
  }
  return values;
}

ValueMap outputs_of(const Report& report, const std::vector<std::string>& lines) {
  const CapacityCount& count = report.count;
  ValueMap volumes;
  for (const auto& [name, size] : count.volumes) {
    volumes.insert_or_assign(name, amount_value("storage", size));
  }
  return {{"lines", texts_value(lines)},
          {"taken", report.sample.taken},
          {"allocatable", amounts_value(count.cluster.allocatable)},
          {"requests", amounts_value(count.cluster.requests)},
          {"left_out", amounts_value(count.left_out.requests)},
          {"limits", amounts_value(count.cluster.limits)},
          {"used", amounts_value(report.use.served ? count.cluster.used : QuotaAmounts())},
          {"zones", free_value(count.zones)},
          {"pools", free_value(count.pools)},
          {"requested", fullest(count, &Capacity::requests)},
          {"measured", report.use.served},
          {"in_use", report.use.served ? fullest(count, &Capacity::used) : 0},
          {"near_limit", texts_value(report.near_limit)},
          {"waiting", texts_value(count.waiting)},
          {"biggest", biggest_value(report.biggest)},
          {"volumes", std::move(volumes)},
          {"trend", report.trend.word},
          {"days", report.trend.days},
          {"unknown", texts_value(count.unknown)}};
}

std::vector<runbook::OutputSpec> outputs_of_it() {
  const Type text = Type::of(Type::Kind::String);
  const Type number = Type::of(Type::Kind::Int);
  const Type texts = Type::list_of(text);
  const Type amounts = Type::map_of(Type::of(Type::Kind::Quantity));
  return {{"lines", texts, "what there is to tell"},
          {"taken", Type::of(Type::Kind::Timestamp), "when it was looked"},
          {"allocatable", amounts, "what nodes have for pods: cpu, memory, pods"},
          {"requests", amounts, "what their pods ask for"},
          {"left_out", amounts, "what pods of nodes ask for that are cordoned or not Ready"},
          {"limits", amounts, "what those have that have a limit"},
          {"used", amounts, "what is in use; empty where it is not measured"},
          {"zones", Type::map_of(amounts), "what is left in each zone"},
          {"pools", Type::map_of(amounts), "what is left in each pool of nodes"},
          {"requested", number, "of the fullest zone or pool, how much is asked for, in percent"},
          {"measured", Type::of(Type::Kind::Bool), "the cluster measures what is in use"},
          {"in_use",
           number,
           "of the zone or pool with the most in use, how much, in percent; 0 where it is not "
           "measured"},
          {"near_limit", texts, "nodes that are near their limit of pods"},
          {"waiting", texts, "pods that the scheduler finds no node for, as namespace/name"},
          {"biggest",
           Type::list_of(Type::map_of(text)),
           "by zone the biggest pods that still fit: zone, node, cpu, memory"},
          {"volumes", amounts, "what claims ask for, by class"},
          {"trend",
           Type::enumeration({"unknown", "steady", "growing"}),
           "how what is asked for goes since the earlier report"},
          {"days", number, "where it grows, until all is asked for"},
          {"unknown", texts, "what could not be told, and why"}};
}

runbook::ActionSpec make_spec() {
  const Type text = Type::of(Type::Kind::String);
  constexpr std::int64_t kNearPods = 90;
  runbook::ActionSpec spec{
      .name = "capacity.show",
      .summary = "tells what pods ask for, what is in use and what is left, by zone and pool"};
  spec.arguments = {
      {.name = "earlier",
       .type = text,
       .fallback = Value(""),
       .help = "an earlier report to compare with: the log of a run, or what run -o json printed"},
      {.name = "pool_label",
       .type = text,
       .fallback = Value(""),
       .help = "the label that says which pool a node is of; left out: that of the usual "
               "providers, or the node's role"},
      {.name = "near_pods",
       .type = Type::of(Type::Kind::Int),
       .fallback = Value(kNearPods),
       .help = "from how much of its limit of pods on a node is near it, in percent"}};
  spec.outputs = outputs_of_it();
  spec.permissions = view_permissions();
  spec.permissions.push_back({"list", kNodeMetrics, runbook::PermissionSpec::In::NoNamespace});
  spec.example =
      "- id: show\n"
      "  do: capacity.show\n";
  return spec;
}

class CapacityShow final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Report report, look(context, reader, arguments));
    engine::StepPlan plan;
    plan.notes = lines_of(report);
    for (const kube::Resource& resource : view_resources()) {
      plan.permissions.push_back(Subject{resource, "", ""}.may("list"));
    }
    if (const auto metrics = reader.discover(kNodeMetrics)) {
      plan.permissions.push_back(Subject{*metrics, "", ""}.may("list"));
    }
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto report = look(context, client, arguments);
    if (!report) {
      return engine::Outcome::from(report.error());
    }
    const std::vector<std::string> lines = lines_of(*report);
    for (const std::string& line : lines) {
      context.progress(line);
    }
    return engine::Outcome::done(outputs_of(*report, lines));
  }
};

}  // namespace

const engine::Action& capacity_show() {
  static const CapacityShow kAction;
  return kAction;
}

}  // namespace cfkops::actions
