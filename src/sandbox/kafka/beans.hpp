#pragma once

#include "kafka/bean_name.hpp"
#include "kafka/model.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// A string as JSON, with its quotes.
[[nodiscard]] std::string json_text(std::string_view text);
void append_json_text(std::string& to, std::string_view text);

/// An attribute of a bean with its value as JSON.
struct BeanValue {
  std::string_view attribute;
  std::string json;
};

/// Is told of a bean: its canonical name and what it has, for the time of the call.
using BeanVisitor =
    std::function<void(const std::string& name, std::span<const BeanValue> attributes)>;

/// All that the beans of the domain kafka.cluster are made of, as bytes; "" where it has none.
[[nodiscard]] std::string partition_state(const KafkaModel& model, const KafkaNode& node);

/// Shows the beans of a process that `asked` matches; only those are made.
void visit_beans(const KafkaModel& model,
                 const KafkaNode& node,
                 const BeanName& asked,
                 const BeanVisitor& visit);

}  // namespace cfkops::sandbox
