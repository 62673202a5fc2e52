#include "cfkops/runbook/include.hpp"

#include "support/matchers.hpp"
#include "test_specs.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace cfkops::runbook {
namespace {

using test::HasError;
using test::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string book(const std::string& name, const std::string& sections) {
  return "apiVersion: cfkops/v1\nkind: Runbook\nname: " + name + "\ntitle: A part\n" +
         "purpose: Show what including does.\nowner: team\nrisk: low\n" + sections;
}

/// A runbook with one parameter of each sort that matters.
const std::string kPart = book("part", R"(params:
  target: {type: ref<Kafka>}
  settle: {type: duration, default: 30s, min: 10s, max: 10m}
  roles: {type: enum, values: [brokers, controllers], default: brokers}
  password: {type: secret}
  text: {type: string, required: true}
prerequisites:
  - {id: repl, check: kafka.replication, with: {target: "${params.target}"}}
guard:
  - {check: kafka.replication, with: {hold: "${params.settle}"}}
locks: ["topic/${params.text}"]
steps:
  - {id: roll, do: kafka.roll, when: params.text != '', with: {target: "${params.target}", roles: "${params.roles}"}}
  - id: tell
    do: notify
    when: has(steps.roll.restarted) && checks.repl.under_replicated == 0
    with: {text: "${params.text}", token: "${params.password}"}
validation:
  - {check: kafka.quorum}
rollback:
  - {id: sorry, do: notify, with: {text: "${params.text}"}}
)");

const std::string kParams = R"(params:
  kafka: {type: ref<Kafka>}
  name: {type: string, default: a}
  secret: {type: secret, required: true}
  kafkas: {type: list<ref<Kafka>>, default: []}
)";

/// Lint with files of one folder.
struct Include : testing::Test {
  LintReport lint(const std::string& text, Profile profile = Profile::Basic) {
    Knowledge known(test_specs());
    known.include = [this](const std::string& word, const std::string& from) {
      return find(word, from);
    };
    return runbook::lint(text, "main.yaml", known, profile);
  }

  Result<IncludedText> find(const std::string& word, const std::string& /*from*/) {
    const std::string file = word.starts_with("./") ? word.substr(2) : word + ".yaml";
    const auto found = files.find(file);
    if (found == files.end()) {
      return make_error(ErrorCode::NotFound, file + ": there is no such file");
    }
    return IncludedText{.file = file, .text = found->second};
  }

  /// "11:5 CFK-S009 message (remedy)"
  std::vector<std::string> findings(const std::string& sections, Profile profile = Profile::Basic) {
    std::vector<std::string> texts;
    for (const Diagnostic& one : lint(book("main", sections), profile).findings) {
      texts.push_back(std::to_string(one.pos.line) + ":" + std::to_string(one.pos.column) + " " +
                      one.code + " " + one.message);
    }
    return texts;
  }

  /// Of a step that gives `with` to the part; what main.yaml does not use is no matter here.
  std::vector<std::string> given(const std::string& with) {
    std::vector<std::string> texts =
        findings(kParams + "steps:\n  - {id: go, include: part, with: " + with + "}\n");
    std::erase_if(
        texts, [](const std::string& text) { return text.find("CFK-P001") != std::string::npos; });
    return texts;
  }

  std::map<std::string, std::string> files = {{"part.yaml", kPart}};
};

const std::string kGiven = R"({target: "${params.kafka}", password: "${params.secret}", text: b})";

