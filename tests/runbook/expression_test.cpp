#include "cfkops/runbook/expression.hpp"

#include "check.hpp"
#include "evaluate.hpp"
#include "expression_names.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace cfkops::runbook {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Chain = std::vector<std::string>;

/// One line of expressions.txt, expression_functions.txt or expression_extensions.txt.
struct Case {
  std::string place;
  std::string source;
  std::string outcome;
};

std::vector<Case> cases_in(const std::string& file) {
  const std::string text = test::read_file(test::source_tree() / "tests" / "runbook" / file);
  std::vector<Case> cases;
  int number = 0;
  for (const std::string& line : base::split(text, '\n')) {
    ++number;
    const std::size_t arrow = line.rfind(" => ");
    if (arrow != std::string::npos && !line.starts_with('#')) {
      cases.push_back(
          {file + ":" + std::to_string(number), line.substr(0, arrow), line.substr(arrow + 4)});
    }
  }
  return cases;
}

/// The language itself first, then its functions.
std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (const char* file :
       {"expressions.txt", "expression_functions.txt", "expression_extensions.txt"}) {
    for (Case& test : cases_in(file)) {
      cases.push_back(std::move(test));
    }
  }
  return cases;
}

/// The rest of the outcome after `word`, or nothing.
std::optional<std::string> after(const std::string& outcome, std::string_view word) {
  return outcome.starts_with(word) ? std::optional(outcome.substr(word.size())) : std::nullopt;
}

Value evaluated(const std::string& source) {
  const auto expression = Expression::parse(source, {"x.yaml", 1, 1});
  if (!expression) {
    ADD_FAILURE() << source << ": " << expression.error().message;
    return {};
  }
  const auto value = expression->evaluate(test_bindings());
  if (!value) {
    ADD_FAILURE() << source << ": " << value.error().message;
    return {};
  }
  return *value;
}

void expect_value(const Expression& expression, const std::string& wanted_source, bool accepted) {
  const auto value = expression.evaluate(test_bindings());
  ASSERT_TRUE(value) << value.error().message;
  const Value wanted = evaluated(wanted_source);
  EXPECT_EQ(value->type_name(), wanted.type_name());
  EXPECT_TRUE(*value == wanted) << "got " << value->text() << ", wanted " << wanted.text();
  const auto type = expression.check(test_scope());
  EXPECT_EQ(type.has_value(), accepted) << (type ? type->text() : type.error().message);
}

/// What the checker accepts evaluates to a value of the type it promised; what only may be a secret
/// has the type of one.
void expect_sound(const Expression& expression) {
  const auto type = expression.check(test_scope());
  const auto value = expression.evaluate(test_bindings());
  const bool large =
      value && (value->as<LongDuration>() != nullptr || value->as<FarTime>() != nullptr);
  if (type && value && !large && type->kind != Type::Kind::Any && type->kind != Type::Kind::Ref &&
      (!has_secret(*type) || value->is_secret())) {
    const auto converted = convert(*value, *type);
    EXPECT_TRUE(converted) << "promised " << type->text() << ", got " << value->type_name();
  }
}

void expect_outcome(const Case& test) {
  const auto expression = Expression::parse(test.source, {"x.yaml", 1, 1});
  if (const auto part = after(test.outcome, "syntax: ")) {
    ASSERT_FALSE(expression);
    EXPECT_EQ(expression.error().code, ErrorCode::InvalidInput);
    EXPECT_THAT(expression.error().message + " = " + expression.error().hint, HasSubstr(*part));
    return;
  }
  ASSERT_TRUE(expression) << expression.error().message;
  expect_sound(*expression);
  if (const auto part = after(test.outcome, "error: ")) {
    const auto value = expression->evaluate(test_bindings());
    ASSERT_FALSE(value) << value->text();
    EXPECT_THAT(value.error().message, HasSubstr(*part));
  } else if (const auto problem = after(test.outcome, "check: ")) {
    const auto type = expression->check(test_scope());
    ASSERT_FALSE(type) << type->text();
    EXPECT_THAT(type.error().message, HasSubstr(*problem));
  } else if (const auto wanted_type = after(test.outcome, "type: ")) {
    const auto type = expression->check(test_scope());
    ASSERT_TRUE(type) << type.error().message;
    EXPECT_EQ(type->text(), *wanted_type);
  } else if (const auto text = after(test.outcome, "text: ")) {
    const auto value = expression->evaluate(test_bindings());
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(std::string(value->type_name()) + " " + value->text(), *text);
  } else if (const auto dynamic = after(test.outcome, "dynamic: ")) {
    expect_value(*expression, *dynamic, false);
  } else {
    expect_value(*expression, test.outcome, true);
  }
}

