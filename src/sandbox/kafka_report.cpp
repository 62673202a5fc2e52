#include "cfkops/sandbox/kafka_report.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

nlohmann::json to_json(const KafkaReport& kafka) {
  const auto s = [](Duration duration) { return std::chrono::duration<double>(duration).count(); };
  return {{"namespace", kafka.ns},
          {"name", kafka.name},
          {"brokers", kafka.brokers},
          {"brokersRunning", kafka.brokers_running},
          {"mostBrokersDown", kafka.most_brokers_down},
          {"partitions", kafka.partitions},
          {"underReplicated", kafka.under_replicated},
          {"underMinIsr", kafka.under_min_isr},
          {"mostUnderMinIsr", kafka.most_under_min_isr},
          {"underMinIsrSeconds", s(kafka.under_min_isr_time)},
          {"longestGapSeconds", s(kafka.longest_gap)},
          {"longestPartitionGapSeconds", s(kafka.longest_partition_gap)}};
}

}  // namespace cfkops::sandbox
