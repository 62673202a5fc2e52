#include "cfkops/rehearse/snapshot.hpp"

#include "snapshot_kafka.hpp"
#include "snapshot_objects.hpp"

#include "cfkops/base/yaml_write.hpp"
#include "cfkops/kafka/target.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <utility>

namespace cfkops::rehearse {
namespace {

/// What `base::parse_yaml` takes.
constexpr std::size_t kLargest = std::size_t{16} << 20U;

/// Every Kafka of these namespaces, as `kafka` of a scenario.
Result<nlohmann::json> take_all_kafka(kube::Reader& reader, TakenObjects& taken) {
  nlohmann::json clusters = nlohmann::json::array();
  for (const std::string& ns : taken.kafka_namespaces) {
    const auto targets = kafka::find_targets(reader, ns);
    if (!targets && targets.error().code == ErrorCode::Cancelled) {
      return targets.error();
    }
    if (!targets) {
      taken.missing.push_back(
          "the Kafka clusters of namespace " + ns + " are not known: " + targets.error().text() +
          (targets.error().hint.empty() ? "" : "; next: ") + targets.error().hint);
      continue;
    }
    for (const kafka::Target& target : *targets) {
      nlohmann::json cluster = take_kafka(reader, target, taken.objects, taken.missing);
      if (!cluster.is_null()) {
        clusters.push_back(std::move(cluster));
      }
    }
  }
  return clusters;
}

/// The keys in the order in which a person reads them; each part is sorted in itself.
std::string written(const nlohmann::json& clusters, const nlohmann::json& objects) {
  const auto part = [](const char* key, const nlohmann::json& value) {
    return base::to_yaml(Json(nlohmann::json{{key, value}}));
  };
  return part("apiVersion", "cfkops/v1") + part("kind", "Scenario") + part("name", "snapshot") +
         part("summary", "Taken from a real cluster by cfkops snapshot") +
         part("nodes", nlohmann::json::array()) + part("kafka", clusters) +
         part("objects", objects);
}

}  // namespace

Result<Snapshot> take_snapshot(kube::Reader& reader, const std::vector<std::string>& namespaces) {
  CFKOPS_ASSIGN(TakenObjects taken, take_objects(reader, namespaces));
  CFKOPS_ASSIGN(const nlohmann::json clusters, take_all_kafka(reader, taken));
  Snapshot snapshot;
  snapshot.text = written(clusters, as_scenario_objects(taken.objects));
  snapshot.objects = taken.objects.size();
  snapshot.missing = std::move(taken.missing);
  if (snapshot.text.size() > kLargest) {
    snapshot.missing.push_back(
        "the file is larger than the 16 MiB that a scenario may have, so it cannot be loaded; take "
        "one namespace alone");
  }
  return snapshot;
}

}  // namespace cfkops::rehearse