Expression parsed(const std::string& source) {
  auto expression = Expression::parse(source, {"x.yaml", 3, 10});
  EXPECT_TRUE(expression) << source;
  return expression ? *expression : Expression();
}

TEST(Expression, GivesWhatTheTableSays) {
  const std::vector<Case> cases = read_cases();
  EXPECT_GE(cases.size(), 700U);
  for (const Case& test : cases) {
    SCOPED_TRACE(test.place + ": " + test.source);
    expect_outcome(test);
  }
}

/// The rows "| `expression` | `value` |" of docs/expressions.md.
TEST(Expression, GivesWhatTheDocumentationSays) {
  const std::string page = test::read_file(test::source_tree() / "docs" / "expressions.md");
  const std::size_t begin = page.find("| expression | value |");
  ASSERT_NE(begin, std::string::npos);
  int rows = 0;
  for (const std::string& line :
       base::split(page.substr(begin, page.find("\n\n", begin) - begin), '\n')) {
    const std::size_t middle = line.find("` | `");
    if (middle == std::string::npos) {
      continue;
    }
    ++rows;
    SCOPED_TRACE(line);
    const auto expression = Expression::parse(line.substr(3, middle - 3), {"page", 1, 1});
    ASSERT_TRUE(expression) << expression.error().message;
    expect_value(*expression, line.substr(middle + 5, line.size() - middle - 8), true);
  }
  EXPECT_GE(rows, 20);
}

TEST(Expression, PointsAtTheOffendingCharacter) {
  const auto error = Expression::parse("a &&\n  é", {"x.yaml", 3, 10}).error();
  EXPECT_EQ(error.pos, (SourcePos{"x.yaml", 4, 3}));
  const auto unknown = parsed("s + 'é' + nope").check(test_scope()).error();
  EXPECT_EQ(unknown.pos, (SourcePos{"x.yaml", 3, 20}));
  EXPECT_EQ(unknown.reason, "CFK-P002");
}

TEST(Expression, ExplainsWithTheValuesOfItsParts) {
  EXPECT_EQ(parsed("min(ints) >= 2 && wait > duration('1m')").explain(test_bindings()),
            "`min(ints)` = 1, `wait` = 30s");
  EXPECT_EQ(parsed("steps.later.count > 1 || password == s").explain(test_bindings()),
            "`steps.later.count` is missing, `password` = ***, `s` = \"kafka-1\"");
  EXPECT_EQ(parsed("ints.all(x, x > i)").explain(test_bindings()), "`ints` = [1,2,3]");
  EXPECT_EQ(parsed("1 < 2").explain(test_bindings()), "");
}

TEST(Expression, TellsTheValuesWithAnError) {
  const auto error = parsed("ints[i] == 1").evaluate(test_bindings()).error();
  EXPECT_THAT(error.hint, HasSubstr("`i` = 7"));
}

TEST(Expression, ListsItsNamesAndChains) {
  const Expression expression =
      parsed("has(steps.roll.count) && topics.all(t, t.min > i) && i > steps.roll.count");
  EXPECT_THAT(expression.names(), ElementsAre("steps", "topics", "i"));
  EXPECT_THAT(expression.chains(),
              ElementsAre(Chain{"steps", "roll", "count"}, Chain{"topics"}, Chain{"i"}));
  EXPECT_THAT(expression.proves(), ElementsAre(Chain{"steps", "roll", "count"}));
  EXPECT_TRUE(expression.chain().empty());
  EXPECT_THAT(parsed("params.target").chain(), ElementsAre("params", "target"));
}

