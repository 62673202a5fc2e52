#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::health {

/// How bad a finding is, from what is good to know to what harms now.
enum class Severity { Info, Warning, Fail, Critical };

/// "info", "warning", "fail" or "critical".
[[nodiscard]] std::string_view to_string(Severity severity);

/// The severity of that word; nothing where it is none.
[[nodiscard]] std::optional<Severity> severity_named(std::string_view word);

/// Something that a check found, with what it rests on.
struct Finding {
  Severity severity = Severity::Warning;
  std::string object = {};   ///< "pod confluent/kafka-0", "node worker-1"
  std::string message = {};  ///< one line for a person
  std::string field = {};    ///< where it was read: "status.conditions[Ready]"
  std::string value = {};    ///< what stood there

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// What a check comes to on a snapshot.
struct Judgement {
  std::vector<Finding> found = {};
  std::vector<std::string> unknown = {};  ///< what could not be told, and why
  bool nothing_there = false;  ///< there is nothing of what it is about, such as no Kafka
};

}  // namespace cfkops::health
