#include "admission.hpp"
#include "api/handlers.hpp"
#include "api/write_options.hpp"

#include "cfkops/base/crypto.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kGroup = "authentication.k8s.io";
constexpr std::string_view kKind = "TokenRequest";

// The audience of the API server itself, which is its issuer as well.
constexpr std::string_view kAudience = "https://kubernetes.default.svc";

Refusal invalid_field(const Route& route,
                      std::string_view field,
                      const std::string& value,
                      std::string_view why) {
  FieldErrors errors;
  errors.invalid(std::string(field), value, std::string(why));
  return invalid(kGroup, kKind, route.name, errors);
}

// A body may name its account, but no other.
Answer<void> check_names(const Route& route, const Value& request) {
  if (const std::string name = name_of(request); !name.empty() && name != route.name) {
    return refuse(invalid_field(
        route, "metadata.name", name, "must match the service account name if specified"));
  }
  if (const std::string ns = namespace_of(request); !ns.empty() && ns != route.ns) {
    return refuse(
        bad_request("the namespace of the provided object does not match the namespace sent on the "
                    "request"));
  }
  return {};
}

Answer<void> check_lifetime(std::int64_t seconds) {
  constexpr std::int64_t kLeast = 600;
  constexpr std::int64_t kMost = std::int64_t{1} << 32U;
  FieldErrors errors;
  if (seconds < kLeast) {
    errors.invalid(
        "spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
  }
  if (seconds > kMost) {
    errors.invalid(
        "spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
  }
  if (!errors.empty()) {
    return refuse(invalid(kGroup, kKind, "", errors));
  }
  return {};
}

// The object that the token is bound to, null for none: it ends with it.
Answer<Shared> bound_object(const Registry& registry, const Route& route, const Value& request) {
  const Value* ref = find(request, {"spec", "boundObjectRef"});
  if (ref == nullptr) {
    return Shared();
  }
  const std::string kind_name = text_at(*ref, {"kind"});
  const std::string api_version = text_at(*ref, {"apiVersion"});
  const Kind* kind =
      kind_name == "Pod" || kind_name == "Secret" || kind_name == "Node"
          ? registry.kinds().find_kind(api_version.empty() ? "v1" : api_version, kind_name)
          : nullptr;
  if (kind == nullptr) {
    const bool in_group = api_version.find('/') != std::string::npos;
    return refuse(bad_request(fmt::format("cannot bind token to object of type {}{}, Kind={}",
                                          in_group ? "" : "/",
                                          api_version,
                                          kind_name)));
  }
  const std::string name = text_at(*ref, {"name"});
  auto object = registry.get(*kind, route.ns, name);
  if (!object) {
    return object;
  }
  if (kind_name == "Pod" && text_at(**object, {"spec", "serviceAccountName"}) != route.name) {
    return refuse(bad_request(
        fmt::format("cannot bind token for serviceaccount {} to pod running with different "
                    "serviceaccount name.",
                    go_quoted(route.name))));
  }
  if (const std::string uid = text_at(*ref, {"uid"}); !uid.empty() && uid != uid_of(**object)) {
    return refuse(conflict(kind->resource().group,
                           kind_name,
                           name,
                           fmt::format("the UID in the bound object reference ({}) does not match "
                                       "the UID in record. The object might have been deleted and "
                                       "then recreated",
                                       uid)));
  }
  return object;
}

std::string url_base64(std::string_view bytes) {
  std::string text = base::base64_encode(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  std::erase(text, '=');
  return text;
}

Value reference(const Value& object) {
  return {{"name", name_of(object)}, {"uid", uid_of(object)}};
}

// In the form of the real ones; nobody checks the signature, so it is none.
std::string make_text(Registry& registry,
                      const Value& request,
                      const Value& account,
                      const Shared& bound) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       registry.timeline().wall().time_since_epoch())
                       .count();
  Value about = {{"namespace", namespace_of(account)}, {"serviceaccount", reference(account)}};
  if (bound != nullptr) {
    const std::string kind = text_at(*bound, {"kind"});
    about[kind == "Pod" ? "pod" : kind == "Node" ? "node" : "secret"] = reference(*bound);
  }
  const Value claims = {
      {"aud", list_at(request, {"spec", "audiences"})},
      {"exp", now + number_at(request, {"spec", "expirationSeconds"})},
      {"iat", now},
      {"nbf", now},
      {"iss", kAudience},
      {"jti", registry.random().uid()},
      {"kubernetes.io", std::move(about)},
      {"sub", fmt::format("system:serviceaccount:{}:{}", namespace_of(account), name_of(account))}};
  const Value head = {{"alg", "none"}, {"kid", "sandbox"}};
  return url_base64(head.dump()) + "." + url_base64(claims.dump()) + "." + url_base64("sandbox");
}

// What is not said: lifetime, audience and the account itself.
void complete(Registry& registry, const Value& account, Value& request) {
  constexpr int kHour = 3600;
  set_default(request, {"spec", "expirationSeconds"}, kHour);
  set_default(request, {"spec", "boundObjectRef"}, Value());
  if (list_at(request, {"spec", "audiences"}).empty()) {
    make_at(request, {"spec", "audiences"}) = Value::array({kAudience});
  }
  make_at(request, {"metadata", "name"}) = name_of(account);
  make_at(request, {"metadata", "namespace"}) = namespace_of(account);
  make_at(request, {"metadata", "uid"}) = uid_of(account);
  make_at(request, {"metadata", "creationTimestamp"}) = registry.timestamp();
}

Answer<Value> token_for(Registry& registry, const Route& route, Value request) {
  if (auto checked = check_names(route, request); !checked) {
    return refuse(std::move(checked.error()));
  }
  const auto account = registry.get(*route.kind, route.ns, route.name);
  if (!account) {
    return refuse(account.error());
  }
  const std::string uid = uid_of(request);
  if (!uid.empty() && uid != uid_of(**account)) {
    return refuse(conflict(kGroup,
                           kKind,
                           route.name,
                           fmt::format("the UID in the token request ({}) does not match the UID "
                                       "of the service account ({})",
                                       uid,
                                       uid_of(**account))));
  }
  complete(registry, **account, request);
  const std::int64_t seconds = number_at(request, {"spec", "expirationSeconds"});
  if (auto checked = check_lifetime(seconds); !checked) {
    return refuse(std::move(checked.error()));
  }
  const auto bound = bound_object(registry, route, request);
  if (!bound) {
    return refuse(bound.error());
  }
  request["status"] = {
      {"token", make_text(registry, request, **account, *bound)},
      {"expirationTimestamp",
       base::format_rfc3339_seconds(registry.timeline().wall() + std::chrono::seconds(seconds))}};
  return request;
}

}  // namespace

Answer<kube::Response> make_token(Registry& registry, Exchange& exchange) {
  const auto form = negotiate(exchange);
  if (!form) {
    return refuse(form.error());
  }
  const auto query = read_write_options(exchange, WriteVerb::Create);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  auto request =
      read_object(exchange, built_in_target("authentication.k8s.io/v1", kKind), query->validation);
  if (!request) {
    return refuse(std::move(request.error()));
  }
  const Admitted about{
      *route.kind, route.ns, route.name, route.subresource, exchange.caller, nullptr};
  if (auto allowed = admit(registry, about, *request); !allowed) {
    return refuse(std::move(allowed.error()));
  }
  const auto token = token_for(registry, route, std::move(*request));
  if (!token) {
    return refuse(token.error());
  }
  return respond(exchange, 201, *token);
}

}  // namespace cfkops::sandbox
