#include "cfkops/runbook/kind_types.hpp"

#include "support/matchers.hpp"
#include "support/widget_definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {
namespace {

using test::HasError;
using test::IsOkAnd;
using test::widget_definition;

/// The type of a member of a kind's objects: "status.phase"; "none" where it has no such member.
std::string type_at(const Type& type, std::string_view path) {
  const Type* here = &type;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const Type::Field* field = here->field(path.substr(0, dot));
    if (field == nullptr) {
      return "none";
    }
    here = &field->type;
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return here->text();
}

std::string kind_named(const KindTypes& kinds, std::string_view word) {
  const KindType* kind = kinds.find(word);
  return kind == nullptr ? "none" : kind->kind;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

KindTypes with_widgets() {
  KindTypes kinds;
  EXPECT_THAT(kinds.add_definitions(widget_definition(), "widgets.yaml"), IsOkAnd(1U));
  return kinds;
}

TEST(KindTypes, KnowsBuiltInKindsByTheWordsOfKubectl) {
  const KindTypes kinds;
  EXPECT_EQ(kind_named(kinds, "sts"), "StatefulSet");
  EXPECT_EQ(kind_named(kinds, "statefulsets.v1.apps"), "StatefulSet");
  EXPECT_EQ(kind_named(kinds, "Deployment.apps"), "Deployment");
  EXPECT_EQ(kind_named(kinds, "networkpolicies"), "NetworkPolicy");
  EXPECT_EQ(kind_named(kinds, "storageclasses"), "StorageClass");
  EXPECT_EQ(kind_named(kinds, "endpoints"), "Endpoints");
  EXPECT_EQ(kind_named(kinds, "pods.v1"), "Pod");
  EXPECT_EQ(kind_named(kinds, "pods.apps"), "none");
  EXPECT_EQ(kind_named(kinds, "widget"), "none");
  EXPECT_EQ(kind_named(kinds, ""), "none");
}

TEST(KindTypes, EachBuiltInKindHasItsMembers) {
  const KindTypes kinds;
  for (const char* word :
       {"po",   "no", "ns",     "ev",  "svc",     "cm",         "secret", "pvc",
        "pv",   "ep", "limits", "rc",  "quota",   "sa",         "sts",    "deploy",
        "rs",   "ds", "cj",     "job", "pdb",     "lease",      "ing",    "netpol",
        "role", "pc", "sc",     "crd", "csinode", "podtemplate"}) {
    const KindType* kind = kinds.find(word);
    ASSERT_NE(kind, nullptr) << word;
    EXPECT_EQ(type_at(kind->type, "metadata.uid"), "string") << word;
    EXPECT_TRUE(kind->type.is_live()) << word;
  }
}

TEST(KindTypes, BuiltInTypesAreThoseOfTheJsonThatIsRead) {
  const KindTypes kinds;
  const Type& deployment = kinds.find("deployment")->type;
  EXPECT_EQ(type_at(deployment, "status.readyReplicas"), "int");
  EXPECT_EQ(type_at(deployment, "status.readyReplica"), "none");
  EXPECT_EQ(type_at(deployment, "metadata.creationTimestamp"), "string");
  EXPECT_EQ(type_at(deployment, "metadata.labels"), "map<string>");
  EXPECT_EQ(type_at(deployment, "spec.strategy.rollingUpdate.maxSurge"), "any");
  EXPECT_EQ(type_at(deployment, "spec.template.spec.containers"), "list<Container>");
  EXPECT_EQ(type_at(deployment, "status"), "DeploymentStatus");
  EXPECT_EQ(type_at(kinds.find("pvc")->type, "status.capacity"), "map<string>");
}

TEST(KindTypes, WhatASecretHoldsIsSecret) {
  const KindTypes kinds;
  const Type& secret = kinds.find("secret")->type;
  EXPECT_EQ(type_at(secret, "data"), "map<secret>");
  EXPECT_EQ(type_at(secret, "metadata.annotations"), "map<any>");
  EXPECT_EQ(type_at(kinds.find("configmap")->type, "data"), "map<string>");
  EXPECT_EQ(type_at(kinds.find("configmap")->type, "metadata.annotations"), "map<string>");
}

TEST(KindTypes, ATypeThatContainsItselfEnds) {
  const KindTypes kinds;
  const Type& versions = kinds.find("crd")->type.field("spec")->type.field("versions")->type;
  EXPECT_EQ(type_at(versions.element(), "schema.openAPIV3Schema.properties"), "map<any>");
}

TEST(KindTypes, ReadsEachFormOfASchema) {
  const KindTypes kinds = with_widgets();
  const Type& widget = kinds.find("widgets")->type;
  EXPECT_EQ(widget.text(), "Widget");
  EXPECT_EQ(type_at(widget, "metadata.labels"), "map<string>");
  EXPECT_EQ(type_at(widget, "spec.replicas"), "int");
  EXPECT_EQ(type_at(widget, "spec.paused"), "bool");
  EXPECT_EQ(type_at(widget, "spec.limit"), "any");
  EXPECT_EQ(type_at(widget, "spec.ratio"), "any");
  EXPECT_EQ(type_at(widget, "spec.colour"), "enum<red|green>");
  EXPECT_EQ(type_at(widget, "spec.tags"), "map<string>");
  EXPECT_EQ(type_at(widget, "spec.free"), "any");
  EXPECT_EQ(type_at(widget, "spec.plain"), "any");
  EXPECT_EQ(type_at(widget, "status.since"), "string");
  EXPECT_EQ(type_at(widget, "status.conditions"), "list<object>");
  EXPECT_EQ(type_at(widget.field("status")->type.field("conditions")->type.element(), "type"),
            "string");
  EXPECT_EQ(widget.field("spec")->type.field("replicas")->help, "How many there are");
}

TEST(KindTypes, KnowsCustomKindsByTheWordsOfKubectl) {
  const KindTypes kinds = with_widgets();
  for (const char* word :
       {"widget", "Widget", "widgets", "wid", "part", "widgets.lab.example.com"}) {
    EXPECT_EQ(kind_named(kinds, word), "Widget") << word;
  }
  EXPECT_EQ(kind_named(kinds, "widget.v1.lab.example.com"), "Widget");
  EXPECT_EQ(kind_named(kinds, "widget.example.com"), "none");
}

TEST(KindTypes, AWordForSeveralKindsIsNone) {
  KindTypes kinds = with_widgets();
  const std::string other =
      replaced(replaced(widget_definition(), "group: lab.", "group: shop."), "widgets.lab", "x");
  EXPECT_THAT(kinds.add_definitions(other, "other.yaml"), IsOkAnd(1U));
  EXPECT_EQ(kind_named(kinds, "widget"), "none");
  EXPECT_EQ(kind_named(kinds, "widgets.shop.example.com"), "Widget");
}

TEST(KindTypes, TheVersionsOfAKindAreOneType) {
  const std::string text = widget_definition() + R"(    - name: v2
      served: true
      storage: false
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {replicas: {type: string}, colour: {type: string, enum: [red, blue]}}
            status: {type: object, properties: {ready: {type: boolean}}}
    - name: v0
      served: false
      storage: false
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {old: {type: string}}}}}}
)";
  KindTypes kinds;
  ASSERT_THAT(kinds.add_definitions(text, "widgets.yaml"), IsOkAnd(1U));
  const Type& widget = kinds.find("widget")->type;
  EXPECT_EQ(type_at(widget, "status.ready"), "bool");
  EXPECT_EQ(type_at(widget, "status.phase"), "string");
  EXPECT_EQ(type_at(widget, "spec.replicas"), "any");
  EXPECT_EQ(type_at(widget, "spec.colour"), "enum<red|green|blue>");
  EXPECT_EQ(type_at(widget, "spec.old"), "none");
}

