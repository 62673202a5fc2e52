#include "test_judge.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/kube/loop.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/runbook/model.hpp"
#include "cfkops/runbook/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace cfkops::rehearse {
namespace {

constexpr std::size_t kMostShown = 5;

/// "POST pods/eviction confluent/kafka-0 in step 'roll'".
std::string describe(const RequestPattern& pattern) {
  std::vector<std::string> words;
  const auto add = [&words](const std::string& word) {
    if (!word.empty()) {
      words.push_back(word);
    }
  };
  add(pattern.dry_run ? "dry-run" : "");
  add(pattern.method);
  add(pattern.path);
  add(pattern.resource);
  add(pattern.ns.empty() ? pattern.name
                         : pattern.ns + "/" + (pattern.name.empty() ? "*" : pattern.name));
  add(pattern.step.empty() ? "" : "in step '" + pattern.step + "'");
  return base::join(words, " ");
}

std::string wanted(const RequestCount& count) {
  if (count.least && count.least == count.most) {
    return fmt::format("{}", *count.least);
  }
  if (count.least && count.most) {
    return fmt::format("{} to {}", *count.least, *count.most);
  }
  if (count.most) {
    return fmt::format("at most {}", *count.most);
  }
  return fmt::format("at least {}", count.least.value_or(1));
}

/// Gathers what is not as expected.
class Judge {
 public:
  Judge(const RunbookTest& test,
        const TestSubject& subject,
        const Rehearsed& run,
        const std::vector<SentRequest>& requests)
      : test_(test),
        subject_(subject),
        run_(run),
        requests_(requests) {}

  std::vector<Unmet> judge();

 private:
  void end();
  void harm();
  void steps();
  void counts();
  void order();
  void kafka();
  void one_kafka(const KafkaExpectation& expected, const sandbox::KafkaReport& report);

  void unmet(const SourcePos& pos, std::string text) {
    unmet_.push_back({.pos = pos, .text = std::move(text)});
  }

