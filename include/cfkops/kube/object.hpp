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

  explicit Object(Json json)
      : json_(std::move(json)) {}

  /// Errors: Protocol where the text is no JSON object with metadata.name.
  [[nodiscard]] static Result<Object> parse(std::string_view text);

  [[nodiscard]] const Json& json() const { return json_; }

  [[nodiscard]] std::string api_version() const { return json_.string_or("/apiVersion", ""); }

  [[nodiscard]] std::string kind() const { return json_.string_or("/kind", ""); }

  [[nodiscard]] std::string name() const { return json_.string_or("/metadata/name", ""); }

  [[nodiscard]] std::string ns() const { return json_.string_or("/metadata/namespace", ""); }

  [[nodiscard]] std::string uid() const { return json_.string_or("/metadata/uid", ""); }

  [[nodiscard]] std::string resource_version() const {
    return json_.string_or("/metadata/resourceVersion", "");
  }

  [[nodiscard]] std::int64_t generation() const { return json_.int_or("/metadata/generation", 0); }

  /// The label or annotation `key`, or nothing.
  [[nodiscard]] std::optional<std::string> label(std::string_view key) const;
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

/// The status of condition `type` ("True", "False", "Unknown"), or "" where there is none.
[[nodiscard]] std::string condition(const Object& object, std::string_view type);

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
