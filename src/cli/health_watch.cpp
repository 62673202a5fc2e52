#include "health_watch.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "health_changes.hpp"
#include "health_report.hpp"
#include "health_screen.hpp"
#include "json_line.hpp"
#include "live_terminal.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::cli {
namespace {

using health::Report;

/// Shows looks, one after the other.
class HealthView {
 public:
  HealthView() = default;
  HealthView(const HealthView&) = delete;
  HealthView& operator=(const HealthView&) = delete;
  virtual ~HealthView() = default;

  virtual void show(Report report) = 0;

  /// A look has failed.
  virtual void tell(const Error& error) = 0;

  /// There is none to come.
  virtual void end() {}
};

class JsonHealthView final : public HealthView {
 public:
  explicit JsonHealthView(Terminal& terminal)
      : terminal_(terminal) {}

  void show(Report report) override { terminal_.out(json_line(json_of(report).raw())); }

  void tell(const Error& error) override { show_error(terminal_, error); }

 private:
  Terminal& terminal_;
};

class AppendedHealthView final : public HealthView {
 public:
  explicit AppendedHealthView(Terminal& terminal)
      : terminal_(terminal) {}

  void show(Report report) override {
    const std::vector<std::string> lines = changes_.next(report);
    const std::string verdict = report.verdict_line();
    if (lines.empty() && verdict == verdict_) {
      return;
    }
    std::string text = fmt::format("{} {}\n", base::format_rfc3339_seconds(report.at), verdict);
    for (const std::string& line : lines) {
      text += fmt::format("  {}\n", base::printable(line));
    }
    terminal_.out(text);
    verdict_ = verdict;
  }

  void tell(const Error& error) override { show_error(terminal_, error); }

 private:
  Terminal& terminal_;
  HealthChanges changes_;
  std::string verdict_;
};

/// One screen that is drawn anew; how long ago the last look was goes on in between.
class LiveHealthView final : public HealthView {
 public:
  LiveHealthView(Terminal& terminal, const Clock& clock, kube::Loop& loop)
      : terminal_(terminal),
        clock_(clock),
        tick_(loop, std::chrono::seconds(1), kube::Loop::When::Waiting, [this] { draw(); }) {}

  void show(Report report) override {
    report_ = std::move(report);
    looked_ = clock_.now();
    draw();
  }

  void tell(const Error& error) override { show_error(terminal_, error); }

  void end() override {
    terminal_.take_away();
    terminal_.out(base::printable_lines(health_text(*report_)));
  }

 private:
  void draw() {
    if (report_) {
      terminal_.show(health_screen(*report_,
                                   clock_.now() - looked_,
                                   {.screen = terminal_.screen(),
                                    .colours = terminal_.colours(),
                                    .unicode = terminal_.unicode(),
                                    .frame = 0,
                                    .now = clock_.now()}));
    }
  }

  LiveTerminal terminal_;
  const Clock& clock_;
  std::optional<Report> report_;
  MonoTime looked_ = {};
  kube::Loop::Periodic tick_;
};

std::unique_ptr<HealthView> view_of(const Arguments& arguments,
                                    const AppEnvironment& environment,
                                    kube::Loop& loop) {
  Terminal& terminal = environment.terminal;
  if (arguments.global.output == Output::Json) {
    return std::make_unique<JsonHealthView>(terminal);
  }
  if (terminal.lively()) {
    return std::make_unique<LiveHealthView>(terminal, environment.clock, loop);
  }
  return std::make_unique<AppendedHealthView>(terminal);
}

}  // namespace

int watch_health(const Arguments& arguments,
                 const AppEnvironment& environment,
                 kube::Loop& loop,
                 const HealthLook& look) {
  const auto view = view_of(arguments, environment, loop);
  std::optional<int> code;
  std::string told;
  do {
    auto report = look();
    if (report) {
      code = health_code(*report, fail_severity(arguments));
      view->show(*std::move(report));
      told.clear();
      continue;
    }
    const Error& error = report.error();
    if (!code) {
      return fail(environment, error);
    }
    if (error.code == ErrorCode::Cancelled) {
      break;
    }
    code = exit_code(error, 0);
    if (const std::string text = error.text(); text != told) {
      view->tell(error);
      told = text;
    }
  } while (!environment.terminal.out_closed() && loop.pause(arguments.watch_every));
  view->end();
  return *code;
}

}  // namespace cfkops::cli