TEST(KindTypes, AKindThatIsDefinedTwiceHasWhatEitherHas) {
  KindTypes kinds = with_widgets();
  const std::string later = replaced(widget_definition(), "phase: ", "stage: ");
  ASSERT_THAT(kinds.add_definitions(later, "later.yaml"), IsOkAnd(1U));
  EXPECT_EQ(type_at(kinds.find("widget")->type, "status.stage"), "string");
  EXPECT_EQ(type_at(kinds.find("widget")->type, "status.phase"), "string");
}

TEST(KindTypes, AVersionWithoutASchemaMayHaveAnything) {
  const std::string text = widget_definition();
  KindTypes kinds;
  ASSERT_THAT(kinds.add_definitions(text.substr(0, text.find("      schema:")), "x.yaml"),
              IsOkAnd(1U));
  EXPECT_EQ(kinds.find("widget")->type.text(), "any");
}

TEST(KindTypes, ReadsDocumentsAndLists) {
  std::string indented = "    " + widget_definition();
  for (std::size_t at = indented.find('\n'); at + 1 < indented.size();
       at = indented.find('\n', at + 1)) {
    indented.insert(at + 1, "    ");
  }
  KindTypes kinds;
  const std::string list = "apiVersion: v1\nkind: List\nitems:\n  -\n" + indented;
  EXPECT_THAT(kinds.add_definitions(list, "list.yaml"), IsOkAnd(1U));
  EXPECT_EQ(kind_named(kinds, "widget"), "Widget");
  EXPECT_THAT(
      kinds.add_definitions(
          "---\n# nothing\n---\nkind: ConfigMap\n--- # here\n" + widget_definition(), "x.yaml"),
      IsOkAnd(1U));
  EXPECT_THAT(kinds.add_definitions("{{ a template }}: [", "x.yaml"), IsOkAnd(0U));
  EXPECT_THAT(kinds.add_definitions("", "x.yaml"), IsOkAnd(0U));
}

