#include "bench.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::test {
namespace {

using engine::Arguments;
using engine::CheckResult;
using engine::Context;
using engine::Outcome;
using engine::StepPlan;
using runbook::ActionSpec;
using runbook::Effect;
using runbook::Type;
using runbook::Value;

const kube::Resource& config_maps() {
  return kube::resources::config_maps();
}

Json value_patch(const std::string& value) {
  return Json(nlohmann::json{{"data", {{"value", value}}}});
}

/// The parts that all fake actions share.
class FakeAction : public engine::Action {
 public:
  FakeAction(Script& script, ActionSpec spec)
      : script_(script),
        spec_(std::move(spec)) {}

  [[nodiscard]] const ActionSpec& spec() const override { return spec_; }

  [[nodiscard]] Result<StepPlan> plan(const Context& context,
                                      kube::Reader& /*reader*/,
                                      const Arguments& /*arguments*/) const override {
    StepPlan plan;
    plan.locks = locks_of(context);
    return plan;
  }

  [[nodiscard]] engine::PlannedChange planned_undo(const Json& /*remembered*/) const override {
    return {};
  }

  [[nodiscard]] Outcome undo(const Context& /*context*/,
                             kube::Client& /*client*/,
                             const Json& /*remembered*/) const override {
    return Outcome::done();
  }

 protected:
  void begin(const Context& context) const {
    if (script_.on_apply) {
      script_.on_apply(context);
    }
  }

  [[nodiscard]] Script& script() const { return script_; }

  [[nodiscard]] std::vector<engine::LockTarget> locks_of(const Context& context) const {
    const auto found = script_.locks.find(context.step.id);
    return found == script_.locks.end() ? std::vector<engine::LockTarget>() : found->second;
  }

 private:
  Script& script_;
  ActionSpec spec_;
};

class SetAction final : public FakeAction {
 public:
  explicit SetAction(Script& script)
      : FakeAction(
            script,
            {.name = "fake.set",
             .summary = "Changes a config map",
             .arguments = {{.name = "name", .type = Type::of(Type::Kind::String), .required = true},
                           {.name = "value",
                            .type = Type::of(Type::Kind::String),
                            .fallback = Value("2")}},
             .outputs = {{.name = "before", .type = Type::of(Type::Kind::String)}},
             .effect = Effect::Idempotent,
             .permissions = {{.verb = "patch", .resource = "configmaps"}}}) {}

  [[nodiscard]] Result<StepPlan> plan(const Context& context,
                                      kube::Reader& reader,
                                      const Arguments& arguments) const override {
    const std::string name = arguments.string("name");
    CFKOPS_ASSIGN(const kube::Object now, reader.get(config_maps(), context.ns, name));
    CFKOPS_TRY(reader.dry_run_patch(config_maps(),
                                    context.ns,
                                    name,
                                    kube::PatchType::Merge,
                                    value_patch(arguments.string("value"))));
    if (context.comes_first) {
      script().first.push_back(context.step.id);
    }
    StepPlan plan;
    plan.locks = locks_of(context);
    plan.changes.push_back({.verb = "patch",
                            .object = now.text(),
                            .uid = now.uid(),
                            .diff = {"~ /data/value"},
                            .verdict = script().refused ? "refused: no" : "accepted",
                            .refused = script().refused});
    plan.permissions.push_back({.verb = "patch",
                                .resource = config_maps(),
                                .subresource = "",
                                .ns = context.ns,
                                .name = name});
    plan.undo = "the value is set back";
    return plan;
  }

  [[nodiscard]] Outcome apply(const Context& context,
                              kube::Client& client,
                              const Arguments& arguments) const override {
    begin(context);
    const std::string name = arguments.string("name");
    const auto now = client.get(config_maps(), context.ns, name);
    if (!now) {
      return Outcome::from(now.error());
    }
    const std::string before = now->json().string_or("/data/value", "");
    const Status remembered = context.journal->remember_undo(
        Json(nlohmann::json{{"name", name}, {"uid", now->uid()}, {"before", before}}));
    if (!remembered) {
      return Outcome::from(remembered.error());
    }
    const auto changed =
        client.patch(config_maps(),
                     context.ns,
                     name,
                     value_patch(arguments.string("value")),
                     {.precondition = {.uid = now->uid(), .resource_version = ""}});
    if (!changed) {
      return Outcome::from(changed.error());
    }
    context.progress("set " + name);
    return Outcome::done({{"before", Value(before)}});
  }

  [[nodiscard]] engine::PlannedChange planned_undo(const Json& remembered) const override {
    return {.verb = "patch",
            .object = "configmap " + remembered.string_or("/name", ""),
            .uid = remembered.string_or("/uid", ""),
            .diff = {"~ /data/value"},
            .verdict = {}};
  }

