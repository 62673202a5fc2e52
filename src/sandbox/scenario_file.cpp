#include "scenario_kafka.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/sandbox/inline.hpp"
#include "cfkops/sandbox/scenario.hpp"
#include "cfkops/sandbox/yaml_form.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr int kMostNodes = 1000;
constexpr std::size_t kLongestPrefix = 50;  // leaves room for numbers
constexpr Duration kMostLatency = std::chrono::minutes(1);

const std::vector<std::string> kScenarioKeys = {"apiVersion",
                                                "kind",
                                                "name",
                                                "summary",
                                                "seed",
                                                "start",
                                                "latency",
                                                "nodes",
                                                "kafka",
                                                "objects",
                                                "faults"};
const std::vector<std::string> kNodeKeys = {"prefix", "count", "zones", "cpu", "memory", "pods"};

void read_start(const YamlMap& map, WallTime& into) {
  std::string text;
  if (!map.text("start", text)) {
    return;
  }
  const Result<WallTime> time = base::parse_rfc3339(text);
  if (!time) {
    map.report("start",
               fmt::format("cannot be '{}': {}", text, time.error().message),
               "write a time such as 2026-01-15T08:00:00Z");
    return;
  }
  into = *time;
}

NodeGroup read_group(const YamlNode& node, std::vector<Error>& errors) {
  NodeGroup group;
  YamlMap map(node, "a group of nodes", errors);
  map.expect(kNodeKeys);
  map.label("prefix", group.prefix, kLongestPrefix);
  map.whole("count", group.count, {1, kMostNodes});
  map.label_values("zones", group.zones);
  map.quantity("cpu", group.cpu);
  map.quantity("memory", group.memory);
  map.whole("pods", group.pods, {1, 10'000});
  return group;
}

std::vector<NodeGroup> read_nodes(const YamlNode& list, std::vector<Error>& errors) {
  std::vector<NodeGroup> groups;
  std::set<std::string> prefixes;
  int count = 0;
  for (const YamlNode* item : list_items(list, "'nodes'", errors)) {
    NodeGroup group = read_group(*item, errors);
    if (!prefixes.insert(group.prefix).second) {
      report(errors,
             item->pos,
             fmt::format("two groups of nodes have the prefix '{}'", group.prefix),
             "write another 'prefix' in one of them");
    }
    count += group.count;
    groups.push_back(std::move(group));
  }
  if (count > kMostNodes) {
    report(errors,
           list.pos,
           fmt::format("there are {} nodes, more than {}", count, kMostNodes),
           "write a smaller 'count'");
  }
  return groups;
}

std::string text_in(const YamlNode* map, std::string_view key) {
  const YamlNode* value = map == nullptr ? nullptr : map->find(key);
  return value != nullptr && value->is_scalar() ? value->scalar : std::string();
}

/// What names an object, "" after an error.
std::string object_key(const YamlNode& node, std::vector<Error>& errors) {
  const YamlNode* metadata = node.find("metadata");
  const std::string version = text_in(&node, "apiVersion");
  const std::string kind = text_in(&node, "kind");
  const std::string name = text_in(metadata, "name");
  if (!node.is_map() || version.empty() || kind.empty() || name.empty()) {
    report(errors,
           node.pos,
           "an object lacks 'apiVersion', 'kind' or 'metadata.name'",
           "write each object as 'kubectl get -o yaml' prints it");
    return {};
  }
  if (version == "v1" && kind == "List") {
    report(errors, node.pos, "an object is a List", "write its items into 'objects' themselves");
    return {};
  }
  return fmt::format("{} {} {}/{}", version, kind, text_in(metadata, "namespace"), name);
}

std::shared_ptr<const nlohmann::json> read_objects(const YamlNode& list,
                                                   std::vector<Error>& errors) {
  nlohmann::json objects = nlohmann::json::array();
  std::set<std::string> keys;
  for (const YamlNode* item : list_items(list, "'objects'", errors)) {
    const std::string key = object_key(*item, errors);
    if (!key.empty() && !keys.insert(key).second) {
      report(errors, item->pos, fmt::format("{} is there twice", key), "remove one of them");
    }
    objects.push_back(base::to_json(*item).raw());
  }
  return std::make_shared<const nlohmann::json>(std::move(objects));
}

std::set<std::string> zones_of(const std::vector<NodeGroup>& groups) {
  std::set<std::string> zones;
  for (const NodeGroup& group : groups) {
    const auto count = static_cast<std::size_t>(group.count);
    for (std::size_t i = 0; i < count; ++i) {
      zones.insert(group.zones.empty() ? fmt::format("zone-{}", i + 1)
                                       : group.zones.at(i % group.zones.size()));
    }
  }
  return zones;
}

/// Brokers in a zone without nodes would wait for ever.
void check_racks(const Scenario& scenario, const YamlNode& kafka, std::vector<Error>& errors) {
  const std::set<std::string> zones = zones_of(scenario.nodes);
  const std::vector<std::string> known(zones.begin(), zones.end());
  for (const YamlNode& item : kafka.items) {
    const YamlNode* racks = item.find("racks");
    if (racks == nullptr) {
      continue;
    }
    for (const YamlNode& rack : racks->items) {
      if (rack.is_scalar() && !zones.contains(rack.scalar)) {
        report(
            errors,
            rack.pos,
            fmt::format(
                "no node is in zone '{}'{}", rack.scalar, base::did_you_mean(rack.scalar, known)),
            known.empty() ? std::string("add 'nodes' with 'zones'")
                          : fmt::format("the nodes are in {}", base::enumerate(known, 10)));
      }
    }
  }
}

bool has_node_objects(const Scenario& scenario) {
  return scenario.objects != nullptr &&
         std::ranges::any_of(*scenario.objects, [](const nlohmann::json& object) {
           return object.is_object() && object.value("kind", nlohmann::json()) == "Node";
         });
}

void read_head(const YamlMap& map, Scenario& scenario) {
  map.label("name", scenario.name);
  map.text("summary", scenario.summary);
  map.whole("seed", scenario.seed, {0, std::numeric_limits<std::int64_t>::max()});
  read_start(map, scenario.start);
  map.duration("latency", scenario.latency, {Duration::zero(), kMostLatency});
}

/// What the map says, over what is there already.
void read_body(const YamlMap& map,
               const std::string& file,
               Scenario& scenario,
               std::vector<Error>& errors) {
  read_head(map, scenario);
  if (const YamlNode* nodes = map.find("nodes")) {
    scenario.nodes = read_nodes(*nodes, errors);
  }
  if (const YamlNode* objects = map.find("objects")) {
    scenario.objects = read_objects(*objects, errors);
  }
  if (has_node_objects(scenario) && !map.has("nodes")) {
    scenario.nodes.clear();
  }
  if (const YamlNode* kafka = map.find("kafka")) {
    scenario.kafka = read_kafka(*kafka, errors);
    if (!has_node_objects(scenario)) {
      check_racks(scenario, *kafka, errors);
    }
  }
  if (const YamlNode* faults = map.find("faults")) {
    scenario.faults = read_faults(*faults, file, errors);
  }
}

Scenario read_file(const YamlNode& root, const std::string& file, std::vector<Error>& errors) {
  static const std::vector<std::string> kRequired = {"apiVersion", "kind", "name"};
  static const std::vector<std::string> kVersions = {"cfkops/v1"};
  static const std::vector<std::string> kKinds = {"Scenario"};
  Scenario scenario;
  YamlMap map(root, "the scenario", errors);
  map.expect(kScenarioKeys, kRequired);
  std::string ignored;
  map.word("apiVersion", ignored, kVersions);
  map.word("kind", ignored, kKinds);
  read_body(map, file, scenario, errors);
  return scenario;
}

/// The scenario that a word means; errors get the place of the word unless they have one.
Scenario named_scenario(const YamlNode& word,
                        const std::string& folder,
                        std::vector<Error>& errors) {
  std::string name = word.scalar;
  const bool path = name.find('/') != std::string::npos || name.ends_with(".yaml") ||
                    name.ends_with(".yml") || name.ends_with(".json");
  if (path && std::filesystem::path(name).is_relative()) {
    name = (std::filesystem::path(folder.empty() ? "." : folder) / name).string();
  }
  auto found = find_scenario(name);
  if (found) {
    return *std::move(found);
  }
  for (Error& error : found.error()) {
    if (!error.pos) {
      error.pos = word.pos;
    }
    errors.push_back(std::move(error));
  }
  return {};
}

}  // namespace

tl::expected<Scenario, std::vector<Error>> load_scenario(std::string_view text,
                                                         const std::string& file) {
  const auto root = base::parse_yaml(text, file, base::YamlDialect::Strict);
  if (!root) {
    return tl::unexpected(root.error());
  }
  std::vector<Error> errors;
  Scenario scenario = read_file(*root, file, errors);
  if (!errors.empty()) {
    sort_by_place(errors);
    return tl::unexpected(std::move(errors));
  }
  return scenario;
}

Scenario read_scenario(const YamlNode& node,
                       const std::string& folder,
                       const std::string& file,
                       std::vector<Error>& errors) {
  if (node.is_scalar()) {
    return named_scenario(node, folder, errors);
  }
  static const std::vector<std::string> kKeys = [] {
    std::vector<std::string> keys = {"from"};
    std::copy_if(kScenarioKeys.begin(),
                 kScenarioKeys.end(),
                 std::back_inserter(keys),
                 [](const std::string& key) { return key != "apiVersion" && key != "kind"; });
    return keys;
  }();
  YamlMap map(node, "the scenario", errors);
  map.expect(kKeys);
  const YamlNode* from = map.find("from");
  std::string ignored;
  Scenario scenario;
  if (from != nullptr && map.text("from", ignored)) {
    scenario = named_scenario(*from, folder, errors);
  }
  if (scenario.name.empty()) {
    scenario.name = "inline";
  }
  read_body(map, file, scenario, errors);
  return scenario;
}

}  // namespace cfkops::sandbox
