#include "api/delete_options.hpp"
#include "api/handlers.hpp"
#include "api/list_options.hpp"
#include "api/write_options.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::vector<Shared> selected(const Registry& registry,
                             const Route& route,
                             const ListOptions& options) {
  std::vector<Shared> objects = registry.list(*route.kind, route.ns);
  std::erase_if(objects,
                [&](const Shared& object) { return !selects(options, *route.kind, *object); });
  if (options.limit > 0 && objects.size() > static_cast<std::size_t>(options.limit)) {
    objects.resize(static_cast<std::size_t>(options.limit));
  }
  return objects;
}

}  // namespace

Answer<kube::Response> delete_collection(Registry& registry, Exchange& exchange) {
  const auto form = negotiate(exchange);
  if (!form) {
    return refuse(form.error());
  }
  const auto listed = read_list_options(exchange, false);
  if (!listed) {
    return refuse(listed.error());
  }
  const auto options = read_delete_options(exchange);
  if (!options) {
    return refuse(options.error());
  }
  WriteQuery query;
  query.dry_run = is_dry_delete(*options);
  const Route& route = exchange.route;
  const std::string revision = std::to_string(registry.store().revision());
  const std::vector<Shared> objects = selected(registry, route, *listed);
  for (const Shared& object : objects) {
    const auto removed = registry.remove(*route.kind,
                                         namespace_of(*object),
                                         name_of(*object),
                                         *options,
                                         write_options(exchange, query));
    if (!removed && removed.error().reason != "NotFound") {
      return refuse(removed.error());
    }
  }
  Value meta = {{"resourceVersion", revision}};
  const WallTime now = registry.timeline().wall();
  return respond(
      exchange, 200, list_body(exchange, *form, *route.kind, objects, std::move(meta), now));
}

}  // namespace cfkops::sandbox
