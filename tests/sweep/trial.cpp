#include "trial.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/audit/log.hpp"
#include "cfkops/audit/verify.hpp"
#include "cfkops/base/cancel.hpp"
#include "cfkops/base/check.hpp"
#include "cfkops/base/process_identity.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/approver.hpp"
#include "cfkops/engine/notices.hpp"
#include "cfkops/engine/recovery.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/kube/loop.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::test {
namespace {

using namespace std::chrono_literals;
using sandbox::Fault;
using sandbox::FaultKind;

constexpr WallTime kBeginning = WallTime(std::chrono::hours(24 * 20454));
constexpr int kMostLives = 4;
constexpr Duration kServerAwayBudget = 5min;
/// Between a death and the person who sees it.
constexpr Duration kUntilSeen = 30s;

/// The engine dropped on the spot: thrown where the process would die.
struct Death {};

/// One way in which a request can go wrong. A connection that breaks in the middle of the answer's
/// body is to the client what a lost answer is: ConnectionLost, and the effect is there.
struct Way {
  const char* name;
  FaultKind kind;
  int code = 0;
};

constexpr std::array<Way, 9> kWays = {{{"time-out before effect", FaultKind::RequestLost},
                                       {"time-out after effect", FaultKind::RequestTimeout},
                                       {"connection reset in the answer", FaultKind::AnswerLost},
                                       {"watches expire", FaultKind::WatchExpired},
                                       {"409", FaultKind::RequestRefused, 409},
                                       {"422", FaultKind::RequestRefused, 422},
                                       {"429", FaultKind::RequestRefused, 429},
                                       {"500", FaultKind::RequestRefused, 500},
                                       {"503", FaultKind::RequestRefused, 503}}};

/// Each life is a process of its own, which is gone when the next one looks.
std::string a_dead_process() {
  std::string identity = base::own_process_identity();
  identity.back() = identity.back() == '1' ? '2' : '1';
  return identity;
}

Fault fault_of(const Way& way) {
  Fault fault;
  fault.kind = way.kind;
  fault.on = sandbox::RequestMatch{};
  fault.code = way.code;
  return fault;
}

/// Agrees to the plan; where asked about something unknown, nobody answers.
class Agreeable final : public engine::Approver {
 public:
  Status approve(const engine::Plan& /*plan*/) override { return {}; }

  Status ask(const engine::Question& question) override {
    if (question.shown_in_plan) {
      return {};
    }
    return make_error(ErrorCode::Refused, "nobody is there to answer: " + question.what);
  }
};

class Silent final : public engine::Observer {
 public:
  void on_run_started(const engine::RunInfo& /*info*/) override {}

  void on_parameter(const std::string& /*name*/, const runbook::Value& /*value*/) override {}

  void on_check_started(const std::string& /*phase*/, const std::string& /*title*/) override {}

  void on_check(const std::string& /*phase*/,
                const std::string& /*title*/,
                const engine::CheckResult& /*result*/) override {}

  void on_step_started(const engine::StepInfo& /*step*/) override {}

  void on_progress(const engine::StepInfo& /*step*/, const std::string& /*text*/) override {}

  void on_wait(const engine::StepInfo& /*step*/, const engine::WaitState& /*wait*/) override {}

  void on_step_finished(const engine::StepInfo& /*step*/,
                        const engine::Outcome& /*outcome*/,
                        Duration /*took*/) override {}

  void on_notice(const std::string& /*text*/) override {}

  void on_run_finished(const engine::RunReport& /*report*/) override {}
};

bool changes_something(const sandbox::AuditEvent& event) {
  const bool write = event.verb == "create" || event.verb == "update" || event.verb == "patch" ||
                     event.verb == "delete";
  return write && event.code < 300 && event.uri.find("dryRun=All") == std::string::npos &&
         !event.resource.starts_with("self") && event.resource != "leases";
}

std::string described(const engine::RunReport& report) {
  return std::string(engine::to_string(report.result)) + ": " + report.summary +
         (report.error ? " (" + report.error->text() + ")" : "") +
         (report.left.empty() ? "" : "; left: " + base::join(report.left, "; "));
}

}  // namespace

Trial::Trial(const SweptRunbook& swept, Forks& forks)
    : swept_(swept),
      forks_(forks) {
  auto begun = sandbox::Cluster::begin(swept.scenario, kBeginning);
  CFKOPS_CHECK(begun.has_value());
  cluster_ = *std::move(begun);
  cluster_->reset_kafka_reports();
  cluster_->on_answered([this](const sandbox::AuditEvent& event) { heard(event); });
  disk_.on_append = [this](std::size_t number) { before_write(number); };
}

