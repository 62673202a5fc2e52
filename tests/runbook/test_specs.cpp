#include "test_specs.hpp"

#include <utility>

namespace cfkops::runbook {

namespace {

using K = Type::Kind;

const Type kTarget = Type::ref({"Kafka", "KRaftController", "StatefulSet"});

ActionSpec roll() {
  ActionSpec spec{.name = "kafka.roll", .summary = "restarts Kafka"};
  spec.arguments = {
      {.name = "target", .type = kTarget, .required = true, .help = "the cluster"},
      {.name = "roles", .type = Type::enumeration({"brokers", "controllers", "all"})},
      {.name = "settle", .type = Type::of(K::Duration)},
      {.name = "waiver_topics", .type = Type::list_of(Type::of(K::String))},
  };
  spec.outputs = {{"planned", Type::of(K::Int), {}},
                  {"restarted", Type::of(K::Int), {}},
                  {"pods", Type::list_of(Type()), {}}};
  spec.effect = Effect::Once;
  spec.no_undo = "a restarted process has nothing to take back";
  spec.timeout = std::chrono::hours(2);
  return spec;
}

ActionSpec notify() {
  ActionSpec spec{.name = "notify", .summary = "tells people"};
  spec.arguments = {
      {.name = "text", .type = Type::of(K::String), .required = true, .help = "what to say"},
      {.name = "token", .type = Type::of(K::Secret)},
      {.name = "labels", .type = Type::map_of(Type::of(K::String))},
      {.name = "to",
       .type =
           Type::object({{"name", Type::of(K::String), {}}, {"retries", Type::of(K::Int), {}}})},
      {.name = "limit", .type = Type::of(K::Quantity)},
      {.name = "extra", .type = Type::of(K::Object)},
  };
  spec.outputs = {{"message", Type::of(K::String), {}}};
  spec.effect = Effect::Idempotent;
  return spec;
}

ArgumentSpec text(const char* name, bool required = false) {
  return {.name = name, .type = Type::of(K::String), .required = required};
}

ActionSpec action(const char* name, Effect effect, std::vector<ArgumentSpec> arguments) {
  ActionSpec spec{.name = name, .summary = "does something"};
  spec.effect = effect;
  spec.arguments = std::move(arguments);
  return spec;
}

ActionSpec removal(const char* name, PermissionSpec permission) {
  ActionSpec spec = action(name,
                           Effect::Once,
                           {text("pod", true),
                            text("namespace"),
                            text("uid"),
                            {.name = "grace", .type = Type::of(K::Duration)}});
  spec.outputs = {{"uid", Type::of(K::String), {}}};
  spec.no_undo = "a pod that is gone does not come back";
  spec.permissions = {std::move(permission)};
  return spec;
}

ActionSpec object(const char* name, Effect effect, std::vector<ArgumentSpec> more) {
  ActionSpec spec =
      action(name, effect, {text("kind", true), text("name", true), text("namespace")});
  spec.arguments.insert(spec.arguments.end(), more.begin(), more.end());
  spec.outputs = {{"uid", Type::of(K::String), {}},
                  {.name = "object", .type = Type(), .kind_from = "kind"}};
  return spec;
}

ActionSpec exec() {
  ActionSpec spec =
      action("pod.exec",
             Effect::Once,
             {text("pod", true),
              {.name = "argv", .type = Type::list_of(Type::of(K::String)), .required = true},
              text("input"),
              {.name = "must_succeed", .type = Type::of(K::Bool)}});
  spec.outputs = {{"exit_code", Type::of(K::Int), {}}, {"output", Type::of(K::String), {}}};
  spec.no_undo = "what a program has done is its own";
  return spec;
}

/// As the action of that name is declared; what the rules of lint do not look at is left out.
std::vector<ActionSpec> real_ones() {
  ActionSpec restart = object("rollout.restart", Effect::Once, {});
  restart.no_undo = "restarted pods have nothing to take back";
  ActionSpec endless = action("endless.call", Effect::Idempotent, {});
  endless.timeout = Duration(0);
  return {removal("pod.delete", {"delete", "pods"}),
          removal("pod.evict", {"create", "pods/eviction"}),
          object("object.get", Effect::Read, {}),
          object("object.patch",
                 Effect::Idempotent,
                 {text("type"), {.name = "patch", .type = Type(), .required = true}}),
          object("object.wait", Effect::Read, {text("condition")}),
          std::move(restart),
          std::move(endless),
          exec()};
}

ActionSpec check(const char* name,
                 std::vector<ArgumentSpec> arguments,
                 std::vector<OutputSpec> outputs) {
  ActionSpec spec{.name = name, .summary = "asks"};
  spec.is_check = true;
  spec.arguments = std::move(arguments);
  spec.outputs = std::move(outputs);
  return spec;
}

std::vector<ActionSpec> make_specs() {
  const ArgumentSpec target{.name = "target", .type = kTarget};
  const ArgumentSpec hold{.name = "hold", .type = Type::of(K::Duration)};
  std::vector<ActionSpec> specs = {
      roll(),
      notify(),
      check("permission",
            {{.name = "verb", .type = Type::of(K::String), .required = true},
             {.name = "resource", .type = Type::of(K::String), .required = true},
             {.name = "namespace", .type = Type::of(K::String)}},
            {}),
      check("version", {target, text("of"), text("range")}, {}),
      check("kafka.replication",
            {target, hold, {.name = "waiver_topics", .type = Type::list_of(Type::of(K::String))}},
            {{"under_replicated", Type::of(K::Int), {}}}),
      check("kafka.quorum", {target, hold}, {{"leader", Type::of(K::Int), {}}}),
      check("capacity", {text("node", true)}, {}),
      check("disruption",
            {text("node"), text("selector"), {.name = "at_once", .type = Type::of(K::Int)}},
            {})};
  for (ActionSpec& spec : real_ones()) {
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace

std::span<const ActionSpec> test_specs() {
  static const std::vector<ActionSpec> specs = make_specs();
  return specs;
}

}  // namespace cfkops::runbook
