#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// One API object: immutable, cheap to copy, read through paths that errors can name.
class Object {
 public:
  Object() = default;

  /// Takes a JSON object as it is.
  explicit Object(Json json)
      : json_(std::move(json)) {}

  /// Errors: Protocol where the text is no JSON object with metadata.name.
  [[nodiscard]] static Result<Object> parse(std::string_view text);

  /// All of it.
  [[nodiscard]] const Json& json() const { return json_; }

  /// "apps/v1"; here and below "" where it is missing.
  [[nodiscard]] std::string api_version() const { return json_.string_or("/apiVersion", ""); }

  /// "StatefulSet"
  [[nodiscard]] std::string kind() const { return json_.string_or("/kind", ""); }

  /// metadata.name
  [[nodiscard]] std::string name() const { return json_.string_or("/metadata/name", ""); }

  /// metadata.namespace
  [[nodiscard]] std::string ns() const { return json_.string_or("/metadata/namespace", ""); }

  /// metadata.uid
  [[nodiscard]] std::string uid() const { return json_.string_or("/metadata/uid", ""); }

  /// metadata.resourceVersion, an opaque text
  [[nodiscard]] std::string resource_version() const {
    return json_.string_or("/metadata/resourceVersion", "");
  }

  /// metadata.generation, 0 where the kind has none
  [[nodiscard]] std::int64_t generation() const { return json_.int_or("/metadata/generation", 0); }

  /// The label `key`, or nothing.
  [[nodiscard]] std::optional<std::string> label(std::string_view key) const;

  /// The annotation `key`, or nothing.
  [[nodiscard]] std::optional<std::string> annotation(std::string_view key) const;

  /// metadata.deletionTimestamp is set.
  [[nodiscard]] bool deleting() const { return json_.has("/metadata/deletionTimestamp"); }

  /// "pod confluent/kafka-0", as messages name it.
  [[nodiscard]] std::string text() const;

 private:
  Json json_;
};

/// A list as of one resourceVersion. Items carry apiVersion and kind even though the server leaves
/// them out.
struct ObjectList {
  std::vector<Object> items;
  std::string resource_version;
};

/// A label selector of an object as a query has it: "app=web,tier in (a,b),!old"; "" where it is
/// empty or none.
[[nodiscard]] std::string selector_text(const Json& selector);

/// `owner` is one of the owners of an object.
[[nodiscard]] bool owned_by(const Object& object, const Object& owner);

/// The status of condition `type` ("True", "False", "Unknown"), or "" where there is none.
[[nodiscard]] std::string condition(const Object& object, std::string_view type);

/// What condition `type` says where it is True, fit for a terminal; "" otherwise.
[[nodiscard]] std::string condition_message(const Object& object, std::string_view type);

/// All containers of a pod have ended, and none starts anew: its phase is Succeeded or Failed.
[[nodiscard]] bool pod_ended(const Object& pod);

/// A pod is Ready and not on its way out.
[[nodiscard]] bool pod_ready(const Object& pod);

/// Why a pod is not Ready, in kubectl's STATUS words with the detail that helps: "CrashLoopBackOff:
/// back-off 40s restarting failed container", "Pending: 0/3 nodes are available: …"; "" for a Ready
/// pod.
[[nodiscard]] std::string pod_trouble(const Object& pod);

/// A waiting reason that will not heal by itself (CrashLoopBackOff, ImagePullBackOff, ErrImagePull,
/// InvalidImageName, CreateContainerConfigError, …), as in `pod_trouble`; "" otherwise.
[[nodiscard]] std::string pod_stuck(const Object& pod);

}  // namespace cfkops::kube
