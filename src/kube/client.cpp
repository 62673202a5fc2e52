#include "cfkops/kube/client.hpp"

#include "call.hpp"
#include "redact.hpp"
#include "status_body.hpp"
#include "write_request.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::kube {

namespace {

bool any(const Precondition& precondition) {
  return !precondition.uid.empty() || !precondition.resource_version.empty();
}

Repeatable guarded(bool is_guarded) {
  return is_guarded ? Repeatable::Yes : Repeatable::No;
}

/// A mutation as it is recorded, apart from its number.
Mutation mutation_of(std::string verb,
                     const Resource& resource,
                     const std::string& ns,
                     const std::string& name,
                     const Precondition& precondition) {
  return {.verb = std::move(verb),
          .resource = resource,
          .ns = resource.namespaced ? ns : std::string(),
          .name = name,
          .uid = precondition.uid,
          .resource_version = precondition.resource_version};
}

/// A patch with the precondition in it, where the server checks it.
Result<Json> with_precondition(const Json& patch,
                               PatchType type,
                               const Precondition& precondition) {
  nlohmann::json guarded_patch = patch.raw();
  const bool list = type == PatchType::Json;
  if (list ? !guarded_patch.is_array() : !guarded_patch.is_object()) {
    return make_error(
        ErrorCode::InvalidInput,
        list ? "a JSON patch must be a list of operations" : "a patch must be an object");
  }
  const auto guard = [&](const char* field, const std::string& value, int position) {
    if (value.empty()) {
      return;
    }
    if (list) {
      nlohmann::json test = {
          {"op", "test"}, {"path", std::string("/metadata/") + field}, {"value", value}};
      guarded_patch.insert(guarded_patch.begin() + position, std::move(test));
    } else {
      guarded_patch["metadata"][field] = value;
    }
  };
  if (!list && guarded_patch.contains("metadata") && !guarded_patch["metadata"].is_object()) {
    return make_error(ErrorCode::InvalidInput, "/metadata: expected object in a patch");
  }
  guard("uid", precondition.uid, 0);
  guard("resourceVersion", precondition.resource_version, precondition.uid.empty() ? 0 : 1);
  return Json(std::move(guarded_patch));
}

Json delete_body(const DeleteOptions& options) {
  nlohmann::json body = {
      {"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", options.propagation}};
  if (options.grace_period_seconds) {
    body["gracePeriodSeconds"] = *options.grace_period_seconds;
  }
  if (!options.precondition.uid.empty()) {
    body["preconditions"]["uid"] = options.precondition.uid;
  }
  if (!options.precondition.resource_version.empty()) {
    body["preconditions"]["resourceVersion"] = options.precondition.resource_version;
  }
  return Json(std::move(body));
}

Result<std::string> name_of(const Json& object) {
  std::string name = object.string_or("/metadata/name", "");
  if (name.empty()) {
    return make_error(ErrorCode::InvalidInput, "/metadata/name: an object needs a name");
  }
  return name;
}

Precondition precondition_of(const Json& object) {
  return {object.string_or("/metadata/uid", ""), object.string_or("/metadata/resourceVersion", "")};
}

/// A patch whose precondition fails is answered with 422, as a failed `test` or as a change of the
/// immutable uid; the promise is a conflict.
Error failed_precondition(Error error,
                          const Precondition& precondition,
                          const Result<Object>& now) {
  const bool changed = now && ((!precondition.uid.empty() && now->uid() != precondition.uid) ||
                               (!precondition.resource_version.empty() &&
                                now->resource_version() != precondition.resource_version));
  if (changed) {
    error.code = ErrorCode::Conflict;
    error.hint = "somebody changed or replaced it in the meantime: read it again, then decide";
  }
  return error;
}

}  // namespace

Client::Client(Loop& loop, ReaderOptions options, MutationRecorder& recorder)
    : Reader(loop, options),
      recorder_(recorder) {}

Result<Object> Client::create(const Resource& resource, const std::string& ns, const Json& object) {
  CFKOPS_ASSIGN(const std::string name, name_of(object));
  Call call{.request = json_request("POST", resource.path(ns) + write_query(DryRun::No), object),
            .mutation = mutation_of("create", resource, ns, name, {}),
            .what = describe("create", resource, ns, name)};
  call.mutation.body = without_secrets(resource, object);
  CFKOPS_ASSIGN(const Response response, mutate(call));
  return object_of(response, call.what);
}

Result<Object> Client::update(const Resource& resource, const std::string& ns, const Json& object) {
  CFKOPS_ASSIGN(const std::string name, name_of(object));
  const Precondition precondition = precondition_of(object);
  Call call{
      .request = json_request("PUT", resource.path(ns, name) + write_query(DryRun::No), object),
      .mutation = mutation_of("update", resource, ns, name, precondition),
      .repeatable = guarded(any(precondition)),
      .what = describe("update", resource, ns, name)};
  call.mutation.body = without_secrets(resource, object);
  if (any(precondition)) {
    call.hindsight = [&object](const Result<Object>& now) { return is_updated(now, object); };
  }
  CFKOPS_ASSIGN(const Response response, mutate(call));
  return object_of(response, call.what);
}