Trial::~Trial() = default;

void Trial::heard(const sandbox::AuditEvent& event) {
  if (!changes_something(event)) {
    return;
  }
  ++changes_;
  if (event.subresource == "eviction") {
    ++evictions_[event.name];
  }
}

void Trial::before_request(const Line& line, const kube::Request& request, std::uint64_t number) {
  if (lives_ > 1 || forks_.is_copy()) {
    return;
  }
  requests_ = number;
  const std::string at =
      " at request " + std::to_string(number) + " (" + request.method + " " + request.target + ")";
  const bool watches = line.streams() > 0 || request.target.find("watch=") != std::string::npos;
  for (const Way& way : kWays) {
    if (way.kind == FaultKind::WatchExpired && !watches) {
      continue;  // there is none that could expire
    }
    if (forks_.fork_here(way.name + at)) {
      cluster_->share_memory();
      cluster_->inject({fault_of(way)});
      return;
    }
  }
  if (forks_.fork_here("killed" + at)) {
    cluster_->share_memory();
    throw Death{};
  }
}

void Trial::before_write(std::size_t number) {
  if (lives_ > 1 || forks_.is_copy()) {
    return;
  }
  const std::string at = " at write " + std::to_string(number);
  if (forks_.fork_here("killed" + at)) {
    cluster_->share_memory();
    throw Death{};
  }
  if (forks_.fork_here("killed in the middle of the write," + at)) {
    cluster_->share_memory();
    disk_.fail_append = number;
    disk_.torn = true;
    torn_ = true;
  }
}

engine::RunReport Trial::act(Mode mode, kube::Transport& line) {
  const Cancel cancel;
  kube::Loop loop(line, cluster_->clock(), cancel);
  engine::RunRequest request;
  request.runbook = &swept_.runbook;
  request.params = swept_.params;
  request.ns = swept_.ns;
  request.run_id = "20260101-000000-aaaa";
  request.locks.process = a_dead_process();
  std::optional<engine::RecoveredRun> before;
  audit::LogTail tail;
  if (mode == Mode::Resume) {
    auto reopened = audit::reopen(disk_.content);
    CFKOPS_CHECK(reopened.has_value());
    disk_.content.resize(static_cast<std::size_t>(reopened->good_bytes));
    tail = reopened->tail;
    auto recovered = engine::recover(reopened->lines);
    CFKOPS_CHECK(recovered.has_value());
    before = *std::move(recovered);
  }
  audit::Log log(memory_file(disk_), request.run_id, cluster_->clock(), tail);
  engine::Journal journal(log);
  Silent observer;
  engine::Notices notices(observer, &journal);
  kube::ReaderOptions options;
  options.listener = &notices;
  options.retry.unreachable_budget = kServerAwayBudget;
  kube::Client client(loop, options, journal);
  Agreeable approver;
  const engine::RunEnvironment environment{.catalogue = actions::catalogue(),
                                           .client = client,
                                           .journal = journal,
                                           .observer = observer,
                                           .approver = approver};
  return before ? engine::resume(request, *before, environment) : engine::run(request, environment);
}

void Trial::live(Mode mode) {
  ++lives_;
  report_.reset();
  try {
    Line line(*cluster_, [this, &line](const kube::Request& request, std::uint64_t number) {
      before_request(line, request, number);
    });
    report_ = act(mode, line);
    if (torn_) {
      report_.reset();  // nobody heard what it said after that
    }
  } catch (const Death&) {
  }
  torn_ = false;
  disk_.fail_append = 0;
  read_record();
}

/// Reads what the log says at the end of a life.
void Trial::read_record() {
  const auto read = audit::reopen(disk_.content);
  const auto recovered =
      read ? engine::recover(read->lines) : Result<engine::RecoveredRun>(read.error());
  nothing_on_record_ = read && !recovered;
  is_over_ = report_ && recovered && !recovered->nothing_to_resume().empty();
}

void Trial::let_time_pass(Duration time) {
  const MonoTime until = cluster_->clock().now() + time;
  while (cluster_->clock().now() < until) {
    const MonoTime before = cluster_->clock().now();
    cluster_->advance(until);
    if (cluster_->clock().now() == before) {
      return;
    }
  }
}