TEST_F(Include, BecomesAGroupWithNamesOfItsOwn) {
  const LintReport report = lint(book("main", kParams + R"(steps:
  - {id: go, include: part, with: {target: "${params.kafka}", text: "${params.name}", password: "${params.secret}"}}
  - {id: all, each: {in: params.kafkas, as: one}, include: ./part.yaml, with: {target: "${one}", text: a}}
  - {id: say, do: notify, when: has(steps.go_roll.restarted), with: {text: "restarted ${steps.go_roll.restarted}"}}
)"));
  ASSERT_THAT(report.findings, IsEmpty()) << report.findings.front().message;
  const Step& group = report.runbook->steps.at(0);
  ASSERT_NE(group.included, nullptr);
  ASSERT_THAT(group.steps, SizeIs(2));
  EXPECT_EQ(group.steps[0].id, "go_roll");
  EXPECT_EQ(group.included->binding, "go/params");
  EXPECT_EQ(group.included->runbook.name, "part");
  EXPECT_EQ(group.included->runbook.source, kPart);
  EXPECT_EQ(group.included->runbook.prerequisites[0].id, "go_repl");
  EXPECT_EQ(group.included->runbook.prerequisites[0].title, "go: kafka.replication");
  EXPECT_EQ(group.included->runbook.guards[0].check.title, "go: kafka.replication");
  EXPECT_EQ(group.included->runbook.rollback[0].id, "go_sorry");
  const Expression& when = group.steps[1].when;
  EXPECT_EQ(when.source(), "has(steps.roll.restarted) && checks.repl.under_replicated == 0");
  EXPECT_EQ(when.pos().file, "part.yaml");
  EXPECT_THAT(when.chains(),
              ElementsAre(ElementsAre("steps", "go_roll", "restarted"),
                          ElementsAre("checks", "go_repl", "under_replicated")));
  EXPECT_THAT(when.proves(), ElementsAre(ElementsAre("steps", "go_roll", "restarted")));
  EXPECT_THAT(group.steps[0].when.chains(), ElementsAre(ElementsAre("go/params", "text")));
}

TEST_F(Include, ExplainsWithTheWordsOfItsAuthor) {
  const auto when = Expression::parse("params.n > 1 && [2].all(params, params > 1)", {});
  ASSERT_THAT(when, IsOk());
  const Expression inside = when->included_by("go");
  const Bindings bindings = {{"go/params", Value(ValueMap{{"n", Value(std::int64_t{3})}})}};
  EXPECT_EQ(*inside.evaluate(bindings)->as<bool>(), true) << "a macro's name hides it";
  EXPECT_EQ(inside.explain(bindings), "`params.n` = 3");
  EXPECT_THAT(inside.evaluate({{"params", Value(ValueMap{{"n", Value(std::int64_t{3})}})}}),
              HasError(ErrorCode::InvalidInput, "unknown name"));
  const Bindings again = {{"out_go/params", Value(ValueMap{{"n", Value(std::int64_t{3})}})}};
  EXPECT_EQ(*inside.included_by("out").evaluate(again)->as<bool>(), true);
}

TEST_F(Include, RenamesHoweverAStepIsReached) {
  const Bindings bindings = {
      {"steps", Value(ValueMap{{"go_x", Value(ValueMap{{"n", Value(std::int64_t{1})}})}})}};
  for (const char* source :
       {"steps.x.n == 1", "steps['x'].n == 1", "has(steps.x)", "steps.?x.?n.orValue(0) == 1"}) {
    const auto written = Expression::parse(source, {});
    ASSERT_THAT(written, IsOk()) << source;
    EXPECT_FALSE(written->takes_all_steps()) << source;
    const auto value = written->included_by("go").evaluate(bindings);
    ASSERT_THAT(value, IsOk()) << source;
    EXPECT_EQ(value->text(), "true") << source;
  }
  for (const char* source : {"size(steps) > 1", "steps[params.x].n == 1", "'x' in checks"}) {
    EXPECT_TRUE(Expression::parse(source, {})->takes_all_steps()) << source;
  }
  EXPECT_FALSE(Expression::parse("[1].all(steps, steps > 0)", {})->takes_all_steps());
}

TEST_F(Include, ParametersAreTypedByTheIncludedRunbook) {
  EXPECT_THAT(given(kGiven), IsEmpty());
  EXPECT_THAT(given(R"({target: "${params.kafka}", txt: b})"),
              ElementsAre(HasSubstr("CFK-S007 part needs the parameter 'text'"),
                          HasSubstr("CFK-S007 part has no parameter 'txt'; did you mean 'text'?")));
  EXPECT_THAT(given(R"({target: "${params.kafka}", text: b, settle: soon})"),
              ElementsAre(HasSubstr("parameter 'settle' of part: ")));
  EXPECT_THAT(given(R"({target: "${params.kafka}", text: b, settle: 1h})"),
              ElementsAre(HasSubstr("more than the most allowed, 10m")));
  EXPECT_THAT(given(R"({target: "${params.kafka}", text: b, roles: all})"),
              ElementsAre(HasSubstr("parameter 'roles' of part: ")));
  EXPECT_THAT(given(R"({target: "${params.kafka}", text: "${params.kafka}"})"),
              ElementsAre(HasSubstr("parameter 'text' of part: expected string, got ref<Kafka>")));
}

TEST_F(Include, ReferencesAndSecretsAreHandedOn) {
  EXPECT_THAT(given("{text: b}"), ElementsAre(HasSubstr("part needs the parameter 'target'")));
  EXPECT_THAT(given("{text: b, target: kafka}"),
              ElementsAre(HasSubstr("parameter 'target' of part is a reference")));
  EXPECT_THAT(given(R"({text: b, target: "${params.name}"})"),
              ElementsAre(HasSubstr("parameter 'target' of part is a reference")));
  EXPECT_THAT(given(R"({text: b, target: "${params.kafka}", password: hunter2})"),
              ElementsAre(HasSubstr("parameter 'password' of part is a secret")));
  EXPECT_THAT(given(R"({text: b, target: "${params.kafka}", password: "${params.name}"})"),
              ElementsAre(HasSubstr("parameter 'password' of part is a secret")));
  EXPECT_THAT(given(R"({target: "${params.kafka}", text: "${params.secret}"})"),
              ElementsAre(HasSubstr("CFK-Z002")));
}

TEST_F(Include, SeesNothingOfTheIncludingRunbook) {
  files["part.yaml"] = book("part", "steps:\n  - {id: a, do: notify, with: {text: \"${one}\"}}\n");
  EXPECT_THAT(
      findings("params: {l: {type: list<string>, default: []}}\nsteps:\n"
               "  - {id: go, each: {in: params.l, as: one}, include: part}\n"),
      ElementsAre(HasSubstr("'part' cannot be included: part.yaml:9:41: unknown name 'one'")));
}

TEST_F(Include, SaysWhatIsWrongWithTheIncludedFile) {
  files["part.yaml"] = book("part", "steps:\n  - {id: a, do: nothing}\n");
  const LintReport report = lint(book("main", "steps:\n  - {id: go, include: ./part.yaml}\n"));
  ASSERT_THAT(report.findings, SizeIs(1));
  const Diagnostic& finding = report.findings.front();
  EXPECT_EQ(finding.code, "CFK-S009");
  EXPECT_EQ(finding.pos.line, 9);
  EXPECT_EQ(finding.length, 11);
  EXPECT_THAT(finding.message,
              HasSubstr("'./part.yaml' cannot be included: part.yaml:9:17: unknown action"));
  EXPECT_EQ(finding.remedy, "see all of it with: cfkops lint part.yaml");
  EXPECT_THAT(findings("steps:\n  - {id: go, include: other}\n"),
              ElementsAre(HasSubstr("'other' cannot be included: other.yaml: there is no such")));
  EXPECT_THAT(runbook::lint(
                  book("main", "steps:\n  - {id: go, include: part}\n"), "main.yaml", test_specs())
                  .findings.front()
                  .message,
              HasSubstr("cannot be looked for here"));
}

TEST_F(Include, RefusesWhatMeansSomethingElseHere) {
  files["part.yaml"] = book("part", R"(steps:
  - {id: a, do: notify, with: {text: x}}
  - {id: b, do: notify, when: size(steps) > 1, with: {text: x}}
)");
  EXPECT_THAT(
      findings("steps:\n  - {id: go, include: part}\n"),
      ElementsAre(HasSubstr("part.yaml:10:31: `size(steps) > 1` takes all steps or checks")));
}

TEST_F(Include, RefusesACycleAndShowsIt) {
  files["a.yaml"] = book("a", "steps:\n  - {id: go, include: b}\n");
  files["b.yaml"] = book("b", "steps:\n  - {id: go, include: ./a.yaml}\n");
  EXPECT_THAT(findings("steps:\n  - {id: go, include: a}\n"),
              ElementsAre(HasSubstr("it would include itself: a → b → a")));
  files["main.yaml"] = book("main", "steps:\n  - {id: go, include: main}\n");
  EXPECT_THAT(findings("steps:\n  - {id: go, include: main}\n"),
              ElementsAre(HasSubstr("it would include itself: main → main")));
}

TEST_F(Include, IsLimitedInDepthAndNumber) {
  for (int i = 0; i < 10; ++i) {
    files["p" + std::to_string(i) + ".yaml"] =
        book("p" + std::to_string(i),
             i == 0 ? "steps:\n  - {id: a, do: notify, with: {text: x}}\n"
                    : "steps:\n  - {id: go, include: p" + std::to_string(i - 1) + "}\n");
  }
  EXPECT_THAT(findings("steps:\n  - {id: go, include: p7}\n"), IsEmpty());
  EXPECT_THAT(findings("steps:\n  - {id: go, include: p8}\n"),
              ElementsAre(HasSubstr("is more than 8 runbooks inside")));
  std::string many = "steps:\n";
  for (int i = 0; i < 6; ++i) {
    many += "  - {id: s" + std::to_string(i) + ", include: p7}\n";
  }
  EXPECT_THAT(findings(many), ElementsAre(HasSubstr("includes more than 40 others")));
}

TEST_F(Include, FindsIdsThatBecomeTheSame) {
  EXPECT_THAT(findings(kParams + R"(steps:
  - {id: go, include: part, with: )" +
                       kGiven + R"(}
  - {id: go_roll, do: notify, with: {text: "${params.name} ${size(params.kafkas)}"}}
)"),
              ElementsAre(HasSubstr("has a step that would be called 'go_roll' here")));
}

TEST_F(Include, HasNoKeysOfAnAction) {
  EXPECT_THAT(findings("steps:\n  - {id: go, include: part, do: notify}\n"),
              ElementsAre(HasSubstr("step 'go' includes a runbook: it has no 'do'")));
  EXPECT_THAT(findings("steps:\n  - {id: go, include: part, timeout: 3m}\n"),
              ElementsAre(HasSubstr("step 'go' includes a runbook: it has no 'timeout'")));
  EXPECT_THAT(findings("steps:\n  - {id: go, include: part, steps: [{id: a, do: notify}]}\n"),
              ElementsAre(HasSubstr("step 'go' is a group: it has no 'include'")));
  EXPECT_THAT(findings("steps:\n  - {id: go, include: Part One}\n"),
              ElementsAre(HasSubstr("'Part One' is neither the name of a runbook nor a path")));
  EXPECT_THAT(findings("steps:\n  - {id: go, include: /etc/part.yaml}\n"),
              ElementsAre(HasSubstr("is neither the name")));
}

TEST_F(Include, LocksMustBeKnownWhenTheRunBegins) {
  EXPECT_THAT(findings(kParams + R"(steps:
  - {id: say, do: notify, with: {text: "${params.name}"}}
  - {id: go, include: part, with: {target: "${params.kafka}", text: "${steps.say.message}"}}
  - {id: all, each: {in: params.kafkas, as: one}, include: part, with: {target: "${one}", password: "${params.secret}", text: "${one.name}"}}
)"),
              ElementsAre(HasSubstr("CFK-S009 this says what 'part' locks, and is not known")));
}

/// Without locks of its own it locks what its references mean.
TEST_F(Include, ReferencesThatAreLockedMustBeKnownWhenTheRunBegins) {
  files["roll.yaml"] = book("roll", R"(params: {target: {type: ref<Kafka>}}
steps: [{id: roll, do: kafka.roll, with: {target: "${params.target}"}}]
)");
  const auto those_of = [this](const std::string& name) {
    return findings(
        "params:\n  name: {type: string, default: a}\n"
        "  kafkas: {type: list<ref<Kafka>>, default: []}\n"
        "steps:\n  - {id: say, do: notify, with: {text: \"${params.name}\"}}\n"
        "  - id: all\n    each: {in: 'params.kafkas.filter(k, k.name == " +
        name + ")', as: one}\n    include: roll\n    with: {target: \"${one}\"}\n");
  };
  EXPECT_THAT(those_of("steps.say.message"),
              ElementsAre(HasSubstr("CFK-S009 this says what 'roll' locks")));
  EXPECT_THAT(those_of("params.name"), IsEmpty());
}

TEST_F(Include, OutputsMayBeMissingWhereTheStepMayNotBeDone) {
  const std::string say = "  - {id: say, do: notify, with: {text: \"${steps.go_tell.message}\"}}\n";
  EXPECT_THAT(
      findings(kParams + "steps:\n  - {id: go, include: part, with: " + kGiven + "}\n" + say),
      testing::Contains(HasSubstr("CFK-E006")));
}

TEST_F(Include, TheHashCoversWhatIsIncluded) {
  const std::string text = book("main", "steps:\n  - {id: go, include: part}\n");
  files["part.yaml"] = book("part", "steps:\n  - {id: a, do: notify, with: {text: x}}\n");
  const std::string before = lint(text).runbook->sha256;
  const std::string hash = base::sha256_hex(files["part.yaml"]);
  EXPECT_EQ(before, base::sha256_hex(base::sha256_hex(text) + "\npart " + hash + "\n"));
  files["part.yaml"] += "# more\n";
  EXPECT_NE(lint(text).runbook->sha256, before);
}

TEST_F(Include, CopiesAreEnoughToPutItTogetherAgain) {
  files["a.yaml"] = book("a", "steps:\n  - {id: deep, include: b}\n");
  files["b.yaml"] = book("b", "steps:\n  - {id: a, do: notify, with: {text: x}}\n");
  const std::string text =
      book("main", "steps:\n  - {id: go, include: a}\n  - {id: on, include: ./b.yaml}\n");
  const LintReport first = lint(text);
  ASSERT_TRUE(first.runbook);
  const auto copies = copies_from(to_json(copies_of(*first.runbook)));
  ASSERT_THAT(copies, IsOk());
  ASSERT_THAT(*copies, SizeIs(3));
  files.clear();
  Knowledge known(test_specs());
  known.include = resolver_of(*copies);
  const LintReport again = runbook::lint(text, "main.yaml", known);
  ASSERT_THAT(again.findings, IsEmpty());
  EXPECT_EQ(again.runbook->sha256, first.runbook->sha256);
  EXPECT_EQ(again.runbook->steps[0].steps[0].steps[0].id, "go_deep_a");
}

// Rules that look at a runbook as a whole.

TEST_F(Include, APointOfNoReturnMayLieInside) {
  files["part.yaml"] = book("part", R"(steps:
  - {id: drop, do: pod.evict, with: {pod: web-0, uid: u}}
)");
  const auto found = [this](const std::string& more) {
    std::vector<std::string> texts = findings(
        "steps:\n"
        "  - {id: say, title: Say it, do: notify, with: {text: x}}\n"
        "  - {id: go, title: Go, include: part" +
            more + "}\n",
        Profile::Production);
    std::erase_if(
        texts, [](const std::string& text) { return text.find("CFK-X014") == std::string::npos; });
    return texts;
  };
  EXPECT_THAT(found(""), ElementsAre(HasSubstr("10:10 CFK-X014 step 'go_drop' is the point of")));
}

TEST_F(Include, NodesThatAreTakenAwayLeaveNoRoomForWhatIsEvictedInside) {
  files["part.yaml"] = book("part", R"(prerequisites:
  - {check: disruption}
steps:
  - {id: drop, do: pod.evict, with: {pod: web-0, uid: u}}
)");
  const std::string sections = R"(prerequisites:
  - {check: disruption}
steps:
  - {id: cordon, title: Cordon, do: object.patch, with: {kind: node, name: n, patch: {spec: {unschedulable: true}}}}
  - {id: go, title: Go, include: part}
)";
  EXPECT_THAT(findings(sections, Profile::Ci), testing::Contains(HasSubstr("12:10 CFK-K005")));
  files["part.yaml"].replace(files["part.yaml"].find("{check: disruption}"),
                             19,
                             "{check: disruption}\n  - {check: capacity, with: {node: n}}");
  EXPECT_THAT(findings(sections, Profile::Ci), testing::Not(testing::Contains(HasSubstr("K005"))));
}

}  // namespace
}  // namespace cfkops::runbook
