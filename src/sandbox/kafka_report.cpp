#include "cfkops/sandbox/kafka_report.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

nlohmann::json to_json(const KafkaReport& kafka) {
  return {{"namespace", kafka.ns},
          {"name", kafka.name},
          {"brokers", kafka.brokers},
          {"brokersRunning", kafka.brokers_running},
          {"mostBrokersDown", kafka.most_brokers_down},
          {"partitions", kafka.partitions},
          {"underReplicated", kafka.under_replicated},
          {"underMinIsr", kafka.under_min_isr},
          {"mostUnderMinIsr", kafka.most_under_min_isr},
          {"underMinIsrSeconds", base::in_seconds(kafka.under_min_isr_time)},
          {"longestGapSeconds", base::in_seconds(kafka.longest_gap)},
          {"longestPartitionGapSeconds", base::in_seconds(kafka.longest_partition_gap)}};
}

}  // namespace cfkops::sandbox
