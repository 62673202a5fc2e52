#pragma once

#include "support/scripted_transport.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/engine/action.hpp"
#include "cfkops/kube/client.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cfkops::test {

/// Lets every mutation through and remembers it.
class OpenRecorder final : public kube::MutationRecorder {
 public:
  Status intend(const kube::Mutation& mutation) override {
    mutations.push_back(mutation);
    return broken ? Status(make_error(ErrorCode::Io, "no space left")) : Status();
  }

  Status record(const kube::Mutation& mutation, const kube::MutationEffect& effect) override {
    effects.push_back(effect);
    return mutation.verb == broken_after ? Status(make_error(ErrorCode::Io, "no space left"))
                                         : Status();
  }

  std::vector<kube::Mutation> mutations;
  std::vector<kube::MutationEffect> effects;
  bool broken = false;
  std::string broken_after;  ///< the effect of this verb cannot be kept
};

/// Remembers what an action tells.
class StepObserver final : public engine::Observer {
 public:
  void on_run_started(const engine::RunInfo& /*info*/) override {}

  void on_parameter(const std::string& /*name*/, const runbook::Value& /*value*/) override {}

  void on_check_started(const std::string& /*phase*/, const std::string& /*title*/) override {}

  void on_check(const std::string& /*phase*/,
                const std::string& /*title*/,
                const engine::CheckResult& /*result*/) override {}

  void on_step_started(const engine::StepInfo& /*step*/) override {}

  void on_progress(const engine::StepInfo& /*step*/, const std::string& text) override {
    progress.push_back(text);
  }

  void on_wait(const engine::StepInfo& /*step*/, const engine::WaitState& wait) override {
    waits.push_back(wait);
  }

  void on_step_finished(const engine::StepInfo& /*step*/,
                        const engine::Outcome& /*outcome*/,
                        Duration /*took*/) override {}

  void on_notice(const std::string& /*text*/) override {}

  void on_run_finished(const engine::RunReport& /*report*/) override {}

  /// Some wait gave a reason that contains `text`.
  [[nodiscard]] bool waited_for(const std::string& text) const {
    for (const engine::WaitState& wait : waits) {
      std::string all = wait.what + "\n" + wait.why;
      for (const std::string& detail : wait.details) {
        all += "\n" + detail;
      }
      if (all.find(text) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  std::vector<std::string> progress;
  std::vector<engine::WaitState> waits;
};

/// Everything that an action is given, on a scripted transport.
struct ActionBench {
  ScriptedTransport transport;
  Cancel cancel;
  kube::Loop loop{transport, transport.clock(), cancel};
  OpenRecorder recorder;
  kube::Client client{loop, {}, recorder};
  StepObserver observer;
  engine::Context context;

  ActionBench() {
    context.ns = "confluent";
    context.observer = &observer;
    context.deadline = transport.clock().now() + std::chrono::hours(1);
  }

  /// The arguments as the engine hands them over: the action's defaults filled in.
  static engine::Arguments arguments(const runbook::ActionSpec& spec, runbook::ValueMap given) {
    for (const runbook::ArgumentSpec& argument : spec.arguments) {
      if (argument.fallback && !given.contains(argument.name)) {
        given[argument.name] = *argument.fallback;
      }
    }
    return engine::Arguments(std::move(given));
  }

  engine::Outcome apply(const engine::Action& action, runbook::ValueMap given) {
    return action.apply(context, client, arguments(action.spec(), std::move(given)));
  }

  Result<engine::StepPlan> plan(const engine::Action& action, runbook::ValueMap given) {
    return action.plan(context, client, arguments(action.spec(), std::move(given)));
  }

  engine::CheckResult evaluate(const engine::Check& check, runbook::ValueMap given) {
    return check.evaluate(context, client, arguments(check.spec(), std::move(given)));
  }
};

}  // namespace cfkops::test
