#pragma once

#include "bench.hpp"
#include "support/matchers.hpp"

#include "cfkops/engine/recovery.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace cfkops::test {

/// The process is gone.
struct Death {};

/// Answers as the bench says.
class Approving final : public engine::Approver {
 public:
  explicit Approving(Bench& bench)
      : bench_(bench) {}

  Status approve(const engine::Plan& /*plan*/) override { return bench_.approval; }

  Status ask(const engine::Question& question) override {
    bench_.questions.push_back(question.what);
    return bench_.answer;
  }

 private:
  Bench& bench_;
};

/// A run and the processes that work on it, one after the other, in the same world.
struct Lives {
  static constexpr const char* kRun = "20260102-030405-beef";

  /// Begins the run; it dies as it writes line `fatal`, from 1.
  void begin(const std::string& sections, std::size_t fatal, bool torn = false) {
    book = bench.load(sections);
    bench.disk.on_append = [this, fatal, torn](std::size_t number) {
      if (number == fatal) {
        bench.disk.content += torn ? R"({"attempt":1,"da)" : "";
        throw Death{};
      }
    };
    try {
      engine::RunRequest request = bench.request(book, params);
      request.saved = saved;
      static_cast<void>(bench.run(request));
    } catch (const Death&) {
      // Gone.
    }
    bench.disk.on_append = {};
  }

  engine::RecoveredRun recovered() {
    auto reopened = audit::reopen(bench.disk.content);
    EXPECT_THAT(reopened, IsOk());
    bench.disk.content.resize(static_cast<std::size_t>(reopened->good_bytes));
    tail = reopened->tail;
    auto run = engine::recover(reopened->lines);
    EXPECT_THAT(run, IsOk());
    return *std::move(run);
  }

  using Act = std::function<engine::RunReport(
      const engine::RunRequest&, const engine::RecoveredRun&, const engine::RunEnvironment&)>;

  engine::RunReport go_on(const engine::RecoveredRun& before, const Act& act = engine::resume) {
    audit::Log log(memory_file(bench.disk), kRun, bench.transport.clock(), tail);
    engine::Journal journal(log);
    kube::Client client(bench.loop, kube::ReaderOptions{}, journal);
    Approving approver(bench);
    engine::RunRequest request = bench.request(book, params);
    request.take_over = take_over;
    request.saved = saved;
    return act(request,
               before,
               {.catalogue = bench.fakes.catalogue(),
                .client = client,
                .journal = journal,
                .observer = bench.observer,
                .approver = approver});
  }

  engine::RunReport resumed() { return go_on(recovered()); }

  [[nodiscard]] long times(const std::string& change) const {
    return std::ranges::count(bench.world.changes, change);
  }

  Bench bench;
  runbook::Runbook book;
  audit::LogTail tail;
  std::map<std::string, std::string> params;
  std::string take_over;
  const engine::SavedPlan* saved = nullptr;
};

/// The number of the first line of that phase and step in the log of a run that nobody kills.
inline std::size_t line_of(const std::string& sections,
                           const std::string& phase,
                           const std::string& step) {
  Bench bench;
  static_cast<void>(bench.run(sections));
  for (const audit::LogLine& line : bench.log()) {
    if (line.phase == phase && line.step == step) {
      return line.sequence;
    }
  }
  ADD_FAILURE() << "no line of phase " << phase;
  return 0;
}

}  // namespace cfkops::test
