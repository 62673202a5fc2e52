#pragma once

#include "value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

inline constexpr std::string_view kConfluentGroup = "platform.confluent.io";

/// A Kafka or KRaftController resource, as Confluent's operator reads it. The object is borrowed.
class CfkResource {
 public:
  explicit CfkResource(const Value& object)
      : object_(object) {}

  [[nodiscard]] const Value& object() const { return object_; }

  [[nodiscard]] const Value& spec() const { return object_at(object_, {"spec"}); }

  [[nodiscard]] std::string name() const { return name_of(object_); }

  [[nodiscard]] std::string ns() const { return namespace_of(object_); }

  [[nodiscard]] bool is_controllers() const {
    return text_at(object_, {"kind"}) == "KRaftController";
  }

  /// "kafka" or "kraftcontroller": the value of its type label, and its container's name.
  [[nodiscard]] std::string_view type() const {
    return is_controllers() ? "kraftcontroller" : "kafka";
  }

  [[nodiscard]] std::string finalizer() const;

  [[nodiscard]] std::int64_t replicas() const { return number_at(object_, {"spec", "replicas"}); }

  [[nodiscard]] std::int64_t generation() const {
    return number_at(object_, {"metadata", "generation"});
  }

  [[nodiscard]] std::string pod(std::int64_t number) const {
    return name() + "-" + std::to_string(number);
  }

  /// Of its controllers, where it is a Kafka that names them; else "".
  [[nodiscard]] std::string controllers_name() const;

  /// The value of "platform.confluent.io/<name>", or "".
  [[nodiscard]] std::string annotation(std::string_view name) const;

  /// What keeps it from being brought about, in a sentence; "" for nothing.
  [[nodiscard]] std::string problem() const;

  /// All that it asks for in Kubernetes, in the order in which it is made. What the resource owns
  /// says so; claims it does not own.
  [[nodiscard]] std::vector<Value> wanted() const;

  /// Puts into the spec of its StatefulSet what differs between `before`, a spec of the resource,
  /// and this one. All but the number of replicas.
  void put_changes(const Value& before, Value& set_spec) const;

 private:
  const Value& object_;
};

}  // namespace cfkops::sandbox
