#include "api/handlers.hpp"
#include "api/patch_body.hpp"
#include "api/scale_view.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kVersion = "autoscaling/v1";
constexpr std::string_view kName = "Scale";

// What a scale that came in makes of its object.
Answer<Value> rescaled(const Route& route, const Value& current, const Value& scale) {
  const Kind& kind = *route.kind;
  const std::int64_t replicas = number_at(scale, {"spec", "replicas"});
  if (!kind.is_defined() && replicas < 0) {
    FieldErrors errors;
    errors.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
    return refuse(invalid("autoscaling", kName, name_of(scale), errors));
  }
  const std::string uid = uid_of(scale);
  if (!uid.empty() && uid != uid_of(current)) {
    return refuse(
        conflict(kind.resource().group,
                 kind.resource().plural + "/scale",
                 route.name,
                 fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                             uid,
                             uid_of(current))));
  }
  Value fresh = current;
  set_replicas(kind, replicas, fresh);
  // Of a defined kind a scale without a version is one of the version that is there.
  const std::string version = text_at(scale, {"metadata", "resourceVersion"});
  if (!version.empty() || !kind.is_defined()) {
    make_at(fresh, {"metadata", "resourceVersion"}) = version;
  }
  return fresh;
}

Answer<kube::Response> answer(Registry& registry,
                              Exchange& exchange,
                              const WriteOptions& options,
                              const Transform& transform) {
  const Route& route = exchange.route;
  const auto written = registry.update(*route.kind, route.ns, route.name, transform, options);
  if (!written) {
    return refuse(written.error());
  }
  return respond(exchange, 200, scale_of(*route.kind, *written->object));
}

Answer<kube::Response> show(Registry& registry, const Exchange& exchange) {
  const Route& route = exchange.route;
  const auto object = registry.get(*route.kind, route.ns, route.name);
  if (!object) {
    return refuse(object.error());
  }
  if (!has_replicas(*route.kind, **object)) {
    return refuse(internal_error(fmt::format("the spec replicas field {} does not exist",
                                             go_quoted(replicas_path(*route.kind)))));
  }
  return respond(exchange, 200, scale_of(*route.kind, **object));
}

Answer<kube::Response> replace(Registry& registry, Exchange& exchange) {
  const auto query = read_write_options(exchange, WriteVerb::Update);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  auto scale = read_object(exchange, built_in_target(kVersion, kName), query->validation);
  if (!scale) {
    return refuse(std::move(scale.error()));
  }
  if (auto checked = check_identity(route, *scale); !checked) {
    return refuse(std::move(checked.error()));
  }
  const auto transform = [&](const Shared& current) -> Answer<Value> {
    if (const std::string uid = uid_of(*scale); !uid.empty() && uid != uid_of(*current)) {
      return refuse(other_uid(route, uid, uid_of(*current)));
    }
    return rescaled(route, *current, *scale);
  };
  return answer(registry, exchange, write_options(exchange, *query), transform);
}

// A scale as it is before a patch: replicas that are not there may not stay so.
Value before_patch(const Kind& kind, const Value& current) {
  Value scale = scale_of(kind, current);
  if (!has_replicas(kind, current)) {
    make_at(scale, {"spec", "replicas"}) = std::numeric_limits<std::int32_t>::min();
  }
  return scale;
}

Answer<Value> patched_scale(const Route& route, const PatchBody& body, const Value& current) {
  auto scale = patched(body, before_patch(*route.kind, current));
  if (!scale) {
    return scale;
  }
  if (auto checked = check_identity(route, *scale); !checked) {
    return refuse(std::move(checked.error()));
  }
  if (number_at(*scale, {"spec", "replicas"}) == std::numeric_limits<std::int32_t>::min()) {
    return refuse(bad_request(fmt::format("the spec replicas field {} cannot be empty",
                                          go_quoted(replicas_path(*route.kind)))));
  }
  return rescaled(route, current, *scale);
}

// An applied scale is an applied object that names its replicas alone.
Answer<Value> applied_scale(const Registry& registry,
                            const Route& route,
                            const PatchBody& body,
                            const Value& current) {
  const Kind& kind = *route.kind;
  StrictErrors strict;
  auto scale = read_config(body, strict);
  if (!scale) {
    return scale;
  }
  const std::string version = text_at(*scale, {"apiVersion"});
  if (version != kVersion || text_at(*scale, {"kind"}) != kName) {
    return refuse(bad_request(fmt::format("invalid object type: {}{}, Kind={}",
                                          version.find('/') == std::string::npos ? "/" : "",
                                          version,
                                          text_at(*scale, {"kind"}))));
  }
  if (auto checked = check_identity(route, *scale); !checked) {
    return refuse(std::move(checked.error()));
  }
  Value config = {{"apiVersion", kind.resource().api_version()}, {"kind", kind.resource().kind}};
  if (const Value* replicas = find(*scale, {"spec", "replicas"}); replicas != nullptr) {
    set_replicas(kind, number_at(*scale, {"spec", "replicas"}), config);
  }
  Manager manager;
  manager.name = body.query.manager;
  manager.api_version = kind.resource().api_version();
  manager.subresource = route.subresource;
  manager.time = registry.timestamp();
  auto fresh = apply_config(kind.schema(), current, config, manager, body.query.force);
  if (!fresh) {
    return fresh;
  }
  if (auto judged = judge_config(body, strict); !judged) {
    return refuse(std::move(judged.error()));
  }
  if (const Value* asked = find(*scale, {"metadata", "resourceVersion"}); asked != nullptr) {
    make_at(*fresh, {"metadata", "resourceVersion"}) = *asked;
  }
  return fresh;
}

Answer<kube::Response> patch(Registry& registry, Exchange& exchange, PatchType type) {
  const bool applies = type == PatchType::Apply;
  const auto query = read_write_options(exchange, applies ? WriteVerb::Apply : WriteVerb::Patch);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  const Target target = built_in_target(kVersion, kName);
  const PatchBody body{type, target, exchange.request.body, *query, exchange.warnings};
  WriteOptions options = write_options(exchange, *query);
  options.operation = applies ? "Apply" : "Update";
  const auto transform = [&](const Shared& current) {
    return applies ? applied_scale(registry, route, body, *current)
                   : patched_scale(route, body, *current);
  };
  return answer(registry, exchange, options, transform);
}

}  // namespace

Answer<kube::Response> serve_scale(Registry& registry, Exchange& exchange) {
  std::optional<PatchType> type;
  if (exchange.request.method == "PATCH") {
    const auto found = patch_type(exchange);
    if (!found) {
      return refuse(found.error());
    }
    type = *found;
  }
  if (const auto form = negotiate(exchange); !form) {
    return refuse(form.error());
  }
  if (type) {
    return patch(registry, exchange, *type);
  }
  return exchange.request.method == "PUT" ? replace(registry, exchange) : show(registry, exchange);
}

}  // namespace cfkops::sandbox
