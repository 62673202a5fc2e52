#pragma once

#include "support/scripted_answer.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace cfkops::test {

/// The Leases of a scripted server: can be read, created, patched and deleted, with uid and
/// resourceVersion as preconditions, as the API server has it.
class ScriptedLeases {
 public:
  /// Adds its rules to the transport, which must not outlive it.
  explicit ScriptedLeases(ScriptedTransport& transport);

  /// Puts one there, or changes it, behind the client's back: "confluent/cfkops-kafka-kafka".
  void set_spec(const std::string& key, const nlohmann::json& spec);

  /// Answers the next patch with 422.
  void refuse_next_patch() { refuses_ = true; }

  /// Puts this annotation on one, which is made where it is not there.
  void annotate(const std::string& key, const std::string& name, const std::string& text);

  /// One's annotation; "" where there is none.
  [[nodiscard]] std::string annotation(const std::string& key, const std::string& name) const;

  /// Deletes one.
  void erase(const std::string& key) { leases_.erase(key); }

  /// One's spec; null where there is none.
  [[nodiscard]] nlohmann::json spec(const std::string& key) const;

  /// Who holds it; "" for nobody.
  [[nodiscard]] std::string holder(const std::string& key) const;

  /// How many of them somebody holds.
  [[nodiscard]] std::size_t held() const;

 private:
  Answer get(const std::string& key) const;
  Answer create(const kube::Request& request);
  Answer patch(const std::string& key, const kube::Request& request);
  Answer remove(const std::string& key, const kube::Request& request);
  nlohmann::json& store(const std::string& key, nlohmann::json lease);

  std::map<std::string, nlohmann::json> leases_;
  int version_ = 100;
  bool refuses_ = false;
};

}  // namespace cfkops::test
