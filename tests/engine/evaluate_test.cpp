#include "evaluate.hpp"

#include "bench.hpp"
#include "support/matchers.hpp"

#include <gtest/gtest.h>

namespace cfkops::engine {
namespace {

using runbook::ActionSpec;
using runbook::ArgumentMap;
using runbook::ArgumentValue;
using runbook::Type;
using runbook::ValueMap;
using test::Bench;
using test::HasError;
using test::IsOk;
using K = Type::Kind;

/// What an argument of that type is given where somebody writes `text`.
Result<Arguments> given(const Type& type, const std::string& text) {
  Bench bench;
  ActionSpec spec{.name = "fake.take", .summary = "takes one argument"};
  spec.arguments = {{.name = "it", .type = type}};
  ArgumentMap written;
  written.push_back(
      {"it",
       ArgumentValue{runbook::Template::parse(text, {"x.yaml", 7, 3}).value(), {"x.yaml", 7, 3}}});
  const runbook::Bindings bindings = {
      {"params", ValueMap{{"pw", Redacted("hunter2")}, {"name", "kafka"}}}};
  const std::string ns = "confluent";
  return evaluate_arguments(written, spec, bindings, {bench.fakes.catalogue(), bench.client, ns});
}

TEST(EvaluateArguments, RefuseASecretWhereNoneIsTaken) {
  for (const char* text : {"${params['pw']}",
                           "${params}",
                           "${dyn(params.pw)}",
                           "${{'stringData': {'password': params.pw}}}",
                           "${[[params.name, params.pw]]}"}) {
    SCOPED_TRACE(text);
    const auto arguments = given(Type::of(K::Any), text);
    EXPECT_THAT(arguments, HasError(ErrorCode::InvalidInput, "takes no secret"));
    EXPECT_EQ(arguments.error().pos, (SourcePos{"x.yaml", 7, 3}));
  }
  EXPECT_THAT(given(Type::of(K::Object), "${params}"),
              HasError(ErrorCode::InvalidInput, "argument 'it' of fake.take"));
  const Type half = Type::object({{"name", Type(), {}}, {"pw", Type::of(K::Secret), {}}});
  EXPECT_THAT(given(half, "${{'name': params.pw, 'pw': params.pw}}"),
              HasError(ErrorCode::InvalidInput, "takes no secret"));
}

TEST(EvaluateArguments, PassASecretOnWhereOneIsTaken) {
  const Type secret = Type::of(K::Secret);
  EXPECT_THAT(given(secret, "${params.pw}"), IsOk());
  EXPECT_THAT(given(secret, "${dyn(params.pw)}"), IsOk());
  EXPECT_THAT(given(Type::list_of(secret), "${[params.pw]}"), IsOk());
  EXPECT_THAT(given(Type::map_of(secret), "${{'a': params.pw}}"), IsOk());
  const Type half = Type::object({{"name", Type(), {}}, {"pw", secret, {}}});
  EXPECT_THAT(given(half, "${params}"), IsOk());
}

}  // namespace
}  // namespace cfkops::engine
