#include "status_body.hpp"
#include "write_request.hpp"

#include "cfkops/kube/reader.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <string>
#include <utility>

namespace cfkops::kube {

namespace {

/// "34+" is what some vendors answer.
int leading_number(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Json review_of(const char* attributes_of, nlohmann::json attributes) {
  return Json(nlohmann::json{{"apiVersion", "authorization.k8s.io/v1"},
                             {"kind", "SelfSubjectAccessReview"},
                             {"spec", {{attributes_of, std::move(attributes)}}}});
}

Json review_of(const AccessQuestion& question) {
  if (!question.path.empty()) {
    return review_of("nonResourceAttributes", {{"path", question.path}, {"verb", question.verb}});
  }
  nlohmann::json attributes = {{"verb", question.verb},
                               {"group", question.resource.group},
                               {"resource", question.resource.plural}};
  const auto set = [&attributes](const char* key, const std::string& value) {
    if (!value.empty()) {
      attributes[key] = value;
    }
  };
  set("version", question.resource.version);
  set("subresource", question.subresource);
  set("name", question.name);
  if (question.resource.namespaced) {
    set("namespace", question.ns);
  }
  return review_of("resourceAttributes", std::move(attributes));
}

}  // namespace

AccessQuestion AccessQuestion::of_path(std::string path) {
  return {.verb = "get", .path = std::move(path)};
}

std::string AccessQuestion::text() const {
  if (!path.empty()) {
    return verb + " " + path;
  }
  std::string words = verb + " " + resource.full_name();
  if (!subresource.empty()) {
    words += "/" + subresource;
  }
  if (!name.empty()) {
    words += " \"" + name + "\"";
  }
  if (!resource.namespaced) {
    return words;
  }
  return words + (ns.empty() ? " in all namespaces" : " in namespace " + ns);
}

Result<Access> Reader::can_i(const AccessQuestion& question) {
  const std::string what = "ask whether we may " + question.text();
  CFKOPS_ASSIGN(const Response response,
                exchange(json_request("POST",
                                      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                                      review_of(question)),
                         what));
  CFKOPS_ASSIGN(const Json review, json_of(response, what));
  Result<bool> allowed = review.bool_at("/status/allowed");
  if (!allowed) {
    return std::move(allowed).error().in(what);
  }
  if (*allowed) {
    return Access::Allowed;
  }
  const bool sure = review.string_or("/status/evaluationError", "").empty();
  return sure ? Access::Denied : Access::Unknown;
}

Result<Identity> Reader::who_am_i() {
  const std::string what = "ask who we are";
  const Json body(
      nlohmann::json{{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "SelfSubjectReview"}});
  Result<Response> response = exchange(
      json_request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body), what);
  if (!response) {
    if (response.error().code == ErrorCode::NotFound) {
      response.error().hint = "selfsubjectreviews came with Kubernetes 1.28: this server is older";
    }
    return std::move(response).error();
  }
  CFKOPS_ASSIGN(const Json review, json_of(*response, what));
  Identity identity{review.string_or("/status/userInfo/username", ""),
                    review.string_or("/status/userInfo/uid", ""),
                    {}};
  if (identity.user.empty()) {
    return make_error(ErrorCode::Protocol, "/status/userInfo/username: missing").in(what);
  }
  for (const Json& group : review.items("/status/userInfo/groups")) {
    identity.groups.push_back(group.string_or("", ""));
  }
  return identity;
}

Result<ServerVersion> Reader::server_version() {
  const std::string what = "ask for the server's version";
  CFKOPS_ASSIGN(const Response response, exchange({.target = "/version"}, what));
  CFKOPS_ASSIGN(const Json json, json_of(response, what));
  ServerVersion version{leading_number(json.string_or("/major", "")),
                        leading_number(json.string_or("/minor", "")),
                        json.string_or("/gitVersion", "")};
  if (version.text.empty()) {
    return make_error(ErrorCode::Protocol, "/gitVersion: missing").in(what);
  }
  return version;
}

}  // namespace cfkops::kube
