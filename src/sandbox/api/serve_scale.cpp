#include "api/handlers.hpp"
#include "api/patch_body.hpp"
#include "api/scale_object.hpp"
#include "api/write_options.hpp"
#include "yaml_reader.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

Target scale_target() {
  return built_in_target("autoscaling/v1", "Scale");
}

Answer<kube::Response> show(Exchange& exchange, const Shared& object) {
  return respond(exchange, 200, scale_of(*exchange.route.kind, *object));
}

Answer<kube::Response> get_scale(const Registry& registry, Exchange& exchange) {
  const Route& route = exchange.route;
  const auto object = registry.get(*route.kind, route.ns, route.name);
  if (!object) {
    return refuse(object.error());
  }
  if (!has_replicas(*route.kind, **object)) {
    return refuse(internal_error(replicas_fault(*route.kind, "does not exist")));
  }
  return show(exchange, *object);
}

// The object with what a scale of it says.
Answer<Value> scaled(const Kind& kind, const Value& current, const Value& scale) {
  const std::int64_t replicas = number_at(scale, {"spec", "replicas"});
  if (replicas < 0) {
    FieldErrors errors;
    errors.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
    return refuse(invalid("autoscaling", "Scale", name_of(current), errors));
  }
  Value object = current;
  set_replicas(kind, object, replicas);
  const std::string version = text_at(scale, {"metadata", "resourceVersion"});
  if (!version.empty() || !kind.is_defined()) {
    make_at(object, {"metadata", "resourceVersion"}) = version;
  }
  return object;
}

Answer<kube::Response> write_scale(Registry& registry,
                                   Exchange& exchange,
                                   const Transform& transform,
                                   const WriteOptions& options) {
  const Route& route = exchange.route;
  const auto written = registry.update(*route.kind, route.ns, route.name, transform, options);
  if (!written) {
    return refuse(written.error());
  }
  return show(exchange, written->object);
}

Answer<kube::Response> put_scale(Registry& registry, Exchange& exchange) {
  const auto query = read_write_options(exchange, WriteVerb::Update);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  auto scale = read_object(exchange, scale_target(), query->validation);
  if (!scale) {
    return refuse(std::move(scale.error()));
  }
  if (auto checked = check_identity(route, *scale); !checked) {
    return refuse(std::move(checked.error()));
  }
  const std::string uid = uid_of(*scale);
  const auto transform = [&](const Shared& current) -> Answer<Value> {
    if (!uid.empty() && uid != uid_of(*current)) {
      return refuse(other_uid(route, uid, uid_of(*current)));
    }
    return scaled(*route.kind, *current, *scale);
  };
  return write_scale(registry, exchange, transform, write_options(exchange, *query));
}

Answer<Value> patched_scale(const Route& route, const PatchBody& body, const Value& current) {
  const Value before = scale_of(*route.kind, current);
  auto scale = patched(body, before);
  if (!scale) {
    return scale;
  }
  if (auto checked = check_identity(route, *scale); !checked) {
    return refuse(std::move(checked.error()));
  }
  if (!has_replicas(*route.kind, current) && find(*scale, {"spec", "replicas"}) == nullptr) {
    return refuse(bad_request(replicas_fault(*route.kind, "cannot be empty")));
  }
  return scaled(*route.kind, current, *scale);
}

// The replicas belong to the object, so it is the object that the configuration is applied to.
Answer<Value> applied_scale(const Registry& registry,
                            const Route& route,
                            const PatchBody& body,
                            const Value& current) {
  Manager manager;
  manager.name = body.query.manager;
  manager.api_version = body.target.api_version;
  manager.subresource = route.subresource;
  manager.time = registry.timestamp();
  manager.status_counts = true;
  WriteQuery forced = body.query;
  forced.force = true;
  const PatchBody alone{body.type, body.target, body.text, forced, body.warnings};
  auto scale = applied(alone, scale_of(*route.kind, current), manager);
  if (!scale) {
    return scale;
  }
  if (auto checked = check_identity(route, *scale); !checked) {
    return refuse(std::move(checked.error()));
  }
  StrictErrors known;
  const auto config = read_yaml(body.text, known);
  const kube::Resource& resource = route.kind->resource();
  Value own = {{"apiVersion", resource.api_version()},
               {"kind", resource.kind},
               {"metadata", {{"name", route.name}}}};
  if (config && find(*config, {"spec", "replicas"}) != nullptr) {
    set_replicas(*route.kind, own, number_at(*config, {"spec", "replicas"}));
  }
  manager.api_version = resource.api_version();
  manager.status_counts = !route.kind->has_status();
  auto object = apply_config(route.kind->schema(), current, own, manager, body.query.force);
  if (!object) {
    return object;
  }
  return scaled(*route.kind, *object, scale_of(*route.kind, *object));
}

Answer<kube::Response> patch_scale(Registry& registry, Exchange& exchange) {
  const auto type = patch_type(exchange);
  if (!type) {
    return refuse(type.error());
  }
  const bool applies = *type == PatchType::Apply;
  const auto query = read_write_options(exchange, applies ? WriteVerb::Apply : WriteVerb::Patch);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  const Target target = scale_target();
  const PatchBody body{*type, target, exchange.request.body, *query, exchange.warnings};
  WriteOptions options = write_options(exchange, *query);
  options.operation = applies ? "Apply" : "Update";
  const auto transform = [&](const Shared& current) {
    return applies ? applied_scale(registry, route, body, *current)
                   : patched_scale(route, body, *current);
  };
  return write_scale(registry, exchange, transform, options);
}

}  // namespace

Answer<kube::Response> serve_scale(Registry& registry, Exchange& exchange) {
  if (const auto form = negotiate(exchange); !form) {
    return refuse(form.error());
  }
  const std::string& method = exchange.request.method;
  if (method == "PUT") {
    return put_scale(registry, exchange);
  }
  return method == "PATCH" ? patch_scale(registry, exchange) : get_scale(registry, exchange);
}

}  // namespace cfkops::sandbox
