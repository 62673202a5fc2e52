#include "test_specs.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

// What somebody might write to make the program hang, crash or write to the terminal. Every case
// has an error, and ends by a bound and not by a clock.
namespace cfkops::runbook {
namespace {

std::string repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    text += piece;
  }
  return text;
}

/// Lines that a terminal shows as they are; a tab is a tab.
void expect_harmless(const std::string& text) {
  for (const std::string& part : base::split(text, '\n')) {
    for (const std::string& line : base::split(part, '\t')) {
      EXPECT_EQ(base::printable(line), line);
    }
  }
}

std::string shown(const Error& error, const std::string& source) {
  return render(to_diagnostic(error, "CFK-E001"), source);
}

/// Says how it ends: in the parser, in the checker or in the run.
std::string outcome(const std::string& source) {
  const auto expression = Expression::parse(source, {"x.yaml", 1, 1});
  if (!expression) {
    expect_harmless(shown(expression.error(), source));
    return "parse";
  }
  const auto type = expression->check({});
  if (!type) {
    expect_harmless(shown(type.error(), source));
  }
  const auto value = expression->evaluate({});
  if (!value) {
    expect_harmless(shown(value.error(), source));
    EXPECT_LT(value.error().text().size(), 20'000U);
  }
  return !type ? "check" : !value ? "run" : "none";
}

struct Hostile {
  const char* how;
  std::string source;
  const char* ends;
};

std::vector<Hostile> hostile_expressions() {
  const std::string nines(300, '9');
  const std::string loops = repeated("[1,2,3,4].all(x, ", 30) + "true" + repeated(")", 30);
  return {
      {"open brackets", repeated("[", 5000), "parse"},
      {"open parentheses", repeated("(", 5000), "parse"},
      {"open maps", repeated("{'a':", 1900), "parse"},
      {"signs", repeated("-", 9000) + "1", "parse"},
      {"negations", repeated("!", 9000) + "true", "parse"},
      {"members", "a" + repeated(".a", 3000), "parse"},
      {"indices", "a" + repeated("[0]", 3000), "parse"},
      {"conditions", repeated("true?1:", 1000) + "1", "parse"},
      {"macros in macros", "[1]" + repeated(".map(x,[1]", 800) + repeated(")", 800), "parse"},
      {"a long text", "'" + std::string(20'000, 'x') + "'", "parse"},
      {"an open text", "'" + std::string(9000, 'x'), "parse"},
      {"nothing but a comment", "// " + std::string(5000, '/'), "parse"},
      {"NUL", std::string("1 + \0 1", 7), "parse"},
      {"NUL in a text", std::string("int('\0')", 8), "check"},
      {"escape sequence", "1 \x1B[2J + 1", "parse"},
      {"turned text", "1 \xE2\x80\xAE + 1", "parse"},
      {"turned text inside text", "int('\xE2\x80\xAE')", "check"},
      {"no UTF-8", "1 \xFF\xC3", "parse"},
      {"no UTF-8 in an escape", "'\\\xC3'", "parse"},
      {"many digits", nines, "parse"},
      {"many hexadecimal digits", "0x" + repeated("f", 300), "parse"},
      {"a large exponent", "1e" + nines, "parse"},
      {"a long int", "int('" + nines + "')", "check"},
      {"a long duration", "duration('" + nines + "h')", "check"},
      {"a late time", "timestamp('9999-12-31T23:59:59Z') + duration('1s')", "run"},
      {"a long time", "duration('315576000000s') + duration('1s')", "run"},
      {"a text that grows",
       "'" + std::string(4000, 'a') + "'.replace('', [1].map(x, '" + std::string(4000, 'b') +
           "')[0])",
       "run"},
      {"many pieces",
       "[1,2,3,4,5,6,7,8].all(x, [1,2,3,4,5,6,7,8].all(y, '" + std::string(4000, ',') +
           "'.split(',') != []))",
       "run"},
      {"a wide format", "'%.99999999f'.format([1.0])", "run"},
      {"optionals in optionals", repeated("optional.of(", 200) + "1" + repeated(")", 200), "parse"},
      {"lists in optionals", "[1]" + repeated(".map(x, optional.of([x, x]))", 60), "run"},
      {"maps of numbers", "[{1: 1}]" + repeated(".map(x, {1: x, 2: x})", 60), "run"},
      {"the least int negated", "-(-9223372036854775807 - 1)", "run"},
      {"the least int divided", "(-9223372036854775807 - 1) / -1", "run"},
      {"a far index", "[1][9223372036854775807]", "run"},
      {"a large pattern", "'a'.matches('((a{100}){100}){100}')", "check"},
      {"loops in loops", loops, "run"},
      {"doubled text", "['aaaaaaaaaaaaaaaa']" + repeated(".map(x, x + x)", 60), "run"},
      {"doubled lists", "[[1]]" + repeated(".map(x, x + x)", 60), "run"},
      {"shared lists", "[1]" + repeated(".map(x, [x, x])", 60), "run"},
      {"shared maps", "[{'a': 1}]" + repeated(".map(x, {'a': x, 'b': x})", 60), "run"},
  };
}

TEST(Hostile, ExpressionsEndInAnError) {
  for (const Hostile& test : hostile_expressions()) {
    SCOPED_TRACE(test.how);
    EXPECT_EQ(outcome(test.source), test.ends);
  }
}

/// A runbook whose head is right, with these steps.
std::string runbook_with(const std::string& steps) {
  return "apiVersion: cfkops/v1\nkind: Runbook\nname: x\ntitle: X\npurpose: To harm.\nowner: me\n"
         "risk: low\nsteps:\n" +
         steps;
}

std::vector<std::pair<const char*, std::string>> hostile_runbooks() {
  const std::string start = "  - {id: a, do: notify, with: ";
  return {
      {"nothing", ""},
      {"NUL", std::string("a: \0", 4)},
      {"no UTF-8", "a: \xFF\xFE"},
      {"a large file", std::string(std::size_t{17} << 20U, ' ')},
      {"open brackets", repeated("[", 100'000)},
      {"open maps", repeated("{a: ", 50'000)},
      {"deep blocks", repeated("- ", 50'000)},
      {"lines without end", repeated("a:\n", 2000)},
      {"two documents", "--- a\n--- b\n"},
      {"laughs", "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"},
      {"deep arguments",
       runbook_with(start + "{text: x, extra: " + repeated("[", 200) + repeated("]", 200) +
                    "}}\n")},
      {"a key that drives the terminal", runbook_with(start + "{\"\\e]0;x\\a\\e[2J\": x}}\n")},
      {"a key that turns text", runbook_with(start + "{text: x, \"\\u202Eeman\": x}}\n")},
      {"an action of many lines", runbook_with("  - {id: a, do: \"x\\ny\\e[1mz\"}\n")},
      {"a large number", runbook_with(start + "{text: 1e999999999}, timeout: 99999999999h}\n")},
      {"many attempts",
       runbook_with(start + "{text: x}, attempts: {max: 99999999999999999999}}\n")},
      {"an expression without end",
       runbook_with(start + "{text: \"${" + repeated("(", 20'000) + "\"}}\n")},
      {"open braces", runbook_with(start + "{text: \"" + repeated("${", 5000) + "\"}}\n")},
      {"a long id", runbook_with("  - {id: " + std::string(100'000, '-') + "x, do: notify}\n")},
  };
}

TEST(Hostile, RunbooksEndInFindings) {
  for (const auto& [how, text] : hostile_runbooks()) {
    SCOPED_TRACE(how);
    const LintReport report = lint(text, "x.yaml", test_specs());
    EXPECT_TRUE(report.has_errors());
    for (const Diagnostic& finding : report.findings) {
      expect_harmless(render(finding, text));
    }
  }
}

/// The only finding, with its place.
std::string refusal(const std::string& text) {
  const LintReport report = lint(text, "x.yaml", test_specs());
  EXPECT_FALSE(report.runbook);
  EXPECT_EQ(report.findings.size(), 1U);
  return report.findings.empty()
             ? ""
             : report.findings[0].pos.text() + ": " + report.findings[0].message;
}

TEST(Hostile, ATextIsRefusedBeforeItIsReadWhereItIsTooLarge) {
  const std::string line = std::string(63, 'a') + "\n";
  std::string text = repeated(line, kMostBytes / 64);
  EXPECT_EQ(refusal(text + ": {"), "x.yaml:4097:1: the file goes on behind 256 KiB");
  // As large as may be, it is read: the parser finds what is wrong with it.
  EXPECT_THAT(lint(text, "x.yaml", test_specs()).findings.front().message,
              testing::Not(testing::HasSubstr("KiB")));
  // The mark at its beginning counts, so that whoever reads one byte more knows that there is more.
  EXPECT_THAT(refusal("\xEF\xBB\xBF" + text), testing::HasSubstr("behind 256 KiB"));
}

TEST(Hostile, ALongLineIsRefusedBeforeItIsRead) {
  const std::string line = "a: " + std::string(32768 - 3, 'b');
  EXPECT_THAT(refusal("x: 1\n" + line + "b\n: {\n"),
              testing::StartsWith("x.yaml:2:32769: the line goes on behind 32 KiB"));
  EXPECT_THAT(refusal("{\n" + line), testing::HasSubstr("'{' is never closed"));
}

TEST(Hostile, CharactersThatTurnTextAreRefusedWhereverTheyStand) {
  for (const char* character : {"\u202A", "\u202E", "\u2066", "\u2069"}) {
    for (const char* before : {"a: ", "a: \"", "# ", "a: |\n  ", ""}) {
      EXPECT_THAT(refusal(std::string(before) + character + ": {"),
                  testing::HasSubstr("turns the direction of text"))
          << before;
    }
  }
  EXPECT_EQ(
      refusal("a: 1\nbä: \u202Ex\n"),
      "x.yaml:2:5: the character U+202E turns the direction of text: the line reads otherwise "
      "than it is");
}

TEST(Hostile, AByteOrderMarkInsideIsRefused) {
  EXPECT_EQ(refusal("a: 1\n\uFEFFb: 2\n"),
            "x.yaml:2:1: a byte order mark (U+FEFF) in the middle of the file");
}

TEST(Hostile, NoMoreFindingsAreToldThanAPersonReads) {
  std::string keys;
  for (int i = 0; i < 3000; ++i) {
    keys += "k" + std::to_string(i) + ": 1\n";
  }
  const LintReport unknown = lint(keys, "x.yaml", test_specs());
  ASSERT_EQ(unknown.findings.size(), kMostFindings);
  EXPECT_THAT(unknown.findings.back().remedy, testing::HasSubstr("no more than 1000 findings"));
}

/// What keeps a runbook from being run is told, whatever else there is.
TEST(Hostile, NoErrorIsLostAmongWarnings) {
  std::string params = "params:\n";
  for (int i = 0; i < 2000; ++i) {
    params += "  p" + std::to_string(i) + ": {type: string, default: a, doc: x}\n";
  }
  const std::string text =
      runbook_with(
          "  - {id: a, title: A, do: notify, with: {text: x}, rollback: [{id: b, title: B, "
          "do: no.such}]}\n") +
      params;
  const LintReport report = lint(text, "x.yaml", test_specs(), Profile::Production);
  EXPECT_EQ(report.findings.size(), kMostFindings);
  EXPECT_TRUE(report.has_errors());
}

TEST(Hostile, OfALongLineOnlyAPartIsShown) {
  const std::string text = "a: " + std::string(20'000, 'b') + " : c\n";
  const LintReport report = lint(text, "x.yaml", test_specs());
  ASSERT_FALSE(report.findings.empty());
  const std::string shown = render(report.findings[0], text);
  EXPECT_LT(shown.size(), 2000U);
  EXPECT_THAT(shown, testing::HasSubstr("…b"));
  EXPECT_THAT(shown, testing::HasSubstr(" ^"));
}

}  // namespace
}  // namespace cfkops::runbook