TEST(Expression, StopsAtTheBudgetWhateverAbsorbsErrors) {
  std::string loops = "x";
  for (int i = 0; i < 8; ++i) {
    loops = "[1,2,3,4,5,6,7,8].all(x, " + (i == 0 ? "x > 0" : loops) + ")";
  }
  const auto value = parsed("true && (" + loops + " || true)").evaluate({});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::Refused);
}

TEST(Expression, StopsBeforeTextGrowsWithoutBound) {
  std::string source = "['aaaaaaaaaaaaaaaa']";
  for (int i = 0; i < 40; ++i) {
    source += ".map(x, x + x)";
  }
  const auto value = parsed(source).evaluate({});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::Refused);
}

/// Every list holds the one before twice: small to keep, without end to walk.
TEST(Expression, PaysForWhatItWalks) {
  std::string shared = "[1]";
  for (int i = 0; i < 40; ++i) {
    shared += ".map(a, [a, a])";
  }
  const auto sized = parsed("size(" + shared + ") == 1").evaluate({});
  ASSERT_TRUE(sized) << sized.error().text();
  EXPECT_EQ(*sized, Value(true));
  const std::string text = "['" + std::string(160, 'x') + "']";
  const std::string many = text + ".map(s, " + text + ".map(a, [s,s,s,s,s,s,s,s,s,s])[0])[0]";
  const std::string more = "[" + many + "].map(l, l + l + l + l + l + l + l + l)[0]";
  for (const std::string& source :
       {shared,
        std::string(shared).append(" == ").append(shared),
        std::string("1 != 2 && ").append(shared).append(" != ").append(shared),
        std::string(shared).append(" in [").append(shared).append("]"),
        "[" + shared + "].exists(x, x in [x])",
        "[" + more + "].map(l, l.map(x, l.join()).join())[0]",
        "{'a': " + shared + "}"}) {
    SCOPED_TRACE(source);
    const Expression expression = parsed(source);
    const auto value = expression.evaluate({});
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, ErrorCode::Refused) << value.error().text();
    EXPECT_LT(expression.explain({}).size(), 2000U);
  }
  EXPECT_TRUE(parsed(more + ".join() != ''").evaluate({})) << "a little is allowed";
}

/// Functions whose results are larger than what they are given, or that look at all of it.
TEST(Expression, PaysForWhatFunctionsMake) {
  std::string text = "['aaaaaaaaaaaaaaaa']";
  for (int i = 0; i < 11; ++i) {
    text += ".map(x, x + x)";
  }
  const std::string letters = "'" + std::string(1000, 'a') + "'.findAll('a')";
  const std::string numbers = "['" + std::string(2000, ',') + "'].map(x, x.split(','))[0]";
  for (const std::string& source :
       {text + ".map(t, t.replace('a', t))",
        text + ".map(t, t.replace('', t))",
        text + ".map(t, t.split(''))[0].map(a, " + text + ".map(t, t.split(''))[0])",
        letters + ".all(x, " + letters + " != [])",
        numbers + ".all(x, " + numbers + ".isSorted())",
        numbers + ".all(x, '%s'.format([" + numbers + "]) != '')",
        numbers + ".all(x, " + numbers + ".indexOf('a') < 0)"}) {
    SCOPED_TRACE(source);
    const auto value = parsed(source).evaluate({});
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, ErrorCode::Refused) << value.error().text();
  }
  EXPECT_TRUE(parsed(text + ".map(t, t.replace('a', 'b').upperAscii().reverse())").evaluate({}));
}

