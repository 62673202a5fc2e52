#include "harm.hpp"

#include "brokers.hpp"
#include "points.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"
#include "cfkops/runbook/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace cfkops::rehearse {
namespace {

using namespace std::chrono_literals;
using sandbox::FaultKind;
using sandbox::KafkaReport;

/// A state must be so long to be known: looks are allowed to be that old when they are acted on.
constexpr Duration kKnown = 5s;

/// It takes brokers down at once, whatever the run does. The others of the above wait for the run
/// to take one down.
bool takes_brokers_down(FaultKind kind) {
  return kind == FaultKind::NodeLost || kind == FaultKind::DiskFull;
}

/// Brokers of that Kafka that a text names.
std::set<std::string> brokers_named(const KafkaReport& kafka, const std::string& text) {
  std::set<std::string> pods;
  std::string word;
  for (const char c : text + " ") {
    const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (part) {
      word += c;
      continue;
    }
    if (is_broker_of(kafka, kafka.ns, word)) {
      pods.insert(word);
    }
    word.clear();
  }
  return pods;
}

class Judge {
 public:
  Judge(const Rehearsal& rehearsal, const Rehearsed& run, const Evidence& evidence)
      : rehearsal_(rehearsal),
        run_(run),
        evidence_(evidence) {}

  std::vector<std::string> judge();

 private:
  void judge_removals();
  void judge_repeats();
  void judge_budgets();
  void judge_brokers_down(const KafkaReport& after);
  void judge_min_isr(const KafkaReport& after);
  void judge_success();
  void judge_leavings();
  void judge_words();
  void judge_end();
  [[nodiscard]] bool fault_within(Duration from, Duration to) const;
  [[nodiscard]] int taken_by_faults(const KafkaReport& kafka) const;
  [[nodiscard]] int down_before(const KafkaReport& kafka) const;
  [[nodiscard]] bool touched(const KafkaReport& kafka) const;
  [[nodiscard]] std::vector<std::string> newly_unready() const;
  [[nodiscard]] std::set<std::string> fragile_topics(const KafkaReport& kafka,
                                                     int& partitions) const;
  [[nodiscard]] bool ended_well() const;
  void say(std::string sentence);