  [[nodiscard]] std::map<std::string, std::string> later(
      const runbook::ValueMap& outputs) const override {
    const auto before = outputs.find("before");
    const auto found = script().later.find(before == outputs.end() ? "" : before->second.text());
    return found == script().later.end()
               ? std::map<std::string, std::string>()
               : std::map<std::string, std::string>{{"it", found->second}};
  }

  [[nodiscard]] Outcome undo(const Context& context,
                             kube::Client& client,
                             const Json& remembered) const override {
    const std::string name = remembered.string_or("/name", "");
    script().undone.push_back(name);
    if (const auto scripted = script().undo.find(name); scripted != script().undo.end()) {
      return scripted->second;
    }
    const auto changed = client.patch(
        config_maps(),
        context.ns,
        name,
        value_patch(remembered.string_or("/before", "")),
        {.precondition = {.uid = remembered.string_or("/uid", ""), .resource_version = ""}});
    return changed ? Outcome::done() : Outcome::from(changed.error());
  }
};

class EvictAction final : public FakeAction {
 public:
  explicit EvictAction(Script& script)
      : FakeAction(
            script,
            {.name = "fake.evict",
             .summary = "Evicts a pod",
             .arguments = {{.name = "pod", .type = Type::of(Type::Kind::String), .required = true}},
             .effect = Effect::Once,
             .no_undo = "an evicted pod is gone",
             .permissions = {{.verb = "create", .resource = "pods/eviction"}}}) {}

  [[nodiscard]] Outcome apply(const Context& context,
                              kube::Client& client,
                              const Arguments& arguments) const override {
    begin(context);
    const std::string pod = arguments.string("pod");
    const Status evicted =
        client.evict(context.ns, pod, {.uid = "uid-" + pod, .resource_version = ""});
    return evicted ? Outcome::done() : Outcome::from(evicted.error());
  }
};

class ScriptAction final : public FakeAction {
 public:
  explicit ScriptAction(Script& script)
      : FakeAction(script,
                   {.name = "fake.script",
                    .summary = "Does what the test says",
                    .outputs = {{.name = "answer", .type = Type::of(Type::Kind::Int)}},
                    .effect = Effect::Read}) {}

  [[nodiscard]] Outcome apply(const Context& context,
                              kube::Client& /*client*/,
                              const Arguments& /*arguments*/) const override {
    begin(context);
    std::deque<Outcome>& queue = script().outcomes[context.step.id];
    if (queue.empty()) {
      return Outcome::done({{"answer", Value(42)}});
    }
    Outcome next = std::move(queue.front());
    queue.pop_front();
    return next;
  }
};

class UseAction final : public FakeAction {
 public:
  explicit UseAction(Script& script)
      : FakeAction(
            script,
            {.name = "fake.use",
             .summary = "Takes arguments",
             .arguments = {{.name = "secret", .type = Type::of(Type::Kind::Secret)},
                           {.name = "list", .type = Type::list_of(Type::of(Type::Kind::String))},
                           {.name = "target", .type = Type::ref({"StatefulSet"})},
                           {.name = "wait",
                            .type = Type::of(Type::Kind::Duration),
                            .fallback = Value(Duration(std::chrono::seconds(5)))}},
             .effect = Effect::Read}) {}

  [[nodiscard]] Outcome apply(const Context& context,
                              kube::Client& /*client*/,
                              const Arguments& arguments) const override {
    begin(context);
    std::string text = "wait " + base::format_duration(arguments.duration("wait"));
    if (arguments.find("list") != nullptr) {
      text += ", " + std::to_string(arguments.strings("list").size()) + " items";
    }
    if (arguments.find("target") != nullptr) {
      text += ", target " + arguments.ref("target").at("uid").text();
    }
    if (const Value* secret = arguments.find("secret")) {
      text += ", secret " + secret->as<Redacted>()->reveal();
    }
    context.progress(text);
    return Outcome::done();
  }
};

class SecretAction final : public FakeAction {
 public:
  explicit SecretAction(Script& script)
      : FakeAction(script,
                   {.name = "fake.secret",
                    .summary = "Reads a config map as if it were a secret",
                    .arguments = {{.name = "name",
                                   .type = Type::of(Type::Kind::String),
                                   .required = true}},
                    .outputs = {{.name = "password", .type = Type::of(Type::Kind::Secret)},
                                {.name = "value", .type = Type::of(Type::Kind::String)}},
                    .effect = Effect::Read}) {}

