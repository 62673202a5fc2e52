#include "stage.hpp"

#include "counted_log.hpp"
#include "evidence.hpp"
#include "harm.hpp"
#include "recorder.hpp"
#include "wire.hpp"
#include "witness.hpp"

#include "cfkops/audit/log.hpp"
#include "cfkops/base/cancel.hpp"
#include "cfkops/base/files.hpp"
#include "cfkops/engine/approver.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/notices.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/kube/loop.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <memory>
#include <utility>

namespace cfkops::rehearse {
namespace {

using namespace std::chrono_literals;

/// An hour more than the longest step that comes with the program is given.
constexpr Duration kLongestRun = 3h;
constexpr Duration kAftermath = 1min;
/// As of a real run: longer than a control plane's restart.
constexpr Duration kServerAwayBudget = 5min;
/// The calendar's beginning where the scenario names none: the same report on every day.
constexpr WallTime kBeginning = WallTime(std::chrono::hours(24 * 20454));

class Yes final : public engine::Approver {
 public:
  Status approve(const engine::Plan& /*plan*/) override { return {}; }

  Status ask(const engine::Question& question) override {
    if (question.shown_in_plan || question.of_a_task) {
      return {};
    }
    return make_error(ErrorCode::Refused, "nobody is there to answer: " + question.what);
  }
};

std::string text_of(const sandbox::Cluster::Happened& happened) {
  return "+" + base::human_duration(happened.at) + " " + happened.what;
}

std::vector<std::string> texts_of(const std::vector<sandbox::Cluster::Happened>& happened) {
  std::vector<std::string> texts;
  texts.reserve(happened.size());
  for (const sandbox::Cluster::Happened& one : happened) {
    texts.push_back(text_of(one));
  }
  return texts;
}

/// One run on a cluster of its own. The order of the members is that of their needs.
class Stage {
 public:
  Stage(const Rehearsal& rehearsal,
        std::unique_ptr<sandbox::Cluster> cluster,
        std::vector<sandbox::Fault> kills,
        const Company& company);

  Rehearsed perform();

 private:
  void sent(const kube::Request& request, std::uint64_t number);
  void come_back();
  bool may_write(std::uint64_t number);
  [[nodiscard]] bool kill_is_due(std::uint64_t number) const;
  void die(std::uint64_t number);
  void stop_at_once();
  engine::RunReport run();
  void let_time_pass();