  const Rehearsal& rehearsal_;
  const Rehearsed& run_;
  const Evidence& evidence_;
  std::vector<std::string> harm_;
};

void Judge::say(std::string sentence) {
  if (std::find(harm_.begin(), harm_.end(), sentence) == harm_.end()) {
    harm_.push_back(std::move(sentence));
  }
}

bool Judge::ended_well() const {
  return !run_.killed && !evidence_.limit_reached &&
         run_.report.result == engine::RunResult::Succeeded;
}

bool Judge::fault_within(Duration from, Duration to) const {
  return std::any_of(evidence_.happened.begin(),
                     evidence_.happened.end(),
                     [&](const sandbox::Cluster::Happened& one) {
                       return hits_a_pod(one.fault.kind) && one.at >= from && one.at <= to;
                     });
}

int Judge::taken_by_faults(const KafkaReport& kafka) const {
  std::set<std::string> pods;
  int unnamed = 0;
  for (const sandbox::Cluster::Happened& one : evidence_.happened) {
    if (!takes_brokers_down(one.fault.kind)) {
      continue;
    }
    const std::set<std::string> named = brokers_named(kafka, one.what + " " + one.fault.target);
    pods.insert(named.begin(), named.end());
    // Where nothing tells which, it may have been one.
    unnamed += named.empty() && one.what.find(" pods ") == std::string::npos ? 1 : 0;
  }
  return static_cast<int>(pods.size()) + unnamed;
}

int Judge::down_before(const KafkaReport& kafka) const {
  const KafkaReport* before = find_kafka(evidence_.before.kafka, kafka.ns, kafka.name);
  return before == nullptr ? 0 : before->brokers - before->brokers_running;
}

bool Judge::touched(const KafkaReport& kafka) const {
  return std::any_of(
      evidence_.removals.begin(), evidence_.removals.end(), [&](const Removal& removal) {
        return removal.kafka == full_name(kafka) && removal.outcome != Removal::Outcome::Refused;
      });
}

/// A broker was taken down while another one was not back.
void Judge::judge_removals() {
  std::string last;
  for (const Removal& removal : evidence_.removals) {
    const bool again = last == removal.ns + "/" + removal.pod;
    if (removal.outcome != Removal::Outcome::Refused) {
      last = removal.ns + "/" + removal.pod;
    }
    if (removal.kafka.empty() || removal.outcome != Removal::Outcome::Accepted ||
        fault_within(removal.at - kKnown, removal.at)) {
      continue;
    }
    const std::string what = fmt::format("broker {}/{} was taken down at +{} while ",
                                         removal.ns,
                                         removal.pod,
                                         base::human_duration(removal.at));
    if (!removal.others_down.empty()) {
      say(fmt::format("{}another one was not up: {}", what, base::enumerate(removal.others_down)));
    } else if (removal.under_replicated > 0 && !again) {
      say(fmt::format("{}{} of {} still missed a replica",
                      what,
                      base::counted(removal.under_replicated, "partition"),
                      removal.kafka));
    }
  }
}

/// The same attempt at a step took away a pod and then its replacement.
void Judge::judge_repeats() {
  const std::vector<Removal>& all = evidence_.removals;
  for (auto later = all.begin(); later != all.end(); ++later) {
    if (later->outcome != Removal::Outcome::Accepted) {
      continue;
    }
    const bool repeated = std::any_of(all.begin(), later, [&](const Removal& earlier) {
      return earlier.ns == later->ns && earlier.pod == later->pod && earlier.step == later->step &&
             earlier.attempt == later->attempt && earlier.uid != later->uid &&
             earlier.outcome != Removal::Outcome::Refused;
    });
    if (repeated && !fault_within(Duration::zero(), later->at)) {
      say(
          fmt::format("pod {}/{} was taken down a second time at +{}: its replacement had to go "
                      "as well",
                      later->ns,
                      later->pod,
                      base::human_duration(later->at)));
    }
  }
}

/// Evictions are refused by the server; a delete is not.
void Judge::judge_budgets() {
  for (const Removal& removal : evidence_.removals) {
    if (removal.evicted || removal.outcome != Removal::Outcome::Accepted) {
      continue;
    }
    for (const sandbox::Cluster::Happened& one : evidence_.happened) {
      const bool closed =
          one.fault.kind == FaultKind::BudgetCloses && one.at <= removal.at &&
          (one.fault.lasting == Duration::zero() || removal.at < one.at + one.fault.lasting);
      if (closed) {
        say(
            fmt::format("pod {}/{} was deleted at +{} although its disruption budget let nothing "
                        "go",
                        removal.ns,
                        removal.pod,
                        base::human_duration(removal.at)));
      }
    }
  }
}

void Judge::judge_brokers_down(const KafkaReport& after) {
  const int by_faults = taken_by_faults(after) + down_before(after);
  if (after.most_brokers_down > 1 + by_faults) {
    say(by_faults == 0
            ? fmt::format(
                  "{} brokers of {} were down at once", after.most_brokers_down, full_name(after))
            : fmt::format("{} brokers of {} were down at once; {} of them not by the run",
                          after.most_brokers_down,
                          full_name(after),
                          by_faults));
  }
}

/// Topics that no restart leaves writable, and how many partitions they have.
std::set<std::string> Judge::fragile_topics(const KafkaReport& kafka, int& partitions) const {
  std::set<std::string> topics;
  for (const sandbox::KafkaSpec& spec : rehearsal_.scenario.kafka) {
    if (spec.ns != kafka.ns || spec.name != kafka.name) {
      continue;
    }
    for (const sandbox::TopicSpec& topic : spec.topics) {
      if (std::min(topic.replicas, spec.brokers) <= topic.min_isr) {
        topics.insert(topic.name);
        partitions += topic.partitions;
      }
    }
  }
  return topics;
}

/// Where a fault takes a broker away as well, two causes meet: what the run did about it is judged
/// by its removals.
void Judge::judge_min_isr(const KafkaReport& after) {
  if (after.most_under_min_isr == 0 || taken_by_faults(after) + down_before(after) > 0) {
    return;
  }
  int expected = 0;
  const std::set<std::string> fragile = fragile_topics(after, expected);
  std::vector<std::string> names;
  for (const sandbox::PartitionStory& story : after.worst) {
    if (story.under_min_isr > Duration::zero() && !fragile.contains(story.topic)) {
      names.push_back(fmt::format(
          "{}-{} for {}", story.topic, story.number, base::human_duration(story.under_min_isr)));
    }
  }
  if (!names.empty() || after.most_under_min_isr > expected) {
    say(fmt::format("{} of {} went under min.insync.replicas by what the run did{}",
                    base::counted(after.most_under_min_isr, "partition"),
                    full_name(after),
                    names.empty() ? "" : ": " + base::enumerate(names)));
  }
}

std::vector<std::string> Judge::newly_unready() const {
  std::set<std::string_view> before;
  for (const std::string& one : evidence_.before.unready) {
    before.insert(pod_of(one));
  }
  std::vector<std::string> pods;
  for (const std::string& one : evidence_.after.unready) {
    if (!before.contains(pod_of(one))) {
      pods.push_back(one);
    }
  }
  return pods;
}

/// A success that the cluster does not bear out.
void Judge::judge_success() {
  if (!ended_well()) {
    return;
  }
  const std::size_t expected = checks_of_validation(*rehearsal_.request.runbook);
  if (evidence_.validated < expected) {
    say(fmt::format(
        "success was reported although {} of {} passed",
        evidence_.validated,
        base::counted(static_cast<long long>(expected), "check") + " of the validation"));
  }
  if (fault_within(evidence_.ended - kKnown, Duration::max())) {
    return;
  }
  if (const auto unready = newly_unready(); !unready.empty()) {
    say("success was reported although pods are not ready: " + base::enumerate(unready));
  }
  for (const KafkaReport& after : evidence_.after.kafka) {
    const KafkaReport* before = find_kafka(evidence_.before.kafka, after.ns, after.name);
    const bool worse = before != nullptr && after.under_replicated > before->under_replicated;
    if (after.under_replicated > 0 && (worse || touched(after))) {
      say(fmt::format("success was reported although {} of {} miss a replica",
                      base::counted(after.under_replicated, "partition"),
                      full_name(after)));
    }
  }
}

/// Without a fault that hurts the cluster all must be up again, however the run ended.
void Judge::judge_leavings() {
  if (ended_well() || fault_within(Duration::zero(), Duration::max())) {
    return;
  }
  const std::string how = run_.killed ? "after we were killed" : "after the run";
  for (const KafkaReport& after : evidence_.after.kafka) {
    const int down = after.brokers - after.brokers_running;
    if (down > down_before(after)) {
      say(fmt::format("{} of {} stay{} down {}",
                      base::counted(down, "broker"),
                      full_name(after),
                      down == 1 ? "s" : "",
                      how));
    }
  }
  if (const auto unready = newly_unready(); !unready.empty()) {
    say("pods do not get ready again " + how + ": " + base::enumerate(unready));
  }
}

/// A report that says nothing was touched must be true.
void Judge::judge_words() {
  using engine::RunResult;
  const RunResult result = run_.report.result;
  const bool says_untouched = result == RunResult::InvalidInput ||
                              result == RunResult::PrerequisiteFailed ||
                              result == RunResult::NotConfirmed || result == RunResult::Drifted ||
                              result == RunResult::PolicyRefused;
  if (!run_.killed && says_untouched && evidence_.changes > 0) {
    say(fmt::format("the report says that nothing was changed, but {} took effect",
                    base::counted(static_cast<long long>(evidence_.changes), "change")));
  }
}

void Judge::judge_end() {
  if (evidence_.limit_reached) {
    say(fmt::format("the run neither ended nor failed within {}",
                    base::human_duration(evidence_.limit)));
  }
}

std::vector<std::string> Judge::judge() {
  judge_removals();
  judge_repeats();
  judge_budgets();
  for (const KafkaReport& after : evidence_.after.kafka) {
    judge_brokers_down(after);
    judge_min_isr(after);
  }
  judge_success();
  judge_leavings();
  judge_words();
  judge_end();
  return std::move(harm_);
}

}  // namespace

std::vector<std::string> find_harm(const Rehearsal& rehearsal,
                                   const Rehearsed& run,
                                   const Evidence& evidence) {
  return Judge(rehearsal, run, evidence).judge();
}

namespace {

std::size_t checks_in(const std::vector<runbook::Step>& steps) {
  std::size_t count = 0;
  for (const runbook::Step& step : steps) {
    if (step.when.empty() && !step.each && !step.on_failure) {
      count += step.included == nullptr ? 0 : step.included->runbook.validation.size();
      count += checks_in(step.steps);
    }
  }
  return count;
}

}  // namespace

std::size_t checks_of_validation(const runbook::Runbook& runbook) {
  return runbook.validation.size() + checks_in(runbook.steps);
}

}  // namespace cfkops::rehearse
