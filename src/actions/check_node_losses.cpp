#include "cluster_view.hpp"
#include "drain_kafka.hpp"
#include "drain_pods.hpp"
#include "kinds.hpp"
#include "node_schedule.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/selectors.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

/// From where a volume can be reached.
enum class Reach { Others, OnlyHere, NotHere, Unknown };

std::string name_of(const Json& object) {
  return object.string_or("/metadata/name", "");
}

bool uses(const Json& pod, const Json& volume) {
  if (pod.string_or("/metadata/namespace", "") !=
      volume.string_or("/spec/claimRef/namespace", "")) {
    return false;
  }
  const std::string claim = volume.string_or("/spec/claimRef/name", "");
  const std::vector<Json> volumes = pod.items("/spec/volumes");
  return std::ranges::any_of(volumes, [&claim](const Json& one) {
    return one.string_or("/persistentVolumeClaim/claimName", "") == claim;
  });
}

/// All that is looked at, about one node.
class Losses {
 public:
  Losses(const kube::Object& node, const placement::View& view, std::set<std::string> waived)
      : node_(node),
        view_(view),
        waived_(std::move(waived)) {}

  void add_volumes() {
    for (const Json& volume : view_.volumes) {
      if (volume.has("/spec/claimRef")) {  // what nobody has claimed yet holds nothing
        add_volume(volume);
      }
    }
  }

  /// Of what a drain would find there, Kafka known.
  void add_pods(const std::vector<DrainPod>& pods) {
    for (const DrainPod& one : pods) {
      if (one.wave == Wave::Kafka && one.fate != PodFate::Stays) {
        add_kafka(one);
      }
      if (one.fate == PodFate::Goes && !one.made_again && !kube::pod_ended(one.pod)) {
        unmanaged_.push_back(one.name());
      }
      if (one.fate == PodFate::Goes && !one.notes.empty()) {
        lines_.push_back(fmt::format("pod {}: {}", one.name(), base::join(one.notes, "; ")));
      }
    }
  }

  [[nodiscard]] CheckResult result() const {
    CheckResult result{.verdict = Verdict::Pass,
                       .summary = fmt::format("with {}: {}, {}, {}",
                                              node_.text(),
                                              counted(volumes_, "volume", "no other node reaches"),
                                              counted(kafka_, "Kafka process", "has its data here"),
                                              counted(unmanaged_, "pod", "nobody makes again")),
                       .details = lines_,
                       .remedy = {},
                       .outputs = {{"volumes", list_of(volumes_)},
                                   {"kafka", list_of(kafka_)},
                                   {"unmanaged", list_of(unmanaged_)}}};
    if (!in_the_way_.empty()) {
      result.verdict = Verdict::Fail;
      result.remedy =
          "move the data first (of Kafka: let the replicas be made on another node), or say that "
          "it may go with the node: waiver_volumes=" +
          base::join(in_the_way_, ",");
    } else if (!doubtful_.empty()) {
      result.verdict = Verdict::Unknown;
      result.remedy =
          "find out where these volumes are: they do not say it; where they are not on this node, "
          "or may go with it: waiver_volumes=" +
          base::join(doubtful_, ",");
    }
    return result;
  }

 private:
  static std::string counted(const std::vector<std::string>& what,
                             const char* noun,
                             const char* which) {
    return fmt::format("{} that {}{}",
                       base::counted(std::ssize(what), noun),
                       which,
                       what.empty() ? "" : " (" + base::enumerate(what) + ")");
  }

  static runbook::ValueList list_of(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
  }

  [[nodiscard]] Reach reach_of(const Json& volume) const {
    const Json required = volume.get("/spec/nodeAffinity/required");
    if (required.is_object()) {
      const auto terms = placement::terms_of(required);
      const auto holds = [&terms](const Json& node) {
        return placement::any_holds(terms, placement::labels_of(node), name_of(node));
      };
      const bool others = std::ranges::any_of(
          view_.nodes, [&](const Json& one) { return name_of(one) != node_.name() && holds(one); });
      if (!holds(node_.json())) {
        return Reach::NotHere;
      }
      return others ? Reach::Others : Reach::OnlyHere;
    }
    if (!volume.has("/spec/local") && !volume.has("/spec/hostPath")) {
      return Reach::Others;
    }
    return reach_by_users(volume);
  }

  /// Of a volume that does not say where it is, those who use it do, and each of them has its own.
  [[nodiscard]] Reach reach_by_users(const Json& volume) const {
    Reach reach = Reach::Unknown;
    for (const Json& pod : view_.pods) {
      if (!pod.has("/spec/nodeName") || !uses(pod, volume)) {
        continue;
      }
      if (pod.string_or("/spec/nodeName", "") == node_.name()) {
        return Reach::OnlyHere;
      }
      reach = Reach::NotHere;
    }
    return reach;
  }