struct Mistake {
  std::string what;
  std::string with;
  std::string message;
  int line;
};

TEST(KindTypes, SaysWhereADefinitionIsWrong) {
  const std::vector<Mistake> mistakes = {
      {"k8s.io/v1\n",
       "k8s.io/v1beta1\n",
       "apiVersion 'apiextensions.k8s.io/v1beta1' is not read",
       4},
      {"  group: lab.example.com\n", "", "this spec has no 'group'", 8},
      {"plural: widgets", "plurals: widgets", "this 'names' has no 'plural'", 10},
      {"versions:\n    -", "versions:\n     ", "'versions' must be a list, but is a map", 12},
      {"{type: boolean}", "{type: bolean}", "unknown type 'bolean'; did you mean 'boolean'?", 27},
      {"{type: boolean}", "yes", "a schema must be a map, but this is a plain value", 27},
      {"properties: {type:", "properties: [type,", "'properties' must be a map, but is a list", 43},
      {"shortNames: [wid", "shortNames: {wid", "", 10},
  };
  for (const Mistake& mistake : mistakes) {
    std::string text =
        "kind: ConfigMap\n---\n\n" + replaced(widget_definition(), mistake.what, mistake.with);
    if (mistake.message.starts_with("'properties'")) {
      text = replaced(text, "[type, {type: string}, status: {type: string}}", "[type]");
    }
    KindTypes kinds;
    const auto added = kinds.add_definitions(text, "w.yaml");
    ASSERT_THAT(added, HasError(ErrorCode::InvalidInput, mistake.message));
    ASSERT_TRUE(added.error().pos);
    EXPECT_EQ(added.error().pos->file, "w.yaml");
    EXPECT_EQ(added.error().pos->line, mistake.line) << mistake.message;
    EXPECT_NE(added.error().hint, "") << mistake.message;
  }
}

TEST(KindTypes, ASchemaIsNoDeeperThanAFileMayBe) {
  std::string deep = "{type: string}";
  for (int i = 0; i < 200; ++i) {
    deep = "{type: array, items: " + deep + "}";
  }
  KindTypes kinds;
  EXPECT_THAT(
      kinds.add_definitions(replaced(widget_definition(), "{type: boolean}", deep), "w.yaml"),
      HasError(ErrorCode::InvalidInput, "nested more than"));
}

TEST(KindTypes, ManyMembersInTwoVersionsTakeNoTime) {
  std::string members;
  for (int i = 0; i < 20'000; ++i) {
    members += ", m" + std::to_string(i) + ": {type: string}";
  }
  const std::string text = replaced(
      widget_definition(),
      "phase: {type: string}",
      "phase: {type: string}\n                x: {type: object, properties: {a: {type: string}" +
          members + "}}");
  KindTypes kinds;
  const auto before = std::chrono::steady_clock::now();
  ASSERT_THAT(kinds.add_definitions(text, "a.yaml"), IsOkAnd(1U));
  ASSERT_THAT(
      kinds.add_definitions(replaced(text, "{a: {type: string}", "{a: {type: integer}"), "b.yaml"),
      IsOkAnd(1U));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
  EXPECT_EQ(type_at(kinds.find("widget")->type, "status.x.m19999"), "string");
}

TEST(KindTypes, SeveralWordsAreWhatAnyOfThemHas) {
  const KindTypes kinds = with_widgets();
  const std::vector<std::string> both = {"Widget", "StatefulSet"};
  EXPECT_EQ(type_at(kinds.type_of(both), "status.phase"), "string");
  EXPECT_EQ(type_at(kinds.type_of(both), "status.readyReplicas"), "int");
  EXPECT_EQ(type_at(kinds.type_of(both), "status.nothing"), "none");
  const std::vector<std::string> unknown = {"Widget", "Gadget"};
  EXPECT_EQ(kinds.type_of(unknown).text(), "any");
  EXPECT_EQ(kinds.type_of({}).text(), "any");
}

TEST(KindTypes, AReferenceToKafkaMayBeAStatefulSet) {
  EXPECT_THAT(kinds_of_reference(Type::ref({"Kafka"})),
              testing::ElementsAre("Kafka", "StatefulSet"));
  EXPECT_THAT(kinds_of_reference(Type::ref({"StatefulSet", "Kafka"})),
              testing::ElementsAre("StatefulSet", "Kafka"));
  EXPECT_THAT(kinds_of_reference(Type::ref({"Widget"})), testing::ElementsAre("Widget"));
}

}  // namespace
}  // namespace cfkops::runbook
