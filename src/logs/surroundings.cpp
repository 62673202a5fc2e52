#include "surroundings.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml_write.hpp"
#include "cfkops/kafka/state.hpp"
#include "cfkops/kafka/target.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <utility>

namespace cfkops::logs {

namespace {

using nlohmann::json;

constexpr Duration kAsk = std::chrono::seconds(5);
constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/// Of CFK: what runs, and what is set up on it.
constexpr auto kCfkKinds = std::to_array<const char*>({"kafkas",
                                                       "kraftcontrollers",
                                                       "zookeepers",
                                                       "connects",
                                                       "schemaregistries",
                                                       "ksqldbs",
                                                       "controlcenters",
                                                       "kafkarestproxies",
                                                       "connectors"});

constexpr const char* kCfkGroup = "platform.confluent.io";

std::string of_cfk(const char* plural) {
  return fmt::format("{}.{}", plural, kCfkGroup);
}

std::vector<kube::Resource> built_in() {
  using namespace kube::resources;  // NOLINT(google-build-using-namespace): ten words of it
  return {stateful_sets(),
          deployments(),
          daemon_sets(),
          replica_sets(),
          services(),
          persistent_volume_claims(),
          pod_disruption_budgets()};
}

/// Redacts a text as the value of its key, so that the key tells what it is: one of many lines as
/// well.
std::string redacted(const std::string& salt, const std::string& key, const std::string& value) {
  std::string line = key + "=" + value;
  std::ranges::replace(line, '\n', ' ');
  line = Redactor(salt).text(line);
  const std::string as_value = line.substr(std::min(line.size(), key.size() + 1));
  const bool lines = value.find('\n') != std::string::npos;
  if (lines && !as_value.starts_with("[redacted ")) {
    return Redactor(salt).text(value);
  }
  return line.starts_with(key + "=") ? as_value : line;
}

/// "password" of the words "--password", "…", as commands are written; otherwise `key`.
std::string key_of_next(const json& word, const std::string& key) {
  const std::string text = word.is_string() ? word.get<std::string>() : std::string();
  return text.starts_with('-') && text.find_first_of("= ") == std::string::npos
             ? text.substr(std::min(text.find_first_not_of('-'), text.size()))
             : key;
}

void clean(json& value, const std::string& key, const std::string& salt) {
  if (value.is_string()) {
    value = redacted(salt, key, value.get<std::string>());
  } else if (value.is_array()) {
    std::string next = key;
    for (json& one : value) {
      const std::string here = std::exchange(next, key_of_next(one, key));
      clean(one, here, salt);
    }
  } else if (value.is_object()) {
    // {name: DB_PASSWORD, value: …}, as environments are written.
    const auto name = value.find("name");
    const bool named = name != value.end() && name->is_string() && value.contains("value");
    for (auto& [member, inner] : value.items()) {
      clean(inner, named && member == "value" ? name->get<std::string>() : member, salt);
    }
  }
}

class Surroundings {
 public:
  Surroundings(kube::Reader& reader,
               const std::string& salt,
               Documents& documents,
               std::vector<std::string>& problems)
      : reader_(reader),
        salt_(salt),
        documents_(documents),
        problems_(problems) {}

  Status add_object(const kube::Object& object) {
    json copy = object.json().raw();
    const auto metadata = copy.find("metadata");
    if (metadata != copy.end() && metadata->is_object()) {
      metadata->erase("managedFields");
      if (const auto notes = metadata->find("annotations");
          notes != metadata->end() && notes->is_object()) {
        notes->erase(kLastApplied);
      }
    }
    clean(copy, "", salt_);
    return documents_.add(fmt::format("objects/{}/{}{}.yaml",
                                      path_part(base::lower(object.kind())),
                                      object.ns().empty() ? "" : path_part(object.ns()) + "/",
                                      path_part(object.name())),
                          base::to_yaml(Json(std::move(copy))));
  }

  Status add_list(const kube::Resource& resource, const std::string& ns) {
    const auto list = reader_.list(resource, ns);
    if (!list) {
      return problem(list.error());
    }
    for (const kube::Object& object : list->items) {
      CFKOPS_TRY(add_object(object));
    }
    return {};
  }

  Status add_cfk(const std::string& ns) {
    for (const char* plural : kCfkKinds) {
      const auto resource = reader_.discover(of_cfk(plural));
      CFKOPS_TRY(resource                                       ? add_list(*resource, ns)
                 : resource.error().code == ErrorCode::NotFound ? Status()
                                                                : problem(resource.error()));
    }
    return {};
  }

