#pragma once

#include "world.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/cancel.hpp"
#include "cfkops/engine/executor.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cfkops::test {

/// Keeps what it is told, one line each.
class MemoryObserver final : public engine::Observer {
 public:
  void on_run_started(const engine::RunInfo& info) override;
  void on_parameter(const std::string& name, const runbook::Value& value) override;
  void on_check_started(const std::string& phase, const std::string& title) override;
  void on_check(const std::string& phase,
                const std::string& title,
                const engine::CheckResult& result) override;
  void on_step_started(const engine::StepInfo& step) override;
  void on_progress(const engine::StepInfo& step, const std::string& text) override;
  void on_wait(const engine::StepInfo& step, const engine::WaitState& wait) override;
  void on_step_finished(const engine::StepInfo& step,
                        const engine::Outcome& outcome,
                        Duration took) override;
  void on_notice(const std::string& text) override;
  void on_run_finished(const engine::RunReport& report) override;
  void on_plan(const engine::Plan& plan) override;
  void on_object(const engine::ObjectChange& change) override;
  void on_undo_started(const engine::StepInfo& step) override;
  void on_undo_finished(const engine::StepInfo& step, bool undone) override;

  std::vector<std::string> lines;
  std::vector<std::string> table;  ///< what only a table of the steps needs to know
};

/// What the fake actions and checks do, set by each test.
struct Script {
  std::map<std::string, std::deque<engine::Outcome>> outcomes;    ///< of `fake.script`, by step id
  std::map<std::string, std::deque<engine::CheckResult>> checks;  ///< of `fake.says`, by its `of`
  std::map<std::string, std::function<engine::CheckResult()>>
      live;  ///< of `fake.says`, by its `of`: called each time, in place of the queue
  std::function<void(const engine::Context&)> on_apply;  ///< called by every action
  std::map<std::string, engine::Outcome>
      undo;  ///< of `fake.set`, by config map, instead of its own
  std::map<std::string, std::vector<engine::LockTarget>>
      locks;  ///< that the plans name, by step id
  std::map<std::string, std::string>
      later;                        ///< the command that `fake.set` leaves, by the value before
  bool refused = false;             ///< what the plans say of the server's dry run
  std::vector<std::string> first;   ///< steps of `fake.set` that were planned with none before them
  std::vector<std::string> asked;   ///< by the check `permission`
  std::vector<std::string> undone;  ///< by `fake.set`
};

/// The actions and checks of these tests:
///
///     fake.set {name, value} → {before}     changes a config map; has an undo
///     fake.evict {pod}                      evicts a pod; once, no undo
///     fake.script {}         → {answer}     does what the test's script says
///     fake.use {secret, list, target}       takes arguments and does nothing
///     fake.secret {name}     → {password, value}   reads a config map
///     check fake.says {of}   → {measured}   answers what the test's script says, pass by default
///     check permission                      notes what the steps need
class FakeCatalogue {
 public:
  explicit FakeCatalogue(Script& script);
  FakeCatalogue(const FakeCatalogue&) = delete;
  FakeCatalogue& operator=(const FakeCatalogue&) = delete;
  ~FakeCatalogue();

  [[nodiscard]] const engine::Catalogue& catalogue() const { return catalogue_; }

  [[nodiscard]] std::vector<runbook::ActionSpec> specs() const;

 private:
  std::vector<std::unique_ptr<engine::Action>> actions_;
  std::vector<std::unique_ptr<engine::Check>> checks_;
  std::vector<std::unique_ptr<engine::RefSource>> refs_;
  std::vector<const engine::Action*> action_rows_;
  std::vector<const engine::Check*> check_rows_;
  std::vector<const engine::RefSource*> ref_rows_;
  engine::Catalogue catalogue_;
};

/// Everything a run needs, in memory, on a virtual clock.
class Bench {
 public:
  Bench();

  /// Loads a runbook from its params and sections, and the parts that it includes; fails the test
  /// where lint finds an error.
  runbook::Runbook load(const std::string& sections) const;

  engine::RunReport run(const std::string& sections,
                        std::map<std::string, std::string> params = {});
  engine::RunReport run(const runbook::Runbook& runbook,
                        std::map<std::string, std::string> params = {});
  engine::RunReport run(const engine::RunRequest& request);
  Result<engine::Plan> plan(const std::string& sections,
                            std::map<std::string, std::string> params = {});

  [[nodiscard]] engine::RunRequest request(const runbook::Runbook& runbook,
                                           std::map<std::string, std::string> params) const;

  /// The log's lines of one phase; fails the test where the log is broken.
  [[nodiscard]] std::vector<audit::LogLine> log(const std::string& phase = {}) const;

  [[nodiscard]] audit::VerifyReport verified() const { return audit::verify(disk.content); }

  ScriptedTransport transport;
  MemoryDisk disk;
  World world{transport, disk};
  Cancel cancel;
  kube::Loop loop{transport, transport.clock(), cancel};
  audit::Log log_file{memory_file(disk), "20260102-030405-beef", transport.clock()};
  engine::Journal journal{log_file};
  kube::Client client{loop, kube::ReaderOptions{}, journal};
  MemoryObserver observer;
  Script script;
  FakeCatalogue fakes{script};
  std::map<std::string, std::string> parts;  ///< sections of runbooks to include, by name
  Status approval;
  int asked_for_approval = 0;
  std::function<void()> on_question;   ///< called before each answer
  Status answer;                       ///< to every question
  std::vector<std::string> questions;  ///< that were asked
};

/// "x" is among them, or a part of one.
[[nodiscard]] bool mentions(const std::vector<std::string>& texts, const std::string& part);

}  // namespace cfkops::test
