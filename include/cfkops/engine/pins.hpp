#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/kube/resource.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// One field of an object at the time of planning.
struct PinnedField {
  std::string hash;           ///< salted, of path and value
  std::optional<Json> value;  ///< where it may be shown: no secret, and short

  friend bool operator==(const PinnedField& a, const PinnedField& b) { return a.hash == b.hash; }
};

/// What an object that a plan rests on was like.
struct Pin {
  kube::Resource resource;
  std::string kind;
  std::string ns;
  std::string name;
  std::string uid;
  std::string resource_version;  ///< recorded only; of a Secret it is a field
  bool compared = true;  ///< false: it was read, but whatever becomes of it is no drift (a pod that
                         ///< the plan does not name)
  std::map<std::string, PinnedField> fields;  ///< the relevant ones, by JSON Pointer

  /// "statefulset confluent/kafka"
  [[nodiscard]] std::string text() const;
};

/// The object's relevant fields: all but its status, what the server keeps for itself, and what
/// repeats other fields. Of a Node labels, spec and its capacity; of a Secret only
/// that it is still the same write of the same object, since a hash of a password can be guessed.
/// Nothing for the kinds that tell of the moment: events, leases, endpoints.
[[nodiscard]] std::optional<Pin> pin_of(const kube::Resource& resource,
                                        const kube::Object& object,
                                        const std::string& salt);

/// Keeps the newest state of every object that is read while a plan is made.
class PinRecorder final : public kube::ReadListener {
 public:
  void on_object(const kube::Resource& resource, const kube::Object& object) override;

  /// All that was read, by kind and name. `plan` (as of `Plan::to_json`) says which pods it names.
  [[nodiscard]] std::vector<Pin> pins(const std::string& salt, const Json& plan) const;

 private:
  struct Read {
    kube::Resource resource;
    kube::Object object;
  };

  std::map<std::string, Read> read_;  ///< by resource, namespace and name
};

}  // namespace cfkops::engine