  Status add_nodes(const std::set<std::string>& nodes) {
    for (const std::string& name : nodes) {
      const auto node = reader_.get(kube::resources::nodes(), "", name);
      CFKOPS_TRY(node ? add_object(*node) : problem(node.error()));
      if (!node && node.error().code == ErrorCode::Forbidden) {
        return {};
      }
    }
    return {};
  }

  /// All that is in a namespace beside its pods.
  Status add_namespace(const std::string& ns) {
    CFKOPS_TRY(add_events(ns));
    for (const kube::Resource& resource : built_in()) {
      CFKOPS_TRY(add_list(resource, ns));
    }
    CFKOPS_TRY(add_cfk(ns));
    return add_kafka(ns);
  }

 private:
  Status add_events(const std::string& ns) {
    const auto list = reader_.list(kube::resources::events(), ns);
    if (!list) {
      return problem(list.error());
    }
    std::vector<std::string> lines;
    lines.reserve(list->items.size());
    for (const kube::Object& event : list->items) {
      lines.push_back(event_line(event.json()));
    }
    std::ranges::sort(lines);
    return lines.empty() ? Status()
                         : documents_.add(fmt::format("events/{}.jsonl", path_part(ns)),
                                          base::join(lines, "\n") + "\n");
  }

  Status add_kafka(const std::string& ns) {
    const auto targets = kafka::find_targets(reader_, ns);
    if (!targets) {
      return problem(targets.error());
    }
    for (const kafka::Target& target : *targets) {
      CFKOPS_TRY(add_target(target));
    }
    return {};
  }

  Status problem(const Error& error) {
    if (error.code == ErrorCode::Cancelled) {
      return error;
    }
    problems_.push_back(error.text());
    return {};
  }

  /// The time first, so that lines sort by it.
  [[nodiscard]] std::string event_line(const Json& event) const {
    std::string time = event.string_or("/lastTimestamp", "");
    time = time.empty() ? event.string_or("/eventTime", "") : time;
    time = time.empty() ? event.string_or("/metadata/creationTimestamp", "") : time;
    const std::string object = fmt::format("{}/{}",
                                           base::lower(event.string_or("/involvedObject/kind", "")),
                                           event.string_or("/involvedObject/name", ""));
    nlohmann::ordered_json line = {
        {"time", time},
        {"type", event.string_or("/type", "")},
        {"reason", event.string_or("/reason", "")},
        {"object", object},
        {"count", event.int_or("/count", 1)},
        {"message", Redactor(salt_).text(event.string_or("/message", ""))}};
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }

  Result<std::vector<std::string>> pods_of(const std::string& ns, const std::string& set) {
    if (set.empty()) {
      return std::vector<std::string>();
    }
    CFKOPS_ASSIGN(const kube::Object object,
                  reader_.get(kube::resources::stateful_sets(), ns, set));
    return kafka::pod_names(object);
  }

