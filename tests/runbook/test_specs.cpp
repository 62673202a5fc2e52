#include "test_specs.hpp"

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
  return {
      roll(),
      notify(),
      check("permission",
            {{.name = "verb", .type = Type::of(K::String), .required = true},
             {.name = "resource", .type = Type::of(K::String), .required = true},
             {.name = "namespace", .type = Type::of(K::String)}},
            {}),
      check("version", {target}, {}),
      check("kafka.replication",
            {target, hold, {.name = "waiver_topics", .type = Type::list_of(Type::of(K::String))}},
            {{"under_replicated", Type::of(K::Int), {}}}),
      check("kafka.quorum", {target, hold}, {{"leader", Type::of(K::Int), {}}})};
}

}  // namespace

std::span<const ActionSpec> test_specs() {
  static const std::vector<ActionSpec> specs = make_specs();
  return specs;
}

}  // namespace cfkops::runbook