TEST(Expression, FindsNamesInItsContainer) {
  const Expression expression = parsed("y.z").within("a.b");
  EXPECT_EQ(expression.container(), "a.b");
  const Value map(ValueMap{{"z", 3}});
  EXPECT_EQ(*expression.evaluate({{"a.b.y.z", 1}, {"a.y.z", 2}, {"y", map}}), Value(1));
  EXPECT_EQ(*expression.evaluate({{"a.y.z", 2}, {"y", map}}), Value(2));
  EXPECT_EQ(*expression.evaluate({{"a.y", map}, {"y", Value()}}), Value(3));
  EXPECT_EQ(*parsed(".y").within("a").evaluate({{"a.y", 1}, {"y", 2}}), Value(2));
  const auto type = expression.check({{"a.b.y.z", Type::of(Type::Kind::Int)}, {"y", Type()}});
  ASSERT_TRUE(type);
  EXPECT_EQ(type->text(), "int");
}

TEST(Expression, RefusesToNestTooDeep) {
  const auto nested = [](const std::string& open, const std::string& close, int levels) {
    std::string text = "1";
    for (int i = 0; i < levels; ++i) {
      text.insert(0, open).append(close);
    }
    return Expression::parse(text, {});
  };
  EXPECT_TRUE(nested("(", ")", 90));
  EXPECT_FALSE(nested("(", ")", 200));
  EXPECT_FALSE(nested("[", "]", 200));
  EXPECT_FALSE(nested("-", "", 200));
  EXPECT_FALSE(nested("!", "", 3000));
  EXPECT_FALSE(nested("", ".a", 200));
  EXPECT_FALSE(nested("", "+1", 200));
  EXPECT_FALSE(nested("yes?1:", "", 200));
  EXPECT_TRUE(nested("true||", "", 1000)) << "a chain is not deep";
  EXPECT_FALSE(Expression::parse(std::string(20000, ' ') + "1", {}));
}

/// Once for each node: a checker that looks at a first element twice would never come back.
TEST(Expression, ChecksAndEvaluatesDeepLists) {
  const int depth = 95;
  const Expression nested = parsed(std::string(depth, '[') + std::string(depth, ']'));
  const auto type = nested.check({});
  ASSERT_TRUE(type);
  EXPECT_TRUE(type->text().starts_with("list<list<list<"));
  EXPECT_TRUE(nested.evaluate({}));
}

TEST(Expression, ChecksWithoutNarrowingWhatIsPassedOn) {
  const auto type = parsed("steps.later.count").check_passing(test_scope());
  ASSERT_TRUE(type);
  EXPECT_TRUE(type->maybe_missing);
  EXPECT_FALSE(parsed("steps.later.count + 1").check_passing(test_scope()));
}

TEST(Expression, IsEmptyByDefault) {
  const Expression expression;
  EXPECT_TRUE(expression.empty());
  EXPECT_TRUE(expression.evaluate({})->is_null());
  EXPECT_TRUE(expression.chains().empty());
  EXPECT_EQ(expression.explain({}), "");
}

/// Cuts, doubles and replaces pieces of known expressions: nothing crashes, and what parses also
/// checks and evaluates to something.
TEST(Expression, SurvivesMutation) {
  const std::vector<Case> cases = read_cases();
  constexpr std::string_view kBytes = "()[]{}.,?:!&|<>=+-*/%'\"\\ \nabx01u$r\xC3\xA9\x00";
  std::uint32_t state = 12345;
  const auto random = [&](std::size_t below) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::size_t>(state >> 8U) % below;
  };
  int accepted = 0;
  for (int round = 0; round < 10000; ++round) {
    std::string source = cases[random(cases.size())].source;
    for (std::size_t i = random(3) + 1; i > 0; --i) {
      const std::size_t at = random(source.size() + 1);
      if (random(2) == 0) {
        source.insert(at, 1, kBytes[random(kBytes.size())]);
      } else {
        source.erase(at, random(4));
      }
    }
    const auto expression = Expression::parse(source, {"x.yaml", 1, 1});
    if (expression) {
      ++accepted;
      SCOPED_TRACE(source);
      expect_sound(*expression);
      static_cast<void>(expression->explain(test_bindings()));
    }
  }
  EXPECT_GT(accepted, 500);
}

}  // namespace
}  // namespace cfkops::runbook