Result<Object> Client::patch(const Resource& resource,
                             const std::string& ns,
                             const std::string& name,
                             const Json& patch,
                             const PatchOptions& options) {
  const bool apply = options.type == PatchType::Apply;
  const std::string what = describe(apply ? "apply" : "patch", resource, ns, name);
  Result<Json> body = with_precondition(patch, options.type, options.precondition);
  if (!body) {
    return std::move(body).error().in(what);
  }
  const std::string target = resource.path(ns, name, options.subresource) +
                             write_query(DryRun::No, apply && options.force);
  Call call{
      .request = json_request("PATCH", target, *body),
      .mutation = mutation_of(apply ? "apply" : "patch", resource, ns, name, options.precondition),
      .what = what};
  call.request.headers = {{"Content-Type", std::string(content_type(options.type))}};
  call.mutation.subresource = options.subresource;
  call.mutation.body = without_secrets(resource, *body);
  // A JSON patch may append to a list: only a resourceVersion keeps a repeat from doing so twice.
  const bool is_guarded = options.type == PatchType::Json
                              ? !options.precondition.resource_version.empty()
                              : apply || any(options.precondition);
  call.repeatable = guarded(is_guarded);
  if (is_guarded) {
    call.hindsight = [&](const Result<Object>& now) {
      return is_patched(now, options.type, patch, options.precondition);
    };
  }
  Result<Response> response = mutate(call);
  if (response) {
    return object_of(*response, what);
  }
  if (any(options.precondition) && response.error().code == ErrorCode::Invalid) {
    return failed_precondition(
        std::move(response).error(), options.precondition, get(resource, ns, name));
  }
  return std::move(response).error();
}

Result<Object> Client::apply(const Resource& resource,
                             const std::string& ns,
                             const Json& object,
                             bool force) {
  CFKOPS_ASSIGN(const std::string name, name_of(object));
  return patch(
      resource, ns, name, object, {.type = PatchType::Apply, .precondition = {}, .force = force});
}

Status Client::remove(const Resource& resource,
                      const std::string& ns,
                      const std::string& name,
                      const DeleteOptions& options) {
  const Precondition& precondition = options.precondition;
  const Json body = delete_body(options);
  Call call{.request = json_request("DELETE", resource.path(ns, name), body),
            .mutation = mutation_of("delete", resource, ns, name, precondition),
            .repeatable = guarded(any(precondition)),
            .what = describe("delete", resource, ns, name)};
  call.mutation.body = body;
  if (any(precondition)) {
    call.hindsight = [&](const Result<Object>& now) { return is_gone(now, precondition); };
  }
  CFKOPS_TRY(mutate(call));
  return {};
}

Status Client::evict(const std::string& ns,
                     const std::string& pod,
                     const Precondition& precondition,
                     MonoTime not_after) {
  const Resource& pods = resources::pods();
  const std::string what = describe("evict", pods, ns, pod);
  // The server spends the budget before it looks at the uid, and gives it back after two minutes
  // only.
  if (!precondition.uid.empty()) {
    const std::string look = describe("get", pods, ns, pod);
    CFKOPS_ASSIGN(const Response found, exchange({.target = pods.path(ns, pod)}, look, not_after));
    CFKOPS_ASSIGN(const Object now, object_of(found, look));
    if (now.uid() != precondition.uid) {
      return make_error(ErrorCode::Conflict,
                        "the pod is another one now: uid " + base::printable(now.uid()) +
                            " instead of " + precondition.uid,
                        "the pod was replaced in the meantime: read it again, then decide")
          .in(what);
    }
  }
  const Json body = eviction_body(ns, pod, precondition, DryRun::No);
  Call call{.request = json_request(
                "POST", pods.path(ns, pod, "eviction") + write_query(DryRun::No), body),
            .mutation = mutation_of("evict", pods, ns, pod, precondition),
            .what = what,
            .not_after = not_after};
  call.mutation.subresource = "eviction";
  call.mutation.body = body;
  if (any(precondition)) {
    call.looks_first = true;
    call.hindsight = [&](const Result<Object>& now) { return is_gone(now, precondition); };
  }
  CFKOPS_TRY(mutate(call));
  return {};
}

Result<Object> Client::scale(const Resource& resource,
                             const std::string& ns,
                             const std::string& name,
                             int replicas) {
  const std::string what = describe("scale", resource, ns, name);
  const std::string path = resource.path(ns, name, "scale");
  CFKOPS_ASSIGN(const Response current, exchange({.target = path}, what));
  CFKOPS_ASSIGN(const Object scale, object_of(current, what));
  const Precondition precondition{scale.uid(), {}};
  const Json wanted(nlohmann::json{{"spec", {{"replicas", replicas}}}});
  CFKOPS_ASSIGN(const Json body, with_precondition(wanted, PatchType::Merge, precondition));
  Call call{.request = json_request("PATCH", path + write_query(DryRun::No), body),
            .mutation = mutation_of("scale", resource, ns, name, precondition),
            .repeatable = Repeatable::Yes,
            .what = what,
            .hindsight = [&](const Result<Object>& now) { return is_scaled(now, replicas); }};
  call.request.headers = {{"Content-Type", std::string(content_type(PatchType::Merge))}};
  call.mutation.subresource = "scale";
  call.mutation.body = body;
  CFKOPS_ASSIGN(const Response response, mutate(call));
  return object_of(response, what);
}

}  // namespace cfkops::kube
