#include "api/handlers.hpp"
#include "api/patch_body.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

Manager manager_of(const Registry& registry, const Route& route, const WriteQuery& query) {
  Manager manager;
  manager.name = query.manager;
  manager.api_version = route.kind->resource().api_version();
  manager.subresource = route.subresource;
  manager.time = registry.timestamp();
  manager.status_counts = !route.kind->has_status();
  return manager;
}

Answer<Value> changed(const Registry& registry,
                      const Route& route,
                      const PatchBody& body,
                      const Shared& current) {
  const kube::Resource& resource = route.kind->resource();
  if (body.type == PatchType::Apply) {
    return applied(
        body, current == nullptr ? Value() : *current, manager_of(registry, route, body.query));
  }
  if (current == nullptr) {
    return refuse(not_found(resource.group, resource.plural, route.name));
  }
  return patched(body, *current);
}

Answer<Value> checked(const Route& route, Value object, bool is_new) {
  const kube::Resource& resource = route.kind->resource();
  if (const std::string uid = uid_of(object); is_new && !uid.empty()) {
    return refuse(conflict(resource.group,
                           resource.plural,
                           route.name,
                           fmt::format("uid mismatch: the provided object specified uid {}, and no "
                                       "existing object was found",
                                       uid)));
  }
  if (auto identity = check_identity(route, object); !identity) {
    return refuse(std::move(identity.error()));
  }
  return object;
}

}  // namespace

Answer<kube::Response> patch_object(Registry& registry, Exchange& exchange) {
  const auto type = patch_type(exchange);
  if (!type) {
    return refuse(type.error());
  }
  const auto form = negotiate(exchange);
  if (!form) {
    return refuse(form.error());
  }
  const bool applies = *type == PatchType::Apply;
  const auto query = read_write_options(exchange, applies ? WriteVerb::Apply : WriteVerb::Patch);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  const Target target = target_of(*route.kind);
  const PatchBody body{*type, target, exchange.request.body, *query, exchange.warnings};
  WriteOptions options = write_options(exchange, *query);
  options.operation = applies ? "Apply" : "Update";
  const auto transform = [&](const Shared& current) -> Answer<Value> {
    auto object = changed(registry, route, body, current);
    return object ? checked(route, std::move(*object), current == nullptr) : std::move(object);
  };
  const auto written = registry.update(*route.kind, route.ns, route.name, transform, options);
  if (!written) {
    return refuse(written.error());
  }
  return respond_object(
      exchange, *form, written->created ? 201 : 200, written->object, registry.timeline().wall());
}

}  // namespace cfkops::sandbox
