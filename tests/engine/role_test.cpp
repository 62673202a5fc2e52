#include "cfkops/engine/role.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cfkops::engine {
namespace {

kube::AccessQuestion ask(const std::string& verb,
                         const kube::Resource& resource,
                         const std::string& ns = "kafka",
                         const std::string& subresource = "",
                         const std::string& name = "") {
  return {.verb = verb, .resource = resource, .subresource = subresource, .ns = ns, .name = name};
}

TEST(MinimalRoles, OneRolePerNamespaceWithTheVerbsOfAResourceTogether) {
  const std::vector<kube::AccessQuestion> questions = {
      ask("get", kube::resources::pods()),
      ask("list", kube::resources::pods()),
      ask("create", kube::resources::pods(), "kafka", "eviction"),
      ask("get", kube::resources::stateful_sets())};
  EXPECT_EQ(minimal_roles(questions, "cfkops", ""),
            "apiVersion: rbac.authorization.k8s.io/v1\n"
            "kind: Role\n"
            "metadata:\n"
            "  name: cfkops\n"
            "  namespace: kafka\n"
            "rules:\n"
            "- apiGroups:\n"
            "  - \"\"\n"
            "  resources:\n"
            "  - pods\n"
            "  verbs:\n"
            "  - get\n"
            "  - list\n"
            "- apiGroups:\n"
            "  - \"\"\n"
            "  resources:\n"
            "  - pods/eviction\n"
            "  verbs:\n"
            "  - create\n"
            "- apiGroups:\n"
            "  - apps\n"
            "  resources:\n"
            "  - statefulsets\n"
            "  verbs:\n"
            "  - get\n");
}

TEST(MinimalRoles, WhatBelongsToNoNamespaceGoesIntoAClusterRole) {
  const std::vector<kube::AccessQuestion> questions = {ask("patch", kube::resources::nodes()),
                                                       ask("list", kube::resources::pods(), "")};
  const std::string text = minimal_roles(questions, "cfkops", "jane");
  EXPECT_NE(text.find("kind: ClusterRole\n"), std::string::npos);
  EXPECT_NE(text.find("kind: ClusterRoleBinding\n"), std::string::npos);
  EXPECT_EQ(text.find("namespace:"), std::string::npos);
  EXPECT_NE(text.find("name: jane"), std::string::npos);
}

TEST(MinimalRoles, NamesAreKeptWhereTheServerCanHoldARequestToThem) {
  const std::vector<kube::AccessQuestion> questions = {
      ask("patch", kube::resources::stateful_sets(), "kafka", "", "kafka"),
      ask("list", kube::resources::stateful_sets(), "kafka", "", "kafka")};
  const std::string text = minimal_roles(questions, "cfkops", "");
  EXPECT_NE(text.find("resourceNames:\n  - kafka\n"), std::string::npos);
  EXPECT_NE(text.find("verbs:\n  - list\n"), std::string::npos);
}

TEST(MinimalRoles, WhatAnotherRuleCoversIsNotAllowedTwice) {
  const std::vector<kube::AccessQuestion> questions = {
      ask("get", kube::resources::pods(), ""),
      ask("get", kube::resources::pods()),
      ask("get", kube::resources::pods(), "kafka", "", "kafka-0"),
      ask("get", kube::resources::pods(), "kafka", "proxy"),
      ask("list", kube::resources::pods())};
  const std::vector<kube::AccessQuestion> wanted = {questions[0], questions[3], questions[4]};
  EXPECT_EQ(minimal_roles(questions, "cfkops", ""), minimal_roles(wanted, "cfkops", ""));
  EXPECT_NE(minimal_roles(questions, "cfkops", "").find("pods/proxy"), std::string::npos);
}

TEST(MinimalRoles, APathIsInAClusterRole) {
  const std::vector<kube::AccessQuestion> questions = {kube::AccessQuestion::of_path("/readyz")};
  const std::string text = minimal_roles(questions, "cfkops", "");
  EXPECT_NE(text.find("kind: ClusterRole\n"), std::string::npos);
  EXPECT_NE(text.find("- nonResourceURLs:\n  - /readyz\n  verbs:\n  - get\n"), std::string::npos)
      << text;
}

TEST(MinimalRoles, ReviewsOfOneselfNeedNone) {
  const kube::Resource review{
      "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false};
  const std::vector<kube::AccessQuestion> questions = {ask("create", review, "")};
  EXPECT_EQ(minimal_roles(questions, "cfkops", ""), "");
}

}  // namespace
}  // namespace cfkops::engine
