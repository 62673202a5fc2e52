#pragma once

#include "posix.hpp"

#include "cfkops/base/process.hpp"

#include <sys/types.h>

#include <csignal>
#include <string>
#include <string_view>

namespace cfkops::base {

/// A running child in a session of its own, with pipes on its standard streams. Unless it has
/// ended, it and all of its process group are killed at the end of this object's life.
class Child {
 public:
  /// Errors: NotFound (no such program), Io.
  static Result<Child> start(const ProcessRequest& request);

  Child(const Child&) = delete;
  Child(Child&& other) noexcept;
  Child& operator=(const Child&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child();

  /// Moves bytes and looks after the child until something happened, at most for `longest`. Errors:
  /// Io.
  Status pump(Duration longest);

  /// The child has ended and what it printed has been read. Its own children may hold the pipes
  /// open for longer; nobody waits for them.
  [[nodiscard]] bool finished() const { return ended_ && drained_; }

  [[nodiscard]] int exit_code() const { return exit_code_; }

  [[nodiscard]] const std::string& output() const { return output_; }

  [[nodiscard]] const std::string& error_output() const { return error_output_; }

 private:
  Child() = default;
  void feed();
  void reap();

  pid_t pid_ = -1;
  FileDescriptor pid_fd_;  ///< readable once the child ended; not there on old kernels
  FileDescriptor stdin_;
  FileDescriptor stdout_;
  FileDescriptor stderr_;
  std::string input_;
  std::size_t fed_ = 0;
  std::string output_;
  std::string error_output_;
  std::size_t max_output_ = 0;
  int exit_code_ = 0;
  bool ended_ = false;
  bool drained_ = false;
};

/// Keeps SIGPIPE away from this thread: a child that does not read its input must not end us.
class PipeSignalBlock {
 public:
  PipeSignalBlock();
  PipeSignalBlock(const PipeSignalBlock&) = delete;
  PipeSignalBlock& operator=(const PipeSignalBlock&) = delete;
  ~PipeSignalBlock();

 private:
  sigset_t before_{};
};

}  // namespace cfkops::base
