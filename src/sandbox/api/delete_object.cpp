#include "api/delete_options.hpp"
#include "api/handlers.hpp"
#include "api/write_options.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

// What is said of an object that is gone, where its kind does not show it once more.
Value success(const Kind& kind, const Value& object) {
  Value details = {
      {"name", name_of(object)}, {"kind", kind.resource().plural}, {"uid", uid_of(object)}};
  if (!kind.resource().group.empty()) {
    details["group"] = kind.resource().group;
  }
  return {{"apiVersion", "v1"},
          {"kind", "Status"},
          {"metadata", Value::object()},
          {"status", "Success"},
          {"details", std::move(details)}};
}

}  // namespace

Answer<kube::Response> delete_object(Registry& registry, Exchange& exchange) {
  const auto form = negotiate(exchange);
  if (!form) {
    return refuse(form.error());
  }
  const auto options = read_delete_options(exchange);
  if (!options) {
    return refuse(options.error());
  }
  WriteQuery query;
  query.dry_run = is_dry_delete(*options);
  const Route& route = exchange.route;
  const auto removed =
      registry.remove(*route.kind, route.ns, route.name, *options, write_options(exchange, query));
  if (!removed) {
    return refuse(removed.error());
  }
  const bool accepted = !removed->gone && !flag_at(*options, {"orphanDependents"}, true);
  const int status = accepted ? 202 : 200;
  if (removed->gone && !route.kind->delete_answers_object()) {
    return respond(exchange, status, success(*route.kind, *removed->object));
  }
  return respond_object(exchange, *form, status, removed->object, registry.timeline().wall());
}

}  // namespace cfkops::sandbox
