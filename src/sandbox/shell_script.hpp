#pragma once

#include "programs.hpp"

#include "cfkops/base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What a command line of busybox surely does: what it writes, and when it ends with which code.
struct ShellRun {
  struct Write {
    Duration at;
    std::string text;
    bool is_error;
  };

  std::vector<Write> writes = {};
  Duration end = {};  ///< since the beginning
  int code = 0;

  /// Both streams, as far as written after that long.
  [[nodiscard]] std::string log(Duration age) const;
};

/// Where a command runs.
struct ShellPlace {
  std::string host;                      ///< what `hostname` says
  std::vector<std::string> mounts = {};  ///< paths below which files may be
};

/// `echo`, `true`, `false`, `sleep`, `tail -f /dev/null`, `hostname`, `cat` of a file that cannot
/// be there, and `sh -c` with these and `exit` in a row. None: what it does is not simulated.
[[nodiscard]] std::optional<ShellRun> run_shell(const std::vector<std::string>& command,
                                                const ShellPlace& place);

/// What such a command line comes to at once, for whoever waits for it. None as above, and where it
/// takes time.
[[nodiscard]] std::optional<ExecResult> run_at_once(const std::vector<std::string>& command,
                                                    const ShellPlace& place);

/// A command of a script, with nothing left for a shell to do but to send it off.
struct PlainCommand {
  std::vector<std::string> words = {};
  bool to_error = false;  ///< ends in >&2
};

/// The commands of a script, one after the other; none where a shell would do more than that.
[[nodiscard]] std::optional<std::vector<PlainCommand>> read_script(std::string_view script);

/// Whether busybox has a program of that name.
[[nodiscard]] bool is_applet(std::string_view name);

}  // namespace cfkops::sandbox
