#include "expression_names.hpp"

#include <chrono>

namespace cfkops::runbook {

namespace {

using K = Type::Kind;

Value topic(const char* name, ValueList isr, int min) {
  return Value(ValueMap{{"name", name}, {"isr", Value(std::move(isr))}, {"min", min}});
}

Bindings make_bindings() {
  const Value target(ValueMap{
      {"kind", "Kafka"}, {"namespace", "confluent"}, {"name", "my-kafka"}, {"uid", "u-1"}});
  return {
      {"i", 7},
      {"u", std::uint64_t{3}},
      {"d", 1.5},
      {"s", "kafka-1"},
      {"yes", true},
      {"no", false},
      {"wait", Duration(std::chrono::seconds(30))},
      {"at", base::parse_rfc3339("2026-11-23T07:25:01Z").value()},
      {"ints", ValueList{1, 2, 3}},
      {"words", ValueList{"a", "b"}},
      {"empty", ValueList{}},
      {"counts", ValueMap{{"a", 1}, {"b", 2}}},
      {"topics", ValueList{topic("orders", {1, 2}, 2), topic("logs", {3}, 1)}},
      {"any", ValueMap{{"x", ValueList{1, "two", Value()}}}},
      {"role", "brokers"},
      {"target", target},
      {"password", Redacted("hunter2")},
      {"keep", ValueMap{{"password", Redacted("hunter2")}}},
      {"steps", ValueMap{{"roll", ValueMap{{"count", 3}}}, {"later", ValueMap{}}}},
  };
}

Scope make_scope() {
  Type missing = Type::of(K::Int);
  missing.maybe_missing = true;
  const Type topic = Type::object({{"name", Type::of(K::String), {}},
                                   {"isr", Type::list_of(Type::of(K::Int)), {}},
                                   {"min", Type::of(K::Int), {}}});
  const Type steps = Type::object({{"roll", Type::object({{"count", Type::of(K::Int), {}}}), {}},
                                   {"later", Type::object({{"count", missing, {}}}), {}}});
  return {
      {"i", Type::of(K::Int)},
      {"u", Type::of(K::Uint)},
      {"d", Type::of(K::Double)},
      {"s", Type::of(K::String)},
      {"yes", Type::of(K::Bool)},
      {"no", Type::of(K::Bool)},
      {"wait", Type::of(K::Duration)},
      {"at", Type::of(K::Timestamp)},
      {"ints", Type::list_of(Type::of(K::Int))},
      {"words", Type::list_of(Type::of(K::String))},
      {"empty", Type::list_of(Type())},
      {"counts", Type::map_of(Type::of(K::Int))},
      {"topics", Type::list_of(topic)},
      {"any", Type()},
      {"role", Type::enumeration({"brokers", "controllers", "all"})},
      {"target", Type::ref({"Kafka", "StatefulSet"})},
      {"password", Type::of(K::Secret)},
      {"keep", Type::map_of(Type::of(K::Secret))},
      {"steps", steps},
  };
}

}  // namespace

const Bindings& test_bindings() {
  static const Bindings bindings = make_bindings();
  return bindings;
}

const Scope& test_scope() {
  static const Scope scope = make_scope();
  return scope;
}

}  // namespace cfkops::runbook