  [[nodiscard]] Outcome apply(const Context& context,
                              kube::Client& client,
                              const Arguments& arguments) const override {
    begin(context);
    const auto now = client.get(config_maps(), context.ns, arguments.string("name"));
    if (!now) {
      return Outcome::from(now.error());
    }
    const std::string value = now->json().string_or("/data/value", "");
    return Outcome::done({{"password", Value(Redacted("pw-" + value))}, {"value", Value(value)}});
  }
};

class SaysCheck final : public engine::Check {
 public:
  explicit SaysCheck(Script& script)
      : script_(script),
        spec_{.name = "fake.says",
              .summary = "Says what the test says",
              .arguments = {{.name = "of", .type = Type::of(Type::Kind::String), .required = true},
                            {.name = "hold",
                             .type = Type::of(Type::Kind::Duration),
                             .fallback = Value(Duration(0))}},
              .outputs = {{.name = "measured", .type = Type::of(Type::Kind::Int)}},
              .is_check = true} {}

  [[nodiscard]] const ActionSpec& spec() const override { return spec_; }

  [[nodiscard]] CheckResult evaluate(const Context& /*context*/,
                                     kube::Reader& reader,
                                     const Arguments& arguments) const override {
    if (const Duration hold = arguments.duration("hold"); hold > Duration(0)) {
      if (const Status held = reader.loop().pause(hold); !held) {
        return {.verdict = engine::Verdict::Unknown,
                .summary = held.error().text(),
                .details = {},
                .remedy = {},
                .outputs = {}};
      }
    }
    if (const auto live = script_.live.find(arguments.string("of")); live != script_.live.end()) {
      return live->second();
    }
    std::deque<CheckResult>& queue = script_.checks[arguments.string("of")];
    if (queue.empty()) {
      return {.verdict = engine::Verdict::Pass,
              .summary = "all is well",
              .details = {},
              .remedy = {},
              .outputs = {{"measured", Value(7)}}};
    }
    CheckResult next = std::move(queue.front());
    queue.pop_front();
    return next;
  }

 private:
  Script& script_;
  ActionSpec spec_;
};

class PermissionCheck final : public engine::Check {
 public:
  explicit PermissionCheck(Script& script)
      : script_(script),
        spec_{.name = "permission", .summary = "May we", .is_check = true} {}

  [[nodiscard]] const ActionSpec& spec() const override { return spec_; }

  [[nodiscard]] CheckResult evaluate(const Context& context,
                                     kube::Reader& reader,
                                     const Arguments& /*arguments*/) const override {
    for (const kube::AccessQuestion& question : *context.needed) {
      script_.asked.push_back(question.text());
      static_cast<void>(reader.can_i(question));
    }
    return {.verdict = engine::Verdict::Pass,
            .summary = "",
            .details = {},
            .remedy = {},
            .outputs = {}};
  }

 private:
  Script& script_;
  ActionSpec spec_;
};

class StatefulSets final : public engine::RefSource {
 public:
  [[nodiscard]] std::string kind() const override { return "StatefulSet"; }

  [[nodiscard]] std::vector<runbook::PermissionSpec> permissions() const override {
    return {{"list", "statefulsets.apps"}};
  }

  [[nodiscard]] Result<std::vector<engine::RefCandidate>> find(
      kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const kube::ObjectList list, reader.list(kube::resources::stateful_sets(), ns));
    std::vector<engine::RefCandidate> candidates;
    for (const kube::Object& one : list.items) {
      candidates.push_back({.texts = {"statefulset/" + one.name(), one.name()},
                            .value = {{"kind", Value("StatefulSet")},
                                      {"namespace", Value(one.ns())},
                                      {"name", Value(one.name())},
                                      {"uid", Value(one.uid())}}});
    }
    return candidates;
  }
};

}  // namespace

FakeCatalogue::FakeCatalogue(Script& script) {
  actions_.push_back(std::make_unique<SetAction>(script));
  actions_.push_back(std::make_unique<EvictAction>(script));
  actions_.push_back(std::make_unique<ScriptAction>(script));
  actions_.push_back(std::make_unique<UseAction>(script));
  actions_.push_back(std::make_unique<SecretAction>(script));
  checks_.push_back(std::make_unique<SaysCheck>(script));
  checks_.push_back(std::make_unique<PermissionCheck>(script));
  refs_.push_back(std::make_unique<StatefulSets>());
  for (const auto& action : actions_) {
    action_rows_.push_back(action.get());
  }
  for (const auto& check : checks_) {
    check_rows_.push_back(check.get());
  }
  for (const auto& ref : refs_) {
    ref_rows_.push_back(ref.get());
  }
  catalogue_ = {.actions = action_rows_, .checks = check_rows_, .refs = ref_rows_};
}

FakeCatalogue::~FakeCatalogue() = default;

std::vector<ActionSpec> FakeCatalogue::specs() const {
  std::vector<ActionSpec> specs;
  for (const engine::Action* action : action_rows_) {
    specs.push_back(action->spec());
  }
  for (const engine::Check* check : check_rows_) {
    specs.push_back(check->spec());
  }
  return specs;
}

}  // namespace cfkops::test
