#include "irreversible.hpp"
#include "kinds.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;

/// How often a quiet watch is left to tell what is being waited for.
constexpr Duration kTell = std::chrono::seconds(1);

/// What is waited for, as kubectl's `wait --for` means it.
struct Goal {
  bool deleted = false;
  std::string condition;  ///< type of a condition, with its status below
  std::string status;
  std::string path;  ///< a JSON Pointer, with the text it must have (empty: any)
  std::string equals;

  [[nodiscard]] std::string text() const {
    if (deleted) {
      return "to be gone";
    }
    return condition.empty() ? path + (equals.empty() ? " to be there" : " to be " + equals)
                             : "condition " + condition + " to be " + status;
  }
};

Result<Goal> goal_of(const engine::Arguments& arguments) {
  Goal goal;
  goal.deleted = arguments.boolean("deleted");
  goal.path = optional_text(arguments, "path");
  goal.equals = optional_text(arguments, "equals");
  const std::vector<std::string> condition =
      base::split(optional_text(arguments, "condition"), '=');
  goal.condition = condition.empty() ? std::string() : condition.front();
  goal.status = condition.size() > 1 ? condition[1] : "True";
  const int goals =
      (goal.deleted ? 1 : 0) + (goal.path.empty() ? 0 : 1) + (goal.condition.empty() ? 0 : 1);
  if (goals != 1) {
    return make_error(ErrorCode::InvalidInput,
                      "object.wait needs exactly one of condition, path and deleted",
                      "for example condition: Ready=True");
  }
  return goal;
}

/// A status that speaks of an older generation says nothing of the present one.
bool outdated(const kube::Object& object) {
  const std::int64_t observed =
      object.json().int_or("/status/observedGeneration", object.generation());
  return observed < object.generation();
}

bool reached(const Goal& goal, const kube::Object* object) {
  if (goal.deleted || object == nullptr) {
    return goal.deleted && object == nullptr;
  }
  if (!goal.condition.empty()) {
    return !outdated(*object) &&
           base::lower(kube::condition(*object, goal.condition)) == base::lower(goal.status);
  }
  const Json value = object->json().get(goal.path);
  return !value.is_null() &&
         (goal.equals.empty() || runbook::Value::from_json(value).text() == goal.equals);
}

std::string state_of(const Goal& goal, const kube::Object* object) {
  if (object == nullptr) {
    return "it does not exist";
  }
  if (goal.deleted) {
    return object->deleting() ? "it is terminating" : "it is still there";
  }
  if (!goal.condition.empty()) {
    const std::string now = kube::condition(*object, goal.condition);
    return outdated(*object) ? "its status is of an older generation"
           : now.empty()     ? "it has no such condition yet"
                             : "it is " + now;
  }
  const Json value = object->json().get(goal.path);
  return value.is_null() ? "there is nothing there" : "it is " + value.dump();
}

class ObjectWait final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Subject subject, read_subject(context, reader, arguments));
    CFKOPS_ASSIGN(const Goal goal, goal_of(arguments));
    engine::StepPlan plan;
    plan.notes = {"waits for " + subject.text() + ": " + goal.text()};
    plan.permissions = {subject.may("list"), subject.may("watch")};
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto subject = read_subject(context, client, arguments);
    const auto goal = goal_of(arguments);
    if (!subject || !goal) {
      return engine::Outcome::from(subject ? goal.error() : subject.error());
    }
    return wait(context, client, *subject, *goal);
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "object.wait",
                             .summary = "waits until an object is as wanted"};
    spec.arguments = subject_arguments();
    spec.arguments.push_back(
        {.name = "condition", .type = text, .help = "a condition, such as Ready or Ready=False"});
    spec.arguments.push_back(
        {.name = "path", .type = text, .help = "a JSON Pointer, such as /status/phase"});
    spec.arguments.push_back({.name = "equals",
                              .type = text,
                              .help = "what must stand at the path; anything when left out"});
    spec.arguments.push_back({.name = "deleted",
                              .type = Type::of(Type::Kind::Bool),
                              .fallback = runbook::Value(false),
                              .help = "that it is gone"});
    spec.outputs = {{"uid", text, "the object's uid, empty when it is gone"}};
    spec.permissions = {{"list", "the kind that is waited for"}, {"watch", "the same"}};
    spec.example =
        "- id: ready\n"
        "  do: object.wait\n"
        "  with: {kind: pod, name: kafka-0, condition: Ready}\n";
    return spec;
  }

  static engine::Outcome wait(const engine::Context& context,
                              kube::Client& client,
                              const Subject& subject,
                              const Goal& goal) {
    const MonoTime began = client.loop().clock().now();
    const auto watch =
        client.watch(subject.resource,
                     subject.ns,
                     {.label_selector = {}, .field_selector = "metadata.name=" + subject.name});
    for (;;) {
      const MonoTime time = client.loop().clock().now();
      const auto events = watch->next(std::min(context.deadline, time + kTell));
      if (!events) {
        return engine::Outcome::from(events.error());
      }
      const auto found = watch->objects().find(
          subject.ns.empty() ? subject.name : subject.ns + "/" + subject.name);
      const kube::Object* object = found == watch->objects().end() ? nullptr : &found->second;
      const bool known = watch->trouble().empty();
      if (known && reached(goal, object)) {
        return engine::Outcome::done({{"uid", object == nullptr ? std::string() : object->uid()}});
      }
      const std::string why = known ? state_of(goal, object) : watch->trouble();
      const std::string what = subject.text() + ", " + goal.text();
      if (client.loop().clock().now() >= context.deadline) {
        std::string message = what;
        message.append(": ").append(why);
        return known ? engine::Outcome::not_yet(std::move(message))
                     : engine::Outcome::unknown(std::move(message));
      }
      context.waiting({.what = what,
                       .why = why,
                       .details = {},
                       .estimate = {},
                       .elapsed = client.loop().clock().now() - began});
    }
  }
};

}  // namespace

const engine::Action& object_wait() {
  static const ObjectWait kAction;
  return kAction;
}

}  // namespace cfkops::actions
