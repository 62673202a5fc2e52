#include "child.hpp"

#include "cfkops/base/check.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::base {
namespace {

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return make_error(ErrorCode::Io, "cannot make a pipe: " + errno_text(errno));
  }
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void make_nonblocking(const FileDescriptor& file) {
  const int flags = ::fcntl(file.get(), F_GETFL);
  CFKOPS_CHECK(flags >= 0 && ::fcntl(file.get(), F_SETFL, flags | O_NONBLOCK) == 0);
}

/// posix_spawn's two objects, set up: our pipes as its streams, a session of its own (so that
/// nothing in it can stop at the terminal), no blocked or ignored signals of ours.
class SpawnSetup {
 public:
  SpawnSetup(int input, int output, int error_output) {
    CFKOPS_CHECK(::posix_spawn_file_actions_init(&actions_) == 0);
    CFKOPS_CHECK(::posix_spawnattr_init(&attributes_) == 0);
    const std::array<int, 3> ends = {input, output, error_output};
    for (std::size_t stream = 0; stream < ends.size(); ++stream) {
      CFKOPS_CHECK(::posix_spawn_file_actions_adddup2(
                       &actions_, ends.at(stream), static_cast<int>(stream)) == 0);
    }
    sigset_t none;
    sigemptyset(&none);
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGPIPE);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &ours);
    ::posix_spawnattr_setflags(
        &attributes_,
        static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }

  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }

  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Names of variables; the program's own, since its environment is.
std::set<std::string, std::less<>>& kept_from_children() {
  static std::set<std::string, std::less<>> names;
  return names;
}

std::vector<std::string> child_environment(const ProcessRequest& request) {
  const auto name_of = [](std::string_view entry) { return entry.substr(0, entry.find('=')); };
  const auto is_without = [&](std::string_view name) {
    return std::find(request.without.begin(), request.without.end(), name) != request.without.end();
  };
  const auto is_added = [&](std::string_view name) {
    return std::any_of(request.environment.begin(),
                       request.environment.end(),
                       [&](const auto& added) { return added.first == name; });
  };
  std::vector<std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view name = name_of(*entry);
    if (!is_without(name) && !is_added(name) && !kept_from_children().contains(name)) {
      out.emplace_back(*entry);
    }
  }
  for (const auto& [name, value] : request.environment) {
    if (!is_without(name)) {
      out.push_back(fmt::format("{}={}", name, value));
    }
  }
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    out.push_back(text.data());
  }
  out.push_back(nullptr);
  return out;
}

Error cannot_start(const std::string& program, int number) {
  if (number == ENOENT) {
    const bool looked_up = program.find('/') == std::string::npos;
    return make_error(ErrorCode::NotFound,
                      "there is no program " + program + (looked_up ? " in PATH" : ""),
                      "install it, or name it with its full path");
  }
  return make_error(ErrorCode::Io,
                    "cannot start " + program + ": " + errno_text(number),
                    number == EACCES ? "is it executable? (see ls -l)" : "");
}

/// Takes what is there, keeping `most` bytes altogether. Closes the pipe at its end. False where
/// there was nothing.
bool drain(FileDescriptor& pipe, std::string& into, std::size_t most) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::read(pipe.get(), buffer.data(), buffer.size());
  if (got > 0) {
    const std::size_t room = most > into.size() ? most - into.size() : 0;
    into.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
    return true;
  }
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    pipe.reset();
  }
  return got < 0 && errno == EINTR;
}

int milliseconds_of(Duration longest, bool ticking) {
  constexpr std::int64_t kTick = 10;
  constexpr std::int64_t kMost = 60000;
  const auto wanted = std::chrono::ceil<std::chrono::milliseconds>(std::max(longest, Duration(0)));
  return static_cast<int>(std::min<std::int64_t>(wanted.count(), ticking ? kTick : kMost));
}

}  // namespace

Result<Child> Child::start(const ProcessRequest& request) {
  CFKOPS_ASSIGN(Pipe input, make_pipe());
  CFKOPS_ASSIGN(Pipe output, make_pipe());
  CFKOPS_ASSIGN(Pipe error_output, make_pipe());
  const SpawnSetup setup(input.read.get(), output.write.get(), error_output.write.get());
  std::vector<std::string> arguments = request.argv;
  std::vector<std::string> variables = child_environment(request);
  Child child;
  const int number = ::posix_spawnp(&child.pid_,
                                    arguments.front().c_str(),
                                    setup.actions(),
                                    setup.attributes(),
                                    pointers_to(arguments).data(),
                                    pointers_to(variables).data());
  if (number != 0) {
    child.pid_ = -1;
    return cannot_start(request.argv.front(), number);
  }
#ifdef SYS_pidfd_open
  child.pid_fd_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
#endif
  child.stdin_ = std::move(input.write);
  child.stdout_ = std::move(output.read);
  child.stderr_ = std::move(error_output.read);
  make_nonblocking(child.stdin_);
  make_nonblocking(child.stdout_);
  make_nonblocking(child.stderr_);
  child.input_ = request.input;
  child.max_output_ =
      std::min(request.max_output, std::numeric_limits<std::size_t>::max() - 1);  // room for one
  child.feed();
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_fd_(std::move(other.pid_fd_)),
      stdin_(std::move(other.stdin_)),
      stdout_(std::move(other.stdout_)),
      stderr_(std::move(other.stderr_)),
      input_(std::move(other.input_)),
      fed_(other.fed_),
      output_(std::move(other.output_)),
      error_output_(std::move(other.error_output_)),
      max_output_(other.max_output_),
      exit_code_(other.exit_code_),
      ended_(other.ended_),
      drained_(other.drained_) {}

Child::~Child() {
  if (pid_ <= 0 || ended_) {
    return;
  }
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Child::feed() {
  while (stdin_.open() && fed_ < input_.size()) {
    const ssize_t written = ::write(stdin_.get(), input_.data() + fed_, input_.size() - fed_);
    if (written >= 0) {
      fed_ += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      stdin_.reset();  // it does not want to know more
    }
  }
  stdin_.reset();
}

void Child::reap() {
  int status = 0;
  const pid_t ended = ended_ ? 0 : ::waitpid(pid_, &status, WNOHANG);
  if (ended != pid_) {
    return;
  }
  ended_ = true;
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Status Child::pump(Duration longest) {
  std::array<pollfd, 4> watched = {pollfd{stdout_.get(), POLLIN, 0},
                                   pollfd{stderr_.get(), POLLIN, 0},
                                   pollfd{stdin_.get(), POLLOUT, 0},
                                   pollfd{pid_fd_.get(), POLLIN, 0}};
  const int ready =
      ::poll(watched.data(), watched.size(), milliseconds_of(longest, !pid_fd_.open()));
  if (ready < 0 && errno != EINTR) {
    return make_error(ErrorCode::Io, "cannot wait for a child: " + errno_text(errno));
  }
  reap();  // before the pipes are read: what an ended child printed is then all there
  if (watched[2].revents != 0) {
    feed();
  }
  bool moved = stdout_.open() && drain(stdout_, output_, max_output_ + 1);
  moved = (stderr_.open() && drain(stderr_, error_output_, max_output_)) || moved;
  drained_ = ended_ && !moved;
  return {};
}

void keep_from_children(const std::string& variable) {
  kept_from_children().insert(variable);
}

PipeSignalBlock::PipeSignalBlock() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before_);
}

PipeSignalBlock::~PipeSignalBlock() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  const timespec now{};
  if (sigismember(&before_, SIGPIPE) == 0) {
    while (::sigtimedwait(&pipe, nullptr, &now) == SIGPIPE) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace cfkops::base
