#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::base {

/// A child process to be run to its end.
struct ProcessRequest {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH unless it contains a slash
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to ours
  std::vector<std::string> without;  ///< variables taken out of the child's environment
  std::string input;                 ///< given on standard input, then closed
  Duration timeout = std::chrono::minutes(1);
  std::size_t max_output = std::size_t{4} << 20U;  ///< bytes of standard output; more is an error
};

/// How a child ended.
struct ProcessOutcome {
  int exit_code = 0;  ///< 128 + N where signal N ended it
  std::string output;
  std::string error_output;  ///< at most max_output bytes of it
};

/// Starts children; a seam, so that tests need none. One thread.
class Process {
 public:
  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  virtual ~Process() = default;

  /// Runs the child to its end; its own children are not waited for. Errors: NotFound (no such
  /// program), Timeout (it was killed, and its process group), Io, InvalidInput (a NUL byte in an
  /// argument).
  virtual Result<ProcessOutcome> run(const ProcessRequest& request) = 0;
};

/// The real thing: posix_spawn, no shell. The child has a session of its own, so that a program
/// that asks the terminal for a passphrase fails at once instead of waiting where nobody looks.
class SystemProcess final : public Process {
 public:
  Result<ProcessOutcome> run(const ProcessRequest& request) override;
};

/// From now on no child inherits that variable of ours, which holds a secret. One that a request
/// adds to the child's environment is added all the same.
void keep_from_children(const std::string& variable);

/// From now on this process leaves no core dump and may not be traced by others of its user: its
/// memory holds secrets. What it starts leaves none either.
void forbid_core_dumps();

}  // namespace cfkops::base
