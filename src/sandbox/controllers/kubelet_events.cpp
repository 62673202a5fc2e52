#include "controllers/kubelet_events.hpp"

#include "controllers/cluster_objects.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <functional>

namespace cfkops::sandbox {

namespace {

using Tell = std::function<void(const char* type, const char* reason, const std::string& message)>;

/// Calls with each container and what records about it.
void for_each_container(Registry& registry,
                        const Value& pod,
                        const char* field,
                        const std::function<void(const Value&, const Tell&)>& what) {
  EventPlace place{.host = text_at(pod, {"spec", "nodeName"})};
  for (const Value& container : list_at(pod, {"spec", field})) {
    place.field = fmt::format("spec.{}{{{}}}", field, text_at(container, {"name"}));
    what(container, [&](const char* type, const char* reason, const std::string& message) {
      record_event(registry, pod, "kubelet", type, reason, message, place);
    });
  }
}

}  // namespace

void tell_started(Registry& registry, const Value& pod, const char* field) {
  for_each_container(registry, pod, field, [](const Value& container, const Tell& tell) {
    const std::string name = text_at(container, {"name"});
    tell("Normal",
         "Pulled",
         fmt::format("Container image \"{}\" already present on machine",
                     text_at(container, {"image"})));
    tell("Normal", "Created", "Created container: " + name);
    tell("Normal", "Started", "Started container " + name);
  });
}

void tell_killed(Registry& registry, const Value& pod) {
  for_each_container(registry, pod, "containers", [](const Value& container, const Tell& tell) {
    tell("Normal", "Killing", "Stopping container " + text_at(container, {"name"}));
  });
}

void tell_back_off(Registry& registry, const Value& pod) {
  for_each_container(registry, pod, "containers", [&](const Value& container, const Tell& tell) {
    tell("Warning",
         "BackOff",
         fmt::format("Back-off restarting failed container {} in pod {}_{}({})",
                     text_at(container, {"name"}),
                     name_of(pod),
                     namespace_of(pod),
                     uid_of(pod)));
  });
}

void tell_pull_failed(Registry& registry, const Value& pod, bool at_once) {
  for_each_container(registry, pod, "containers", [&](const Value& container, const Tell& tell) {
    const std::string image = text_at(container, {"image"});
    if (!at_once) {
      tell("Normal", "BackOff", fmt::format("Back-off pulling image \"{}\"", image));
      tell("Warning", "Failed", "Error: ImagePullBackOff");
      return;
    }
    tell("Normal", "Pulling", fmt::format("Pulling image \"{}\"", image));
    tell(
        "Warning",
        "Failed",
        fmt::format("Failed to pull image \"{0}\": failed to pull and unpack image \"{0}\": failed "
                    "to resolve reference \"{0}\": {0}: not found",
                    image));
    tell("Warning", "Failed", "Error: ErrImagePull");
  });
}

}  // namespace cfkops::sandbox
