#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kGroup = "rbac.authorization.k8s.io";

enum class Scope { Namespace, Cluster };

void check_rule(const Value& rule, Scope scope, const std::string& path, FieldErrors& errors) {
  if (list_at(rule, {"verbs"}).empty()) {
    errors.required(below(path, "verbs"), "verbs must contain at least one value");
  }
  const Value& urls = list_at(rule, {"nonResourceURLs"});
  const bool has_groups = !list_at(rule, {"apiGroups"}).empty();
  const bool has_resources = !list_at(rule, {"resources"}).empty();
  if (!urls.empty()) {
    const std::string field = below(path, "nonResourceURLs");
    if (scope == Scope::Namespace) {
      errors.invalid(field, urls, "namespaced rules cannot apply to non-resource URLs");
    }
    if (has_groups || has_resources || !list_at(rule, {"resourceNames"}).empty()) {
      errors.invalid(
          field, urls, "rules cannot apply to both regular resources and non-resource URLs");
    }
    return;
  }
  if (!has_groups) {
    errors.required(below(path, "apiGroups"), "resource rules must supply at least one api group");
  }
  if (!has_resources) {
    errors.required(below(path, "resources"), "resource rules must supply at least one resource");
  }
}

class RoleKind final : public Kind {
 public:
  RoleKind(KindNames names, Scope scope)
      : Kind(std::move(names)),
        scope_(scope) {}

  [[nodiscard]] bool upserts() const override { return true; }

  void set_defaults(Value& object) const override {
    // Never left out, though it may be null.
    make_at(object, {"rules"});
  }

  void validate_name(std::string_view name, FieldErrors& errors) const override {
    validate_path_segment(name, "metadata.name", errors);
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    std::size_t index = 0;
    for (const Value& rule : list_at(object, {"rules"})) {
      check_rule(rule, scope_, element("rules", index++), errors);
    }
    const Value* aggregation = find(object, {"aggregationRule"});
    if (scope_ == Scope::Namespace || aggregation == nullptr) {
      return;
    }
    const std::string path = "aggregationRule.clusterRoleSelectors";
    const Value& selectors = list_at(*aggregation, {"clusterRoleSelectors"});
    if (selectors.empty()) {
      errors.required(path,
                      "at least one clusterRoleSelector required if aggregationRule is non-nil");
    }
    index = 0;
    for (const Value& selector : selectors) {
      validate_label_selector(selector, element(path, index++), errors);
    }
  }

  void validate_update(const Value& fresh,
                       const Value& /*old*/,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    validate(fresh, errors);
  }

 private:
  Scope scope_;
};

void check_subject(const Value& subject,
                   Scope scope,
                   const std::string& path,
                   FieldErrors& errors) {
  const std::string name = text_at(subject, {"name"});
  const std::string group = text_at(subject, {"apiGroup"});
  const std::string kind = text_at(subject, {"kind"});
  if (name.empty()) {
    errors.required(below(path, "name"));
  }
  if (kind == "ServiceAccount") {
    if (!name.empty()) {
      validate_dns_subdomain(name, below(path, "name"), errors);
    }
    if (!group.empty()) {
      errors.not_supported(below(path, "apiGroup"), Value(group), {""});
    }
    if (scope == Scope::Cluster && text_at(subject, {"namespace"}).empty()) {
      errors.required(below(path, "namespace"));
    }
  } else if (kind == "User" || kind == "Group") {
    if (group != kGroup) {
      errors.not_supported(below(path, "apiGroup"), Value(group), {kGroup});
    }
  } else {
    errors.not_supported(below(path, "kind"), Value(kind), {"ServiceAccount", "User", "Group"});
  }
}

std::string subjects_text(const Value& object, std::string_view kind) {
  std::string text;
  for (const Value& subject : list_at(object, {"subjects"})) {
    if (text_at(subject, {"kind"}) != kind) {
      continue;
    }
    std::string name = text_at(subject, {"name"});
    if (kind == "ServiceAccount") {
      name = fmt::format("{}/{}", text_at(subject, {"namespace"}), name);
    }
    text += text.empty() ? name : ", " + name;
  }
  return text;
}

class BindingKind final : public Kind {
 public:
  BindingKind(KindNames names, Scope scope)
      : Kind(std::move(names)),
        scope_(scope) {}

  [[nodiscard]] bool upserts() const override { return true; }

  void set_defaults(Value& object) const override {
    Value& role = ensure_object(object, {"roleRef"});
    for (const char* name : {"apiGroup", "kind", "name"}) {
      set_default(role, {name}, "");
    }
    if (text_at(role, {"apiGroup"}).empty()) {
      role["apiGroup"] = kGroup;
    }
    Value* subjects = find(object, {"subjects"});
    if (subjects == nullptr || !subjects->is_array()) {
      return;
    }
    for (Value& subject : *subjects) {
      const std::string kind = text_at(subject, {"kind"});
      if (text_at(subject, {"apiGroup"}).empty() && (kind == "User" || kind == "Group")) {
        subject["apiGroup"] = kGroup;
      }
    }
  }

