#include "api/handlers.hpp"
#include "api/write_options.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

Answer<kube::Response> update_object(Registry& registry, Exchange& exchange) {
  const auto form = negotiate(exchange);
  if (!form) {
    return refuse(form.error());
  }
  const auto query = read_write_options(exchange, WriteVerb::Update);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  auto object = read_object(exchange, target_of(*route.kind), query->validation);
  if (!object) {
    return refuse(std::move(object.error()));
  }
  if (auto checked = check_identity(route, *object); !checked) {
    return refuse(std::move(checked.error()));
  }
  const std::string uid = uid_of(*object);
  const auto replace = [&](const Shared& current) -> Answer<Value> {
    if (!uid.empty() && (current == nullptr || uid != uid_of(*current))) {
      return refuse(other_uid(route, uid, current == nullptr ? "" : uid_of(*current)));
    }
    return *object;
  };
  const auto written =
      registry.update(*route.kind, route.ns, route.name, replace, write_options(exchange, *query));
  if (!written) {
    return refuse(written.error());
  }
  return respond_object(
      exchange, *form, written->created ? 201 : 200, written->object, registry.timeline().wall());
}

}  // namespace cfkops::sandbox