  const RunbookTest& test_;
  const TestSubject& subject_;
  const Rehearsed& run_;
  const std::vector<SentRequest>& requests_;
  std::vector<Unmet> unmet_;
};

void Judge::end() {
  const bool asked = test_.result || test_.exit_code || !test_.error.empty();
  if (run_.killed) {
    if (asked) {
      unmet(test_.pos, "a result is expected, and the run was killed: it has none");
    }
    return;
  }
  const engine::RunReport& report = run_.report;
  const engine::RunResult result = test_.result.value_or(engine::RunResult::Succeeded);
  if ((test_.result || !asked) && report.result != result) {
    unmet(test_.result ? test_.result_pos : test_.pos,
          fmt::format("the run is expected to end as {}, and it ended as {}: {}",
                      to_string(result),
                      to_string(report.result),
                      report.error ? report.error->text() : report.summary));
  }
  const int code = subject_.exit_code(report);
  if (test_.exit_code && *test_.exit_code != code) {
    unmet(test_.exit_code_pos,
          fmt::format("exit code {} is expected, and it is {}", *test_.exit_code, code));
  }
  const std::string said =
      report.error ? report.error->text() + "\n" + report.summary : report.summary;
  if (!test_.error.empty() && said.find(test_.error) == std::string::npos) {
    unmet(test_.error_pos,
          fmt::format("the run is expected to say '{}', and it said: {}",
                      test_.error,
                      report.error ? report.error->text() : report.summary));
  }
}

void Judge::harm() {
  for (const std::string& what : run_.harm) {
    if (!test_.harm) {
      unmet(test_.pos, "the run did harm: " + what);
    }
  }
  if (test_.harm && run_.harm.empty()) {
    unmet(test_.pos, "the run is expected to do harm, and did none");
  }
}

/// Tells `visit` of every step of a runbook.
void each_step(const std::vector<runbook::Step>& steps,
               const std::function<void(const runbook::Step&)>& visit) {
  for (const runbook::Step& step : steps) {
    visit(step);
    each_step(step.steps, visit);
  }
}

void Judge::steps() {
  std::vector<std::string> ids;
  each_step(subject_.runbook.steps, [&ids](const runbook::Step& step) { ids.push_back(step.id); });
  for (const StepExpectation& expected : test_.steps) {
    const auto found = std::find_if(
        run_.report.steps.begin(), run_.report.steps.end(), [&](const engine::StepReport& step) {
          return step.id == expected.id;
        });
    const bool known = std::find(ids.begin(), ids.end(), expected.id) != ids.end();
    if (found == run_.report.steps.end() && !known) {
      unmet(expected.pos,
            fmt::format(
                "there is no step '{}'{}", expected.id, base::did_you_mean(expected.id, ids)));
      continue;
    }
    const std::string state = found == run_.report.steps.end() ? "not_started" : found->state;
    if (state != expected.state) {
      const std::string why = found == run_.report.steps.end() ? "" : found->why;
      unmet(expected.pos,
            fmt::format("step '{}' is expected to be {}, and is {}{}",
                        expected.id,
                        expected.state,
                        state,
                        why.empty() ? "" : ": " + why));
    }
  }
}

void Judge::counts() {
  for (const RequestCount& expected : test_.requests) {
    std::uint64_t number = 0;
    std::vector<std::string> some;
    for (const SentRequest& request : requests_) {
      if (matches(expected.pattern, request)) {
        ++number;
        some.push_back(request.method + " " + request.path);
      }
    }
    const std::uint64_t least = expected.least.value_or(expected.most ? 0 : 1);
    if (number >= least && (!expected.most || number <= *expected.most)) {
      continue;
    }
    unmet(expected.pattern.pos,
          fmt::format("{} requests {} are expected, and {} were sent{}",
                      wanted(expected),
                      describe(expected.pattern),
                      number,
                      some.empty() ? "" : ": " + base::enumerate(some, kMostShown)));
  }
}

void Judge::order() {
  std::size_t at = 0;
  for (std::size_t i = 0; i < test_.order.size(); ++i) {
    const RequestPattern& pattern = test_.order[i];
    while (at < requests_.size() && !matches(pattern, requests_[at])) {
      ++at;
    }
    if (at == requests_.size()) {
      unmet(pattern.pos,
            fmt::format("a request {} is expected{}, and none was sent",
                        describe(pattern),
                        i == 0 ? "" : " after " + describe(test_.order[i - 1])));
      return;
    }
    ++at;
  }
}

void Judge::one_kafka(const KafkaExpectation& expected, const sandbox::KafkaReport& report) {
  const auto at_most =
      [&](const std::optional<Duration>& most, Duration is, std::string_view what) {
        if (most && is > *most) {
          unmet(expected.pos,
                fmt::format("{} {} of at most {} is expected, and it was {}",
                            report.name,
                            what,
                            base::format_duration(*most),
                            base::human_duration(is)));
        }
      };
  const auto is_so = [&](const std::optional<std::uint64_t>& number,
                         std::uint64_t is,
                         bool most,
                         std::string_view what) {
    if (number && (most ? is > *number : is != *number)) {
      unmet(expected.pos,
            fmt::format("{}: {}{} {} are expected, and it is {}",
                        report.name,
                        most ? "at most " : "",
                        *number,
                        what,
                        is));
    }
  };
  at_most(
      expected.under_min_isr, report.under_min_isr_time, "under min.insync.replicas for a time");
  at_most(expected.without_acks, report.longest_partition_gap, "without acks for a time");
  is_so(expected.brokers_down,
        static_cast<std::uint64_t>(report.most_brokers_down),
        true,
        "brokers down at once");
  is_so(expected.restarts, report.restarts, false, "restarts of brokers");
  is_so(expected.under_replicated,
        static_cast<std::uint64_t>(report.under_replicated),
        false,
        "partitions under-replicated in the end");
}

void Judge::kafka() {
  for (const KafkaExpectation& expected : test_.kafka) {
    std::vector<const sandbox::KafkaReport*> meant;
    for (const sandbox::KafkaReport& report : run_.kafka) {
      if ((expected.name.empty() || report.name == expected.name) &&
          (expected.ns.empty() || report.ns == expected.ns)) {
        meant.push_back(&report);
      }
    }
    if (meant.size() != 1) {
      unmet(expected.pos,
            fmt::format("one Kafka is meant, and {} are there: add 'name' and 'namespace'",
                        meant.size()));
      continue;
    }
    one_kafka(expected, *meant.front());
  }
}

std::vector<Unmet> Judge::judge() {
  end();
  harm();
  steps();
  counts();
  order();
  kafka();
  return std::move(unmet_);
}

/// What is wrong with the object, or "".
std::string wrong_with(const ObjectExpectation& expected,
                       const std::string& ns,
                       kube::Reader& reader) {
  const auto resource = reader.discover(expected.kind);
  if (!resource) {
    return resource.error().text();
  }
  const std::string where = expected.ns.empty() ? ns : expected.ns;
  const auto object = reader.get(*resource, resource->namespaced ? where : "", expected.name);
  const std::string name = expected.kind + " " + expected.name;
  if (!object) {
    const bool missing = object.error().code == ErrorCode::NotFound;
    return missing && expected.missing ? "" : name + ": " + object.error().text();
  }
  if (expected.missing) {
    return name + " is expected to be gone, and is there";
  }
  if (expected.that.empty()) {
    return {};
  }
  const runbook::Bindings bindings = {{"object", runbook::Value::from_json(object->json())}};
  const auto value = expected.that.evaluate(bindings);
  if (!value) {
    return fmt::format("{}: `{}`: {}", name, expected.that.source(), value.error().text());
  }
  const bool* holds = value->as<bool>();
  if (holds != nullptr && *holds) {
    return {};
  }
  const std::string values = expected.that.explain(bindings);
  return fmt::format("{}: `{}` is {}{}",
                     name,
                     expected.that.source(),
                     holds == nullptr ? "neither true nor false" : "false",
                     values.empty() ? "" : ": " + values);
}

}  // namespace

