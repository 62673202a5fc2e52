#include "api/handlers.hpp"
#include "api/list_options.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

Answer<kube::Response> get_object(Registry& registry, Exchange& exchange) {
  auto form = negotiate(exchange);
  if (!form) {
    return refuse(std::move(form.error()));
  }
  const auto version = read_version(exchange.query.get("resourceVersion"));
  if (!version) {
    return refuse(version.error());
  }
  if (*version > registry.store().revision()) {
    return refuse(version_too_large(*version, registry.store().revision()));
  }
  const Route& route = exchange.route;
  auto object = registry.get(*route.kind, route.ns, route.name);
  if (!object) {
    return refuse(std::move(object.error()));
  }
  return respond_object(exchange, *form, 200, *object, registry.timeline().wall());
}

}  // namespace cfkops::sandbox