std::vector<std::string> Trial::perform() {
  watched_before_ = read_watched();
  generation_before_ = generation();
  live(Mode::Begin);
  while (forks_.is_copy() && !is_over_ && lives_ < kMostLives && !nothing_on_record_) {
    cluster_->end_faults();
    let_time_pass(kUntilSeen);
    live(Mode::Resume);
  }
  std::vector<std::string> problems = judge();
  if (forks_.is_copy()) {
    forks_.report(problems);
  }
  return problems;
}

Json Trial::read_object(const std::string& target) {
  if (target.empty()) {
    return {};
  }
  const Cancel cancel;
  kube::Loop loop(*cluster_, cluster_->clock(), cancel);
  kube::Reader reader(loop, {});
  const std::vector<kube::ReadRequest> requests = {{.target = target, .what = "it"}};
  const auto answers = reader.batch(requests, 10s);
  CFKOPS_CHECK(answers.front().has_value());
  auto json = Json::parse(*answers.front());
  CFKOPS_CHECK(json.has_value());
  return *std::move(json);
}

std::string Trial::read_watched() {
  const Json object = read_object(swept_.watched);
  return object.get("/data").dump() + object.get("/spec").dump();
}

std::int64_t Trial::generation() {
  return read_object(swept_.once).int_or("/metadata/generation", 0);
}

void Trial::judge_log(std::vector<std::string>& problems) const {
  const audit::VerifyReport verified = audit::verify(disk_.content);
  if (verified.state != audit::VerifyReport::State::Intact) {
    problems.push_back("the log does not verify: line " + std::to_string(verified.line) + ": " +
                       verified.reason);
  }
}

void Trial::judge_kafka(std::vector<std::string>& problems) const {
  for (const sandbox::KafkaReport& kafka : cluster_->kafka_reports()) {
    if (kafka.most_brokers_down > 1) {
      problems.push_back(std::to_string(kafka.most_brokers_down) + " brokers were down at once");
    }
    if (kafka.most_under_min_isr > 0) {
      problems.push_back(std::to_string(kafka.most_under_min_isr) +
                         " partitions went under min ISR");
    }
    const bool done = report_ && report_->result == engine::RunResult::Succeeded;
    if (done && kafka.restarts != static_cast<std::uint64_t>(kafka.brokers)) {
      problems.push_back(std::to_string(kafka.restarts) + " restarts of " +
                         std::to_string(kafka.brokers) + " brokers");
    }
  }
  for (const auto& [pod, times] : evictions_) {
    if (times > 1) {
      problems.push_back("pod " + pod + " was evicted " + std::to_string(times) + " times");
    }
  }
}

void Trial::judge_leavings(std::vector<std::string>& problems) {
  const Cancel cancel;
  kube::Loop loop(*cluster_, cluster_->clock(), cancel);
  kube::Reader reader(loop, {});
  const auto leases = reader.list(kube::resources::leases(), "");
  if (!leases) {
    problems.push_back("the leases cannot be read: " + leases.error().text());
    return;
  }
  for (const kube::Object& lease : leases->items) {
    if (lease.name().starts_with("cfkops") &&
        !lease.json().string_or("/spec/holderIdentity", "").empty()) {
      problems.push_back("lease " + lease.name() + " is still held");
    }
  }
  for (const std::string& pod : cluster_->unready_pods()) {
    problems.push_back("pod is not ready: " + pod);
  }
}

std::vector<std::string> Trial::judge() {
  std::vector<std::string> problems;
  cluster_->end_faults();
  let_time_pass(1min);
  if (nothing_on_record_) {
    if (changes_ > 0) {
      problems.emplace_back("something was changed and nothing is on record");
    }
    return problems;
  }
  if (!report_) {
    problems.emplace_back("it died in each of its lives");
  } else if (!is_over_) {
    problems.push_back("it is not over after " + std::to_string(lives_) +
                       " lives: " + described(*report_));
  } else if (!swept_.watched.empty() && report_->result != engine::RunResult::Succeeded &&
             read_watched() != watched_before_) {
    problems.push_back("what was changed is not as before: " + described(*report_));
  }
  if (const std::int64_t changes = generation() - generation_before_; changes > 1) {
    problems.push_back("what is to change once has changed " + std::to_string(changes) + " times");
  }
  judge_log(problems);
  judge_kafka(problems);
  judge_leavings(problems);
  if (!problems.empty() && report_) {
    problems.push_back("the run said: " + described(*report_));
  }
  return problems;
}

}  // namespace cfkops::test