bool path_matches(std::string_view pattern, std::string_view path) {
  if (pattern.find('?') == std::string_view::npos) {
    path = path.substr(0, path.find('?'));
  }
  // Which beginnings of the path the pattern so far can be.
  std::vector<bool> so_far(path.size() + 1, false);
  so_far[0] = true;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool star = pattern[at] == '*';
    const bool any = star && pattern.substr(at).starts_with("**");
    std::vector<bool> next(path.size() + 1, false);
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (star) {
        next[i] = so_far[i] || (i > 0 && next[i - 1] && (any || path[i - 1] != '/'));
      } else {
        next[i] = i > 0 && so_far[i - 1] && path[i - 1] == pattern[at];
      }
    }
    so_far = std::move(next);
    at += any ? 1 : 0;
  }
  return so_far[path.size()];
}

bool matches(const RequestPattern& pattern, const SentRequest& request) {
  const auto fits = [](const std::string& wanted_text, const std::string& is) {
    return wanted_text.empty() || wanted_text == is;
  };
  const bool dry_run = request.path.find("dryRun=") != std::string::npos;
  const bool in_step = pattern.step.empty() || request.step == pattern.step ||
                       request.step.starts_with(pattern.step + "[");
  return fits(pattern.method, request.method) && pattern.dry_run == dry_run && in_step &&
         fits(pattern.resource, request.target.resource) && fits(pattern.ns, request.target.ns) &&
         fits(pattern.name, request.target.name) &&
         (pattern.path.empty() || path_matches(pattern.path, request.path));
}

std::vector<Unmet> judge_run(const RunbookTest& test,
                             const TestSubject& subject,
                             const Rehearsed& run,
                             const std::vector<SentRequest>& requests) {
  return Judge(test, subject, run, requests).judge();
}

std::vector<Unmet> judge_objects(const RunbookTest& test,
                                 const std::string& ns,
                                 sandbox::Cluster& cluster) {
  std::vector<Unmet> unmet;
  if (test.objects.empty()) {
    return unmet;
  }
  cluster.end_faults();
  const Cancel cancel;
  kube::Loop loop(cluster, cluster.clock(), cancel);
  kube::Reader reader(loop, {});
  for (const ObjectExpectation& expected : test.objects) {
    std::string wrong = wrong_with(expected, ns, reader);
    if (!wrong.empty()) {
      unmet.push_back({.pos = expected.pos, .text = std::move(wrong)});
    }
  }
  return unmet;
}

}  // namespace cfkops::rehearse
