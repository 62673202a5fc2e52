#include "api/handlers.hpp"
#include "api/write_options.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

Answer<kube::Response> create_object(Registry& registry, Exchange& exchange) {
  const auto form = negotiate(exchange);
  if (!form) {
    return refuse(form.error());
  }
  const auto query = read_write_options(exchange, WriteVerb::Create);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  auto object = read_object(exchange, target_of(*route.kind), query->validation);
  if (!object) {
    return refuse(std::move(object.error()));
  }
  const auto created =
      registry.create(*route.kind, route.ns, std::move(*object), write_options(exchange, *query));
  if (!created) {
    return refuse(created.error());
  }
  return respond_object(exchange, *form, 201, *created, registry.timeline().wall());
}

}  // namespace cfkops::sandbox