  Status add_target(const kafka::Target& target) {
    const auto brokers = pods_of(target.ns, target.broker_set);
    const auto controllers = pods_of(target.ns, target.controller_set);
    if (!brokers || !controllers) {
      return problem(brokers ? controllers.error() : brokers.error());
    }
    const kafka::ClusterGauges gauges = kafka::read_gauges(
        reader_, target.ns, *brokers, controllers->empty() ? *brokers : *controllers, kAsk);
    json state = {{"kind", target.kind},
                  {"namespace", target.ns},
                  {"name", target.name},
                  {"brokers", json::array()},
                  {"controllers", json::array()}};
    for (const kafka::BrokerGauges& broker : gauges.brokers) {
      state["brokers"].push_back(broker_json(broker));
    }
    for (const kafka::ControllerGauges& controller : gauges.controllers) {
      state["controllers"].push_back(controller_json(controller));
    }
    return documents_.add(
        fmt::format("kafka/{}/{}.json", path_part(target.ns), path_part(target.name)),
        state.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
  }

  template <class T>
  static json known(const std::optional<T>& value) {
    return value ? json(*value) : json();
  }

  static json broker_json(const kafka::BrokerGauges& broker) {
    return {{"pod", broker.pod},
            {"state", known(broker.state)},
            {"underReplicated", known(broker.under_replicated)},
            {"underMinIsr", known(broker.under_min_isr)},
            {"offlineReplicas", known(broker.offline_replicas)},
            {"leaders", known(broker.leaders)},
            {"partitions", known(broker.partitions)},
            {"offlineLogDirs", known(broker.offline_log_dirs)},
            {"silence", broker.silence}};
  }

  static json controller_json(const kafka::ControllerGauges& controller) {
    return {{"pod", controller.pod},
            {"active", known(controller.active)},
            {"offlinePartitions", known(controller.offline_partitions)},
            {"fencedBrokers", known(controller.fenced_brokers)},
            {"activeBrokers", known(controller.active_brokers)},
            {"raftState", controller.raft_state},
            {"leaderId", known(controller.leader_id)},
            {"epoch", known(controller.epoch)},
            {"logEndOffset", known(controller.log_end_offset)},
            {"silence", controller.silence}};
  }

  kube::Reader& reader_;
  const std::string& salt_;
  Documents& documents_;
  std::vector<std::string>& problems_;
};

}  // namespace

Status read_surroundings(kube::Reader& reader,
                         const std::vector<kube::Object>& pods,
                         const std::string& salt,
                         Documents& documents,
                         std::vector<std::string>& problems) {
  Surroundings surroundings(reader, salt, documents, problems);
  std::set<std::string> namespaces;
  std::set<std::string> nodes;
  for (const kube::Object& pod : pods) {
    namespaces.insert(pod.ns());
    if (std::string node = pod.json().string_or("/spec/nodeName", ""); !node.empty()) {
      nodes.insert(std::move(node));
    }
    CFKOPS_TRY(surroundings.add_object(pod));
  }
  for (const std::string& ns : namespaces) {
    CFKOPS_TRY(surroundings.add_namespace(ns));
  }
  return surroundings.add_nodes(nodes);
}

namespace {

void add_surroundings(kube::Reader& reader,
                      const std::string& ns,
                      std::vector<kube::AccessQuestion>& questions) {
  questions.push_back({.verb = "list", .resource = kube::resources::events(), .ns = ns});
  for (const kube::Resource& resource : built_in()) {
    questions.push_back({.verb = "list", .resource = resource, .ns = ns});
  }
  for (const char* plural : kCfkKinds) {
    if (const auto known = reader.discover(of_cfk(plural))) {
      questions.push_back({.verb = "list", .resource = *known, .ns = ns});
    }
  }
  questions.push_back({.verb = "get", .resource = kube::resources::stateful_sets(), .ns = ns});
  questions.push_back(
      {.verb = "get", .resource = kube::resources::pods(), .subresource = "proxy", .ns = ns});
}

}  // namespace

std::vector<std::string> listed_beside() {
  std::vector<std::string> names = {kube::resources::events().full_name()};
  names.reserve(names.size() + built_in().size() + kCfkKinds.size());
  for (const kube::Resource& resource : built_in()) {
    names.push_back(resource.full_name());
  }
  for (const char* plural : kCfkKinds) {
    names.push_back(of_cfk(plural));
  }
  return names;
}

Result<std::vector<kube::AccessQuestion>> needed_access(kube::Reader& reader,
                                                        const CollectRequest& request) {
  const kube::Resource& pods = kube::resources::pods();
  std::vector<kube::AccessQuestion> questions;
  std::vector<std::string> namespaces = request.selection.namespaces;
  if (namespaces.empty()) {
    namespaces.emplace_back();
  }
  for (const std::string& ns : namespaces) {
    questions.push_back({.verb = "list", .resource = pods, .ns = ns});
    questions.push_back({.verb = "get", .resource = pods, .subresource = "log", .ns = ns});
    for (const std::string& name : request.selection.names) {
      const std::size_t slash = name.find('/');
      CFKOPS_ASSIGN(const kube::Resource resource,
                    reader.discover(slash == std::string::npos ? "pod" : name.substr(0, slash)));
      questions.push_back({.verb = "get", .resource = resource, .ns = ns});
      // What has no selector is followed to its sets; with context they are listed anyway.
      if (resource.group == kCfkGroup && !request.context) {
        questions.push_back(
            {.verb = "list", .resource = kube::resources::stateful_sets(), .ns = ns});
      }
    }
    if (request.context) {
      add_surroundings(reader, ns, questions);
    }
  }
  if (request.context) {
    questions.push_back({.verb = "get", .resource = kube::resources::nodes()});
  }
  return questions;
}

}  // namespace cfkops::logs
