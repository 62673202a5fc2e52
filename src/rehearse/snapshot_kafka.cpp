#include "snapshot_kafka.hpp"

#include "snapshot_topics.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/jolokia.hpp"
#include "cfkops/kafka/state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

namespace cfkops::rehearse {
namespace {

using kube::Object;

constexpr Duration kTimeout = std::chrono::seconds(20);
constexpr std::string_view kAppInfo = "kafka.server:type=app-info,id=*";

const Object* find_set(const std::vector<Object>& sets,
                       const std::string& ns,
                       const std::string& name) {
  const auto found = std::find_if(sets.begin(), sets.end(), [&](const Object& set) {
    return set.kind() == "StatefulSet" && set.ns() == ns && set.name() == name;
  });
  return found == sets.end() ? nullptr : &*found;
}

bool has_cfk_label(const Object& set) {
  for (const char* place : {"/metadata/labels", "/spec/template/metadata/labels"}) {
    for (const auto& [key, value] : set.json().members(place)) {
      if (key.starts_with(kafka::kCfkPrefix)) {
        return true;
      }
    }
  }
  return false;
}

/// "7.9.1-ccs" gives "7.9.1"; nothing where it does not begin with three numbers.
std::optional<std::string> three_numbers(const std::string& version) {
  const std::string number = version.substr(0, version.find_first_not_of("0123456789."));
  const std::vector<std::string> parts = base::split(number, '.');
  const bool whole =
      parts.size() == 3 &&
      std::none_of(parts.begin(), parts.end(), [](const auto& p) { return p.empty(); });
  return whole ? std::optional(number) : std::nullopt;
}

std::set<std::string> versions_of(kube::Reader& reader,
                                  const std::string& ns,
                                  const std::vector<std::string>& pods) {
  std::vector<kube::ReadRequest> requests;
  requests.reserve(pods.size());
  for (const std::string& pod : pods) {
    requests.push_back(kafka::jolokia_read(ns, pod, kAppInfo, {"Version"}));
  }
  std::set<std::string> versions;
  for (const Result<std::string>& answer : reader.batch(requests, kTimeout)) {
    const auto beans = answer ? kafka::jolokia_value(*answer) : Result<Json>(answer.error());
    if (!beans) {
      continue;
    }
    for (const auto& [bean, attributes] : beans->members()) {
      const std::string version = attributes.string_or("/Version", "");
      if (!version.empty()) {
        versions.insert(version);
      }
    }
  }
  return versions;
}

class KafkaTaker {
 public:
  KafkaTaker(kube::Reader& reader,
             const kafka::Target& target,
             const std::vector<Object>& sets,
             std::vector<std::string>& missing)
      : reader_(reader),
        target_(target),
        sets_(sets),
        missing_(missing) {}

  nlohmann::json take() {
    spec_["namespace"] = target_.ns;
    spec_["name"] = target_.broker_set;
    const Object* brokers = find_set(sets_, target_.ns, target_.broker_set);
    if (brokers == nullptr) {
      tell("its StatefulSet was not read, so its brokers are not known and it is left out");
      return nullptr;
    }
    if (kafka::pod_names(*brokers).empty()) {
      tell("it has no brokers now (replicas: 0) and is left out");
      return nullptr;
    }
    spec_["layout"] = has_cfk_label(*brokers) ? "cfk" : "plain";
    pods_ = kafka::pod_names(*brokers);
    spec_["brokers"] = pods_.size();
    take_controllers();
    take_version();
    spec_["topics"] = take_topics(reader_, target_.ns, pods_, where(), missing_);
    return spec_;
  }

 private:
  [[nodiscard]] std::string where() const { return "kafka " + target_.ns + "/" + target_.name; }

  void tell(const std::string& what) { missing_.push_back(where() + ": " + what); }

  void take_controllers() {
    const Object* set = target_.controller_set.empty()
                            ? nullptr
                            : find_set(sets_, target_.ns, target_.controller_set);
    if (set != nullptr) {
      spec_["controllersName"] = target_.controller_set;
      spec_["controllers"] = kafka::pod_names(*set).size();
      return;
    }
    const auto gauges = kafka::read_gauges(reader_, target_.ns, pods_, {}, kTimeout);
    const bool combined =
        !gauges.brokers.empty() && std::all_of(gauges.brokers.begin(),
                                               gauges.brokers.end(),
                                               [](const auto& b) { return b.controller == true; });
    if (combined) {
      spec_["combined"] = true;
      return;
    }
    tell("its controllers are not known" +
         (target_.controller_doubt.empty() ? "" : " (" + target_.controller_doubt + ")") +
         "; a rehearsal makes three, correct 'controllers' and 'controllersName' in the file");
  }

  void take_version() {
    const std::set<std::string> told = versions_of(reader_, target_.ns, pods_);
    const auto version = told.size() == 1 ? three_numbers(*told.begin()) : std::nullopt;
    if (version) {
      spec_["version"] = *version;
      return;
    }
    const std::vector<std::string> all(told.begin(), told.end());
    tell(told.empty()
             ? "no broker tells its version"
             : "no one version of three numbers: its brokers tell " + base::enumerate(all));
  }

  kube::Reader& reader_;
  const kafka::Target& target_;
  const std::vector<Object>& sets_;
  std::vector<std::string>& missing_;
  std::vector<std::string> pods_;
  nlohmann::json spec_ = nlohmann::json::object();
};

}  // namespace

nlohmann::json take_kafka(kube::Reader& reader,
                          const kafka::Target& target,
                          const std::vector<Object>& sets,
                          std::vector<std::string>& missing) {
  return KafkaTaker(reader, target, sets, missing).take();
}

}  // namespace cfkops::rehearse
