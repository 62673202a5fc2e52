#include "brokers.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <cstddef>

namespace cfkops::rehearse {

bool is_broker_of(const sandbox::KafkaReport& kafka, std::string_view ns, std::string_view pod) {
  const std::string prefix = kafka.name + "-";
  if (ns != kafka.ns || !pod.starts_with(prefix) || pod.size() == prefix.size()) {
    return false;
  }
  return std::all_of(pod.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                     pod.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

const sandbox::KafkaReport* kafka_of(const std::vector<sandbox::KafkaReport>& kafka,
                                     std::string_view ns,
                                     std::string_view pod) {
  const auto found = std::find_if(kafka.begin(), kafka.end(), [&](const sandbox::KafkaReport& one) {
    return is_broker_of(one, ns, pod);
  });
  return found == kafka.end() ? nullptr : &*found;
}

const sandbox::KafkaReport* find_kafka(const std::vector<sandbox::KafkaReport>& kafka,
                                       std::string_view ns,
                                       std::string_view name) {
  const auto found = std::find_if(kafka.begin(), kafka.end(), [&](const sandbox::KafkaReport& one) {
    return one.ns == ns && one.name == name;
  });
  return found == kafka.end() ? nullptr : &*found;
}

std::string_view pod_of(std::string_view unready) {
  return unready.substr(0, unready.find(' '));
}

std::vector<std::string> down_beside(const Standing& standing,
                                     const sandbox::KafkaReport& kafka,
                                     std::string_view pod) {
  std::vector<std::string> down;
  bool itself = false;
  for (const std::string& one : standing.unready) {
    const std::string_view full = pod_of(one);
    const std::size_t slash = full.find('/');
    if (slash == std::string_view::npos ||
        !is_broker_of(kafka, full.substr(0, slash), full.substr(slash + 1))) {
      continue;
    }
    if (full.substr(slash + 1) == pod) {
      itself = true;
    } else {
      down.push_back(one);
    }
  }
  // A pod that is not there at all is in no list.
  const int named = static_cast<int>(down.size()) + (itself ? 1 : 0);
  const int missing = kafka.brokers - kafka.brokers_running - named;
  // Whether the pod itself is among those that only Kafka misses cannot be told: it is the first.
  const int unnamed = missing - (itself ? 0 : 1);
  if (unnamed > 0) {
    down.push_back(base::counted(unnamed, "broker") + " that " + (unnamed == 1 ? "does" : "do") +
                   " not run");
  }
  return down;
}

std::string full_name(const sandbox::KafkaReport& kafka) {
  return kafka.ns + "/" + kafka.name;
}

}  // namespace cfkops::rehearse