  /// "volume pv-1 (claim shop/data-db-0, 10Gi, Bound, of pod db-0)"
  [[nodiscard]] std::string text_of_volume(const Json& volume) const {
    std::vector<std::string> users;
    for (const Json& pod : view_.pods) {
      if (uses(pod, volume)) {
        users.push_back(name_of(pod));
      }
    }
    return fmt::format("volume {} (claim {}/{}, {}, {}, {})",
                       name_of(volume),
                       volume.string_or("/spec/claimRef/namespace", ""),
                       volume.string_or("/spec/claimRef/name", ""),
                       volume.string_or("/spec/capacity/storage", "size not told"),
                       volume.string_or("/status/phase", "state not told"),
                       users.empty() ? "used by no pod" : "of pod " + base::enumerate(users));
  }

  void add_volume(const Json& volume) {
    const Reach reach = reach_of(volume);
    if (reach != Reach::OnlyHere && reach != Reach::Unknown) {
      return;
    }
    const bool waived = waived_.contains(name_of(volume));
    lines_.push_back(fmt::format("{}: {}{}",
                                 text_of_volume(volume),
                                 reach == Reach::OnlyHere
                                     ? "no other node reaches it: its data goes with this one"
                                     : "it does not say on which node it is, and no pod that runs "
                                       "uses it: whether it is lost cannot be told",
                                 waived ? "; waived" : ""));
    if (reach == Reach::OnlyHere) {
      volumes_.push_back(name_of(volume));
    }
    if (!waived) {
      (reach == Reach::OnlyHere ? in_the_way_ : doubtful_).push_back(name_of(volume));
    }
  }

  void add_kafka(const DrainPod& one) {
    bool claims = false;
    std::vector<std::string> here;
    for (const Json& volume : view_.volumes) {
      if (!uses(one.pod.json(), volume)) {
        continue;
      }
      claims = true;
      if (reach_of(volume) == Reach::OnlyHere) {
        here.push_back(name_of(volume));
      }
    }
    if (!here.empty()) {
      kafka_.push_back(one.name());
      lines_.push_back(
          fmt::format("Kafka process {}: its data is on {}, which no other node "
                      "reaches: it cannot be moved, and the drain refuses it",
                      one.name(),
                      base::enumerate(here)));
    } else if (!claims) {
      kafka_.push_back(one.name());
      lines_.push_back(fmt::format(
          "Kafka process {}: it has no volume of its own: what it has stored is lost, and copied "
          "again from its replicas",
          one.name()));
    } else {
      lines_.push_back(
          fmt::format("Kafka process {}: its volumes can be reached from other nodes", one.name()));
    }
  }

  const kube::Object& node_;
  const placement::View& view_;
  std::set<std::string> waived_;
  std::vector<std::string> lines_;
  std::vector<std::string> volumes_;
  std::vector<std::string> in_the_way_;
  std::vector<std::string> doubtful_;
  std::vector<std::string> kafka_;
  std::vector<std::string> unmanaged_;
};

Result<CheckResult> look(kube::Reader& reader, const engine::Arguments& arguments) {
  CFKOPS_ASSIGN(const kube::Object node, read_node(reader, arguments));
  CFKOPS_ASSIGN(const placement::View view, read_view(reader));
  // All that is permitted is noted, so that nothing is left out.
  CFKOPS_ASSIGN(
      std::vector<DrainPod> pods,
      read_drain_pods(reader,
                      node.name(),
                      {.ignore_daemonsets = true, .delete_emptydir = true, .force = true}));
  CFKOPS_ASSIGN(const KafkaOnNode kafka, find_kafka(reader, pods, {}));
  const std::vector<std::string> waived = arguments.strings("waiver_volumes");
  Losses losses(node, view, {waived.begin(), waived.end()});
  losses.add_volumes();
  losses.add_pods(pods);
  CheckResult result = losses.result();
  result.details.insert(result.details.end(), kafka.strays.begin(), kafka.strays.end());
  return result;
}

class CheckNodeLosses final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& /*context*/,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const auto result = look(reader, arguments);
    return result ? *result : CheckResult::unknown(result.error());
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type texts = Type::list_of(Type::of(Type::Kind::String));
    runbook::ActionSpec spec{
        .name = "node.losses",
        .summary = "no volume goes with a node that is taken away for good; says what else does"};
    spec.is_check = true;
    spec.arguments = {
        {.name = "node", .type = Type::ref({"Node"}), .required = true, .help = "the node"},
        {.name = "waiver_volumes",
         .type = texts,
         .fallback = runbook::Value(runbook::ValueList{}),
         .help = "volumes, by name, that may go with it, or that do not say where they are"}};
    spec.outputs = {{"volumes", texts, "that no other node reaches"},
                    {"kafka", texts, "Kafka processes whose data is on the node alone"},
                    {"unmanaged", texts, "pods that nobody makes again"}};
    constexpr auto kEverywhere = runbook::PermissionSpec::In::AllNamespaces;
    spec.permissions = {{"get", "nodes"},
                        {"get", "daemonsets.apps", kEverywhere},
                        {"list", "statefulsets.apps", kEverywhere},
                        {"get", "statefulsets.apps", kEverywhere},
                        {"list", "kafkas.platform.confluent.io", kEverywhere}};
    const auto view = view_permissions();
    spec.permissions.insert(spec.permissions.end(), view.begin(), view.end());
    spec.example =
        "- check: node.losses\n"
        "  with: {node: \"${params.node}\"}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_node_losses() {
  static const CheckNodeLosses kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
