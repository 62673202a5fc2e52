#include "admission_plugins.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

Refusal goes_away(const Admitted& about, const Value& object) {
  Refusal refusal = not_admitted(
      about,
      object,
      fmt::format("unable to create new content in namespace {} because it is being terminated",
                  about.ns));
  Value details = *refusal.details;
  details["causes"] =
      Value::array({{{"reason", "NamespaceTerminating"},
                     {"message", fmt::format("namespace {} is being terminated", about.ns)},
                     {"field", "metadata.namespace"}}});
  refusal.details = share(std::move(details));
  return refusal;
}

}  // namespace

Answer<void> admit_namespace(const Registry& registry, const Admitted& about, const Value& object) {
  if (about.ns.empty() || !about.kind.resource().namespaced) {
    return {};
  }
  const Shared space = registry.store().get({"namespaces", {}, std::string(about.ns)});
  if (space == nullptr) {
    return refuse(not_found({}, "namespaces", about.ns));
  }
  if (about.old == nullptr && text_at(*space, {"status", "phase"}) == "Terminating") {
    return refuse(goes_away(about, object));
  }
  return {};
}

}  // namespace cfkops::sandbox