  void validate_name(std::string_view name, FieldErrors& errors) const override {
    validate_path_segment(name, "metadata.name", errors);
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const Value& role = object_at(object, {"roleRef"});
    const std::string group = text_at(role, {"apiGroup"});
    const std::string kind = text_at(role, {"kind"});
    const std::string name = text_at(role, {"name"});
    if (group != kGroup) {
      errors.not_supported("roleRef.apiGroup", Value(group), {kGroup});
    }
    if (scope_ == Scope::Cluster && kind != "ClusterRole") {
      errors.not_supported("roleRef.kind", Value(kind), {"ClusterRole"});
    } else if (kind != "Role" && kind != "ClusterRole") {
      errors.not_supported("roleRef.kind", Value(kind), {"Role", "ClusterRole"});
    }
    if (name.empty()) {
      errors.required("roleRef.name");
    } else {
      validate_path_segment(name, "roleRef.name", errors);
    }
    std::size_t index = 0;
    for (const Value& subject : list_at(object, {"subjects"})) {
      check_subject(subject, scope_, element("subjects", index++), errors);
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    validate(fresh, errors);
    const Value& role = object_at(fresh, {"roleRef"});
    if (role == object_at(old, {"roleRef"})) {
      return;
    }
    // As the internal type prints, which has no names for JSON.
    errors.add({FieldError::Type::Invalid,
                "roleRef",
                "cannot change roleRef",
                fmt::format(R"({{"APIGroup":{},"Kind":{},"Name":{}}})",
                            go_quoted(text_at(role, {"apiGroup"})),
                            go_quoted(text_at(role, {"kind"})),
                            go_quoted(text_at(role, {"name"})))});
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    const bool cluster = scope_ == Scope::Cluster;
    const std::string word = cluster ? "clusterRoleBinding" : "roleBinding";
    return {name_column(),
            column("Role",
                   "string",
                   cluster ? "RoleRef can only reference a ClusterRole in the global namespace. If "
                             "the RoleRef cannot be resolved, the Authorizer must return an error."
                           : "RoleRef can reference a Role in the current namespace or a "
                             "ClusterRole in the global namespace. If the RoleRef cannot be "
                             "resolved, the Authorizer must return an error."),
            created_column(),
            column("Users", "string", "Users in the " + word, 1),
            column("Groups", "string", "Groups in the " + word, 1),
            column("ServiceAccounts", "string", "ServiceAccounts in the " + word, 1)};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {
        name_of(object),
        fmt::format(
            "{}/{}", text_at(object, {"roleRef", "kind"}), text_at(object, {"roleRef", "name"})),
        age_cell(object, {"metadata", "creationTimestamp"}, now),
        subjects_text(object, "User"),
        subjects_text(object, "Group"),
        subjects_text(object, "ServiceAccount")};
  }

 private:
  Scope scope_;
};

/// A question that is answered and not kept.
class ReviewKind final : public Kind {
 public:
  explicit ReviewKind(kube::Resource resource)
      : Kind(review_names(std::move(resource))) {}

  void set_defaults(Value& object) const override {
    if (resource().kind != "SelfSubjectReview") {
      ensure_object(object, {"spec"});
    }
  }

 private:
  static KindNames review_names(kube::Resource resource) {
    KindNames names = common_names(std::move(resource));
    names.verbs = {"create"};
    return names;
  }
};

void add_reviews(Kinds& kinds) {
  const std::string identity = "authentication.k8s.io";
  const std::string access = "authorization.k8s.io";
  const auto add = [&kinds](kube::Resource resource) {
    kinds.push_back(std::make_unique<ReviewKind>(std::move(resource)));
  };
  add({identity, "v1", "selfsubjectreviews", "SelfSubjectReview", false});
  add({identity, "v1", "tokenreviews", "TokenReview", false});
  add({access, "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", true});
  add({access, "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false});
  add({access, "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false});
  add({access, "v1", "subjectaccessreviews", "SubjectAccessReview", false});
}

}  // namespace

void add_access_kinds(Kinds& kinds) {
  add_reviews(kinds);
  kinds.push_back(std::make_unique<BindingKind>(
      common_names({kGroup, "v1", "clusterrolebindings", "ClusterRoleBinding", false}),
      Scope::Cluster));
  kinds.push_back(std::make_unique<RoleKind>(
      common_names({kGroup, "v1", "clusterroles", "ClusterRole", false}), Scope::Cluster));
  kinds.push_back(std::make_unique<BindingKind>(
      common_names({kGroup, "v1", "rolebindings", "RoleBinding"}), Scope::Namespace));
  kinds.push_back(
      std::make_unique<RoleKind>(common_names({kGroup, "v1", "roles", "Role"}), Scope::Namespace));
}

}  // namespace cfkops::sandbox
