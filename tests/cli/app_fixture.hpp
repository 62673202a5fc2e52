#pragma once

#include "fake_terminal.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

#include "cfkops/cli/app.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace cfkops::test {

/// The program as a person sees it: words in, two streams and an exit code out. Without a cluster
/// unless `connect` is given another one.
struct AppBench {
  FakeTerminal terminal;
  VirtualClock clock;
  Cancel cancel;
  cli::TransportFactory connect =
      [](const kube::ClientConfig& /*config*/) -> Result<std::unique_ptr<kube::Transport>> {
    return make_error(ErrorCode::Unreachable, "no cluster in this test", "start one");
  };

  int run_words(std::vector<std::string> words) {
    return cli::run(words,
                    {.terminal = terminal,
                     .clock = clock,
                     .cancel = cancel,
                     .connect = connect,
                     .watch_signals = [] {}});
  }

  /// What the command prints to standard output, where it ends with that code.
  std::string printed(const std::vector<std::string>& words, int code) {
    terminal.shown_out.clear();
    terminal.shown_err.clear();
    EXPECT_EQ(run_words(words), code) << terminal.shown_out << terminal.shown_err;
    return terminal.shown_out;
  }
};

/// Stands in a fresh folder while it lives, so that ./runbooks is the test's own.
class InFreshFolder {
 public:
  InFreshFolder()
      : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.path());
  }

  ~InFreshFolder() { std::filesystem::current_path(before_); }

  InFreshFolder(const InFreshFolder&) = delete;
  InFreshFolder& operator=(const InFreshFolder&) = delete;
  InFreshFolder(InFreshFolder&&) = delete;
  InFreshFolder& operator=(InFreshFolder&&) = delete;

  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const {
    return folder_.write(name, text);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempDir folder_;
  std::filesystem::path before_;
};

/// A runbook that lint accepts and that needs nothing but a config map.
inline std::string small_runbook(const std::string& name) {
  return "apiVersion: cfkops/v1\nkind: Runbook\nname: " + name +
         "\ntitle: Look at a config map\npurpose: To have something small.\nowner: me\nrisk: low\n"
         "steps:\n  - id: look\n    title: Look at it\n    do: object.get\n    with: {kind: "
         "configmap, name: a}\n";
}

}  // namespace cfkops::test
