// Any bytes as an expression and as a text with ${…}: parsed, checked, evaluated and explained.
// What has a type must evaluate to a value or an error, within its budget.

#include "cfkops/runbook/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using cfkops::runbook::Bindings;
using cfkops::runbook::Scope;
using cfkops::runbook::Type;
using cfkops::runbook::Value;

Scope scope() {
  return {{"s", Type::of(Type::Kind::String)},
          {"n", Type::of(Type::Kind::Int)},
          {"list", Type::list_of(Type::of(Type::Kind::String))},
          {"any", Type()}};
}

Bindings bindings() {
  return {{"s", Value(std::string("a text"))},
          {"n", Value(std::int64_t{3})},
          {"list", Value::from_json(*cfkops::Json::parse(R"(["a", "b", "c"])"))},
          {"any", Value::from_json(*cfkops::Json::parse(R"({"a": [1, 2.5, null, {"b": "c"}]})"))}};
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scope kScope = scope();
  static const Bindings kBindings = bindings();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto expression = cfkops::runbook::Expression::parse(text, {"x.yaml", 1, 1})) {
    (void)expression->check(kScope);
    (void)expression->evaluate(kBindings);
    (void)expression->explain(kBindings);
    (void)expression->proves();
    (void)expression->chains();
  }
  if (const auto templated = cfkops::runbook::Template::parse(text, {"x.yaml", 1, 1})) {
    (void)templated->check(kScope);
    (void)templated->evaluate(kBindings);
  }
  return 0;
}
