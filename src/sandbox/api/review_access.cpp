#include "api/access.hpp"
#include "api/access_rules.hpp"
#include "api/handlers.hpp"
#include "api/review_body.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

// As the internal type prints: its fields have Go's names.
Value internal_form(const Value& attributes) {
  Value shown = Value::object();
  shown["Path"] = text_at(attributes, {"path"});
  shown["Verb"] = text_at(attributes, {"verb"});
  return shown;
}

void validate_spec(const Value& review, bool of_others, FieldErrors& errors) {
  const Value* resource = find(review, {"spec", "resourceAttributes"});
  const Value* path = find(review, {"spec", "nonResourceAttributes"});
  if (resource != nullptr && path != nullptr) {
    errors.invalid("spec.nonResourceAttributes",
                   internal_form(*path),
                   "cannot be specified in combination with resourceAttributes");
  }
  if (resource == nullptr && path == nullptr) {
    errors.invalid("spec.resourceAttributes",
                   Value(),
                   "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  }
  if (of_others && text_at(review, {"spec", "user"}).empty() &&
      list_at(review, {"spec", "groups"}).empty()) {
    errors.invalid("spec.user", "", "at least one of user or group must be specified");
  }
}

void validate_local(const Value& review, FieldErrors& errors) {
  const Value* resource = find(review, {"spec", "resourceAttributes"});
  const std::string ns = namespace_of(review);
  const std::string asked = resource == nullptr ? std::string() : text_at(*resource, {"namespace"});
  if (resource != nullptr && asked != ns) {
    errors.invalid("spec.resourceAttributes.namespace", asked, "must match metadata.namespace");
  }
  if (const Value* path = find(review, {"spec", "nonResourceAttributes"})) {
    errors.invalid(
        "spec.nonResourceAttributes", internal_form(*path), "disallowed on this kind of request");
  }
}

AccessQuestion question_of(const Value& review) {
  AccessQuestion question;
  if (const Value* path = find(review, {"spec", "nonResourceAttributes"})) {
    question.path = text_at(*path, {"path"});
    question.verb = text_at(*path, {"verb"});
    return question;
  }
  const Value& resource = object_at(review, {"spec", "resourceAttributes"});
  question.verb = text_at(resource, {"verb"});
  question.group = text_at(resource, {"group"});
  question.version = text_at(resource, {"version"});
  question.plural = text_at(resource, {"resource"});
  question.subresource = text_at(resource, {"subresource"});
  question.ns = text_at(resource, {"namespace"});
  question.name = text_at(resource, {"name"});
  return question;
}

Caller subject_of(const Value& review) {
  Caller caller;
  caller.user = text_at(review, {"spec", "user"});
  caller.groups.clear();
  for (const Value& group : list_at(review, {"spec", "groups"})) {
    if (const auto* name = group.get_ptr<const std::string*>()) {
      caller.groups.push_back(*name);
    }
  }
  caller.uid = text_at(review, {"spec", "uid"});
  caller.is_admin = std::ranges::any_of(caller.groups, [](const std::string& group) {
    return group == "system:masters" || group == "kubeadm:cluster-admins";
  });
  return caller;
}

void complete_meta(Value& review) {
  if (find(review, {"metadata"}) == nullptr) {
    review["metadata"] = Value::object();
  }
  erase_at(review, {"metadata", "creationTimestamp"});
}

Answer<kube::Response> review_one(Registry& registry, Exchange& exchange, Value review) {
  const kube::Resource& resource = exchange.route.kind->resource();
  const bool of_others = resource.kind != "SelfSubjectAccessReview";
  FieldErrors errors;
  validate_spec(review, of_others, errors);
  if (resource.kind == "LocalSubjectAccessReview") {
    set_default(review, {"metadata", "namespace"}, exchange.route.ns);
    validate_local(review, errors);
  }
  if (!errors.empty()) {
    return refuse(invalid(resource.group, "", "", errors));
  }
  const Caller caller = of_others ? subject_of(review) : exchange.caller;
  const AccessVerdict verdict = judge_access(registry, caller, question_of(review));
  complete_meta(review);
  Value status = Value::object();
  status["allowed"] = verdict.allowed;
  if (!verdict.reason.empty()) {
    status["reason"] = verdict.reason;
  }
  review["status"] = std::move(status);
  return respond(exchange, 201, review);
}

void add_once(Value& rules, const Value& rule) {
  if (std::ranges::find(rules, rule) == rules.end()) {
    rules.push_back(rule);
  }
}

Value everything(const char* resources) {
  Value rule = Value::object();
  rule["verbs"] = Value::array({"*"});
  rule[resources] = Value::array({"*"});
  return rule;
}

Answer<kube::Response> review_rules(Registry& registry, Exchange& exchange, Value review) {
  const std::string ns = text_at(review, {"spec", "namespace"});
  if (ns.empty()) {
    return refuse(bad_request("no namespace on request"));
  }
  Value resource_rules = Value::array();
  Value path_rules = Value::array();
  if (exchange.caller.is_admin) {
    Value all = everything("resources");
    all["apiGroups"] = Value::array({"*"});
    resource_rules.push_back(std::move(all));
    path_rules.push_back(everything("nonResourceURLs"));
  }
  visit_rules(registry, exchange.caller, ns, [&](const std::string&, const Value& rule) {
    if (!list_at(rule, {"resources"}).empty()) {
      add_once(resource_rules, rule);
    }
    if (!list_at(rule, {"nonResourceURLs"}).empty()) {
      add_once(path_rules, rule);
    }
    return true;
  });
  complete_meta(review);
  review["spec"] = Value::object();
  review["status"] = Value::object();
  review["status"]["resourceRules"] = std::move(resource_rules);
  review["status"]["nonResourceRules"] = std::move(path_rules);
  review["status"]["incomplete"] = false;
  return respond(exchange, 201, review);
}

Answer<kube::Response> review_self(Registry& registry, Exchange& exchange, Value review) {
  const Caller& caller = exchange.caller;
  Value user = Value::object();
  user["username"] = caller.user;
  user["groups"] = caller.groups;
  if (!caller.uid.empty()) {
    user["uid"] = caller.uid;
  }
  if (!caller.extra.empty()) {
    user["extra"] = caller.extra;
  }
  complete_meta(review);
  review["metadata"]["creationTimestamp"] = registry.timestamp();
  review["status"] = Value::object();
  review["status"]["userInfo"] = std::move(user);
  return respond(exchange, 201, review);
}

// Tokens of the simulated cluster are not signed, so none can be vouched for.
Answer<kube::Response> review_token(Exchange& exchange, Value review) {
  complete_meta(review);
  review["status"] = Value::object();
  review["status"]["user"] = Value::object();
  review["status"]["error"] = "invalid bearer token";
  return respond(exchange, 201, review);
}

}  // namespace

Answer<kube::Response> review_access(Registry& registry, Exchange& exchange) {
  auto review = read_review(exchange);
  if (!review) {
    return refuse(std::move(review.error()));
  }
  const std::string& kind = exchange.route.kind->resource().kind;
  if (kind == "SelfSubjectRulesReview") {
    return review_rules(registry, exchange, std::move(*review));
  }
  if (kind == "SelfSubjectReview") {
    return review_self(registry, exchange, std::move(*review));
  }
  if (kind == "TokenReview") {
    return review_token(exchange, std::move(*review));
  }
  return review_one(registry, exchange, std::move(*review));
}

}  // namespace cfkops::sandbox
