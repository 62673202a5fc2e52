#include "irreversible.hpp"
#include "kinds.hpp"
#include "subject.hpp"

#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;

runbook::ActionSpec make_spec() {
  runbook::ActionSpec spec{.name = "object.get", .summary = "reads one object"};
  spec.arguments = subject_arguments();
  spec.arguments.push_back({.name = "missing_ok",
                            .type = Type::of(Type::Kind::Bool),
                            .fallback = runbook::Value(false),
                            .help = "an object that does not exist is no failure"});
  spec.outputs = {{"exists", Type::of(Type::Kind::Bool), "whether there is one"},
                  {.name = "object",
                   .type = Type::of(Type::Kind::Any),
                   .help = "the object; null where there is none",
                   .kind_from = "kind"},
                  {"uid", Type::of(Type::Kind::String), "its uid, or empty"}};
  spec.effect = runbook::Effect::Read;
  spec.permissions = {{"get", "the kind that is read"}};
  spec.example =
      "- id: kafka\n"
      "  do: object.get\n"
      "  with: {kind: statefulset, name: kafka}\n";
  return spec;
}

/// The annotation in which kubectl keeps the object that was applied last becomes a secret.
void hide_last_applied(runbook::ValueMap& object) {
  constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  const auto metadata = object.find("metadata");
  const runbook::Value* annotations =
      metadata == object.end() ? nullptr : metadata->second.member("annotations");
  const runbook::Value* copy = annotations == nullptr ? nullptr : annotations->member(kLastApplied);
  if (copy == nullptr) {
    return;
  }
  runbook::ValueMap noted = *annotations->map();
  noted[kLastApplied] = Redacted(copy->text());
  runbook::ValueMap described = *metadata->second.map();
  described["annotations"] = std::move(noted);
  metadata->second = std::move(described);
}

/// The object as a value; what a Secret holds becomes secrets.
runbook::Value value_of(const kube::Object& object) {
  runbook::Value value = runbook::Value::from_json(object.json());
  if (object.kind() != "Secret" || value.map() == nullptr) {
    return value;
  }
  runbook::ValueMap members = *value.map();
  for (const char* part : {"data", "stringData"}) {
    const runbook::Value* texts = value.member(part);
    if (texts == nullptr || texts->map() == nullptr) {
      continue;
    }
    runbook::ValueMap hidden;
    for (const auto& [key, text] : *texts->map()) {
      hidden.emplace(key, Redacted(text.text()));
    }
    members[part] = std::move(hidden);
  }
  hide_last_applied(members);
  return members;
}

class ObjectGet final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Subject subject, read_subject(context, reader, arguments));
    engine::StepPlan plan;
    plan.notes = {"reads " + subject.text()};
    plan.permissions = {subject.may("get")};
    plan.estimate = Duration::zero();
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto subject = read_subject(context, client, arguments);
    if (!subject) {
      return engine::Outcome::from(subject.error());
    }
    const auto object = client.get(subject->resource, subject->ns, subject->name);
    if (!object && object.error().code == ErrorCode::NotFound && arguments.boolean("missing_ok")) {
      return engine::Outcome::done({{"exists", false}, {"object", {}}, {"uid", ""}});
    }
    if (!object) {
      return engine::Outcome::from(object.error());
    }
    return engine::Outcome::done(
        {{"exists", true}, {"object", value_of(*object)}, {"uid", object->uid()}});
  }
};

}  // namespace

const engine::Action& object_get() {
  static const ObjectGet kAction;
  return kAction;
}

}  // namespace cfkops::actions
