#include "api/request_caller.hpp"

#include "api/access.hpp"
#include "api/route.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kAccountPrefix = "system:serviceaccount:";
constexpr std::string_view kExtraPrefix = "impersonate-extra-";
constexpr std::string_view kEverybody = "system:authenticated";
constexpr std::string_view kNobody = "system:unauthenticated";
constexpr std::string_view kAnonymous = "system:anonymous";

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return lowered;
}

bool same_letter(unsigned char one, unsigned char other) {
  return std::tolower(one) == std::tolower(other);
}

bool is_named(const kube::Header& header, std::string_view name) {
  return std::ranges::equal(header.name, name, same_letter);
}

std::vector<std::string> all_of(const kube::Request& request, std::string_view name) {
  std::vector<std::string> values;
  for (const kube::Header& header : request.headers) {
    if (is_named(header, name) && !header.value.empty()) {
      values.push_back(header.value);
    }
  }
  return values;
}

std::string first_of(const kube::Request& request, std::string_view name) {
  const std::vector<std::string> values = all_of(request, name);
  return values.empty() ? std::string() : values.front();
}

bool has(const std::vector<std::string>& groups, std::string_view group) {
  return std::ranges::find(groups, group) != groups.end();
}

// Namespace and name of a service account's user name.
std::optional<std::pair<std::string, std::string>> account_of(std::string_view user) {
  if (!user.starts_with(kAccountPrefix)) {
    return std::nullopt;
  }
  user.remove_prefix(kAccountPrefix.size());
  const std::size_t at = user.find(':');
  if (at == std::string_view::npos || at == 0 || at + 1 == user.size()) {
    return std::nullopt;
  }
  return std::pair(std::string(user.substr(0, at)), std::string(user.substr(at + 1)));
}

std::vector<std::string> account_groups(const std::string& ns) {
  return {"system:serviceaccounts", "system:serviceaccounts:" + ns};
}

Refusal unauthorized() {
  Refusal refusal;
  refusal.code = 401;
  refusal.reason = "Unauthorized";
  refusal.message = "Unauthorized";
  return refusal;
}

// The subject of a token that was made for a service account; signatures are not looked at.
std::string subject_of(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || last <= first) {
    return {};
  }
  std::string payload(token.substr(first + 1, last - first - 1));
  std::ranges::replace(payload, '-', '+');
  std::ranges::replace(payload, '_', '/');
  payload.append((4 - payload.size() % 4) % 4, '=');
  const auto bytes = base::base64_decode(payload);
  if (!bytes) {
    return {};
  }
  const Value claims = Value::parse(*bytes, nullptr, false);
  return claims.is_object() ? text_at(claims, {"sub"}) : std::string();
}

Answer<Caller> authenticated(const kube::Request& request) {
  Caller caller;
  const std::string authorization = first_of(request, "authorization");
  if (authorization.empty()) {
    return caller;
  }
  constexpr std::string_view kBearer = "bearer ";
  const bool bearer = lower(authorization).starts_with(kBearer);
  const std::string user = bearer ? subject_of(authorization.substr(kBearer.size())) : "";
  const auto account = account_of(user);
  if (!account) {
    return refuse(unauthorized());
  }
  caller.user = user;
  caller.groups = account_groups(account->first);
  caller.groups.emplace_back(kEverybody);
  caller.is_admin = false;
  return caller;
}

// Only who may impersonate gets through.
Answer<void> check(const Registry& registry, const Caller& caller, AccessQuestion question) {
  question.verb = "impersonate";
  const AccessVerdict verdict = judge_access(registry, caller, question);
  if (!verdict.allowed) {
    return refuse(access_denied(caller, question));
  }
  return {};
}

Answer<void> may_impersonate(const Registry& registry, const Caller& caller, const Caller& other) {
  AccessQuestion question;
  question.plural = "users";
  question.version = "v1";
  question.name = other.user;
  if (const auto account = account_of(other.user)) {
    question.plural = "serviceaccounts";
    question.ns = account->first;
    question.name = account->second;
  }
  auto checked = check(registry, caller, question);
  for (const std::string& group : other.groups) {
    if (checked) {
      checked = check(registry,
                      caller,
                      {.verb = {},
                       .group = {},
                       .version = "v1",
                       .plural = "groups",
                       .subresource = {},
                       .ns = {},
                       .name = group});
    }
  }
  return checked;
}

void read_extra(const kube::Request& request, Caller& other) {
  for (const kube::Header& header : request.headers) {
    const bool is_extra = std::ranges::equal(
        std::string_view(header.name).substr(0, kExtraPrefix.size()), kExtraPrefix, same_letter);
    if (is_extra) {
      const std::string name = lower(header.name);
      other.extra[base::url_decode(name.substr(kExtraPrefix.size()))].push_back(header.value);
    }
  }
}

// As the API server completes the groups of an impersonated user.
void complete_groups(Caller& other) {
  if (other.user == kAnonymous) {
    if (!has(other.groups, kNobody)) {
      other.groups.emplace_back(kNobody);
    }
    return;
  }
  if (!has(other.groups, kEverybody) && !has(other.groups, kNobody)) {
    other.groups.emplace_back(kEverybody);
  }
}

}  // namespace

Answer<Caller> caller_of(const Registry& registry, const kube::Request& request) {
  auto caller = authenticated(request);
  if (!caller) {
    return caller;
  }
  caller->agent = first_of(request, "user-agent");
  Caller other;
  other.user = first_of(request, "impersonate-user");
  other.groups = all_of(request, "impersonate-group");
  other.uid = first_of(request, "impersonate-uid");
  other.agent = caller->agent;
  read_extra(request, other);
  if (other.user.empty()) {
    if (other.groups.empty() && other.uid.empty() && other.extra.empty()) {
      return caller;
    }
    Refusal refusal;
    refusal.plain = "Internal Server Error: " + go_quoted(request.target) +
                    ": requested impersonation without impersonating a user\n";
    return refuse(std::move(refusal));
  }
  if (auto allowed = may_impersonate(registry, *caller, other); !allowed) {
    return refuse(std::move(allowed.error()));
  }
  if (const auto account = account_of(other.user); account && other.groups.empty()) {
    other.groups = account_groups(account->first);
  }
  complete_groups(other);
  other.is_admin =
      has(other.groups, "system:masters") || has(other.groups, "kubeadm:cluster-admins");
  return other;
}

}  // namespace cfkops::sandbox