  const Rehearsal& rehearsal_;
  std::unique_ptr<sandbox::Cluster> cluster_;
  std::vector<sandbox::Fault> kills_;
  Crossroads* crossroads_;
  const PlainPath* plain_;
  std::function<void(sandbox::Cluster&)> after_;
  Cancel cancel_;
  Witness witness_;
  Recorder recorder_;
  Wire wire_;
  std::string killed_;  ///< when and where; "" where not
  std::string killed_in_;
  bool limit_reached_ = false;
};

Stage::Stage(const Rehearsal& rehearsal,
             std::unique_ptr<sandbox::Cluster> cluster,
             std::vector<sandbox::Fault> kills,
             const Company& company)
    : rehearsal_(rehearsal),
      cluster_(std::move(cluster)),
      kills_(std::move(kills)),
      crossroads_(company.crossroads),
      plain_(company.plain),
      after_(company.after),
      recorder_(*cluster_, witness_, company.trace),
      wire_(*cluster_, cluster_->clock().now() + kLongestRun, [this] {
        limit_reached_ = true;
        stop_at_once();
      }) {
  wire_.listen(
      [this](const kube::Request& request, std::uint64_t number) { sent(request, number); },
      [this](std::uint64_t number, const Result<kube::Response>& outcome) {
        recorder_.answered(number, outcome);
      });
}

void Stage::sent(const kube::Request& request, std::uint64_t number) {
  recorder_.sent(request, number);
  if (crossroads_ == nullptr) {
    return;
  }
  cluster_->inject(crossroads_->at_request(number));
  if (!crossroads_->has_branched()) {
    return;
  }
  cluster_->share_memory();
  if (plain_ != nullptr && removes_pod(request)) {
    come_back();
  }
}

/// Ends a run whose rest is known.
void Stage::come_back() {
  Evidence evidence = recorder_.so_far();
  evidence.happened = cluster_->happened();
  evidence.after = recorder_.standing();
  evidence.limit = kLongestRun;
  std::optional<Rehearsed> run = join(*plain_, evidence);
  if (!run) {
    return;
  }
  evidence.validated = checks_of_validation(*rehearsal_.request.runbook);
  evidence.validations = evidence.validated;
  run->happened = texts_of(evidence.happened);
  run->harm = find_harm(rehearsal_, *run, evidence);
  crossroads_->arrive(*std::move(run));
}

/// Nothing leaves any more, and no wait lasts.
void Stage::stop_at_once() {
  wire_.cut();
  cancel_.request(SIGTERM);
  cancel_.request(SIGTERM);
}

bool Stage::kill_is_due(std::uint64_t number) const {
  return std::any_of(kills_.begin(), kills_.end(), [&](const sandbox::Fault& kill) {
    return kill.at ? recorder_.since_start() >= *kill.at : number >= kill.nth;
  });
}

void Stage::die(std::uint64_t number) {
  killed_in_ = witness_.step();
  killed_ = "+" + base::human_duration(recorder_.since_start()) + " killed at write " +
            std::to_string(number) + " of the log";
  stop_at_once();
}

bool Stage::may_write(std::uint64_t number) {
  recorder_.wrote();
  const bool crossed = crossroads_ != nullptr && crossroads_->killed_at_write(number);
  if (killed_.empty() && (crossed || kill_is_due(number))) {
    die(number);
  }
  return killed_.empty();
}

engine::RunReport Stage::run() {
  engine::RunRequest request = rehearsal_.request;
  request.locks.process = "rehearsal";  // of this process, a report would be another each time
  request.run_id = "rehearsal";
  request.journal.clear();
  base::OverlayFiles files(request.files == nullptr ? base::machine_files() : *request.files);
  request.files = &files;  // what it writes is not to stay
  kube::Loop loop(wire_, cluster_->clock(), cancel_);
  audit::Log log(std::make_unique<CountedLog>([this](std::uint64_t n) { return may_write(n); }),
                 request.run_id,
                 cluster_->clock());
  engine::Journal journal(log);
  engine::Notices notices(witness_, &journal);
  kube::ReaderOptions options;
  options.listener = &notices;
  options.retry.unreachable_budget = kServerAwayBudget;
  kube::Client client(loop, options, journal);
  Yes yes;
  return engine::run(request,
                     {.catalogue = rehearsal_.catalogue,
                      .client = client,
                      .journal = journal,
                      .observer = witness_,
                      .approver = yes});
}

/// The cluster goes on alone: a minute, or twice what a broker's restart takes.
void Stage::let_time_pass() {
  Duration longest = kAftermath;
  for (const sandbox::KafkaSpec& kafka : rehearsal_.scenario.kafka) {
    longest = std::max(longest,
                       2 * (kafka.shut_down + kafka.session + kafka.start_container +
                            kafka.start_process + kafka.become_ready));
  }
  const MonoTime until = cluster_->clock().now() + longest;
  while (cluster_->clock().now() < until) {
    const MonoTime before = cluster_->clock().now();
    cluster_->advance(until);
    if (cluster_->clock().now() == before) {
      return;
    }
  }
}

Rehearsed Stage::perform() {
  Rehearsed result;
  result.report = run();
  // What a step gave to later ones and what to type next is of no use to a reader, and hashes are
  // those of a log that nobody keeps.
  for (engine::StepReport& step : result.report.steps) {
    step.outputs.clear();
  }
  result.report.next.clear();
  result.report.journal_hash.clear();
  result.killed = !killed_.empty();
  Evidence evidence = std::move(recorder_).take();
  let_time_pass();
  evidence.limit = kLongestRun;
  evidence.limit_reached = limit_reached_;
  evidence.happened = cluster_->happened();
  evidence.after = recorder_.standing();
  result.happened = texts_of(evidence.happened);
  if (result.killed) {
    result.happened.push_back(killed_);
  }
  result.step = recorder_.step_of_fault();
  if (evidence.happened.empty()) {
    result.step = killed_in_;
  }
  result.kafka = evidence.after.kafka;
  result.unready = evidence.after.unready;
  result.harm = find_harm(rehearsal_, result, evidence);
  if (after_) {
    after_(*cluster_);
  }
  return result;
}

}  // namespace

Result<Rehearsed> run_once(const Rehearsal& rehearsal,
                           const std::vector<sandbox::Fault>& faults,
                           const Company& company) {
  const auto is_kill = [](const sandbox::Fault& fault) {
    return fault.kind == sandbox::FaultKind::Kill;
  };
  std::vector<sandbox::Fault> kills;
  std::vector<sandbox::Fault> others;
  std::copy_if(faults.begin(), faults.end(), std::back_inserter(kills), is_kill);
  std::copy_if(rehearsal.scenario.faults.begin(),
               rehearsal.scenario.faults.end(),
               std::back_inserter(kills),
               is_kill);
  std::remove_copy_if(faults.begin(), faults.end(), std::back_inserter(others), is_kill);
  CFKOPS_ASSIGN(std::unique_ptr<sandbox::Cluster> cluster,
                sandbox::Cluster::begin(rehearsal.scenario, kBeginning));
  cluster->reset_kafka_reports();
  cluster->inject(others);
  Stage stage(rehearsal, std::move(cluster), std::move(kills), company);
  Rehearsed run = stage.perform();
  if (company.crossroads != nullptr && company.crossroads->has_branched()) {
    // While the stage stands: a branch that took it apart would first copy all its memory.
    company.crossroads->arrive(std::move(run));
  }
  return run;
}

}  // namespace cfkops::rehearse
