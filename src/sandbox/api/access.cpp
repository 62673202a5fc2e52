#include "api/access.hpp"

#include "api/access_rules.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

bool has_word(const Value& list, std::string_view word, std::string_view all = "*") {
  return std::ranges::any_of(list, [word, all](const Value& element) {
    const auto* text = element.get_ptr<const std::string*>();
    return text != nullptr && (*text == all || *text == word);
  });
}

bool takes_resource(const Value& rule, const AccessQuestion& question) {
  const std::string full =
      question.subresource.empty() ? question.plural : question.plural + "/" + question.subresource;
  const Value& resources = list_at(rule, {"resources"});
  return has_word(resources, full) ||
         (!question.subresource.empty() && has_word(resources, "*/" + question.subresource));
}

bool takes_path(const Value& rule, const std::string& path) {
  const Value& urls = list_at(rule, {"nonResourceURLs"});
  return std::ranges::any_of(urls, [&path](const Value& element) {
    const auto* url = element.get_ptr<const std::string*>();
    if (url == nullptr) {
      return false;
    }
    if (*url == path) {
      return true;
    }
    return url->ends_with('*') && path.starts_with(url->substr(0, url->find_last_not_of('*') + 1));
  });
}

bool allows(const Value& rule, const AccessQuestion& question) {
  if (!has_word(list_at(rule, {"verbs"}), question.verb)) {
    return false;
  }
  if (!question.path.empty()) {
    return takes_path(rule, question.path);
  }
  const Value& names = list_at(rule, {"resourceNames"});
  return has_word(list_at(rule, {"apiGroups"}), question.group) && takes_resource(rule, question) &&
         (names.empty() || has_word(names, question.name, question.name));
}

}  // namespace

AccessVerdict judge_access(const Registry& registry,
                           const Caller& caller,
                           const AccessQuestion& question) {
  AccessVerdict verdict;
  if (caller.is_admin) {
    verdict.allowed = true;
    return verdict;
  }
  visit_rules(registry, caller, question.ns, [&](const std::string& source, const Value& rule) {
    if (!allows(rule, question)) {
      return true;
    }
    verdict.allowed = true;
    verdict.reason = "RBAC: allowed by " + source;
    return false;
  });
  return verdict;
}

Refusal access_denied(const Caller& caller, const AccessQuestion& question) {
  const std::string user = go_quoted(caller.user);
  if (!question.path.empty()) {
    return forbidden(
        "",
        "",
        "",
        fmt::format("User {} cannot {} path {}", user, question.verb, go_quoted(question.path)));
  }
  const std::string resource =
      question.subresource.empty() ? question.plural : question.plural + "/" + question.subresource;
  const std::string scope = question.ns.empty() ? std::string("at the cluster scope")
                                                : "in the namespace " + go_quoted(question.ns);
  return forbidden(question.group,
                   question.plural,
                   question.name,
                   fmt::format("User {} cannot {} resource {} in API group {} {}",
                               user,
                               question.verb,
                               go_quoted(resource),
                               go_quoted(question.group),
                               scope));
}

}  // namespace cfkops::sandbox
