#include "forks.hpp"

#include "cfkops/base/check.hpp"
#include "cfkops/base/text.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace cfkops::test {
namespace {

/// Retries what a signal interrupts.
template <class Call>
auto uninterrupted(Call call) {
  auto outcome = call();
  while (outcome < 0 && errno == EINTR) {
    outcome = call();
  }
  return outcome;
}

std::string read_all(int pipe) {
  std::string text;
  std::array<char, 4096> bytes{};
  for (;;) {
    const ssize_t some = uninterrupted([&] { return ::read(pipe, bytes.data(), bytes.size()); });
    if (some <= 0) {
      return text;
    }
    text.append(bytes.data(), static_cast<std::size_t>(some));
  }
}

}  // namespace

Forks::~Forks() {
  for (const Copy& copy : running_) {
    ::kill(copy.pid, SIGKILL);
    ::close(copy.pipe);
    uninterrupted([&copy] { return ::waitpid(copy.pid, nullptr, 0); });
  }
}

bool Forks::fork_here(const std::string& name) {
  while (running_.size() >= workers_) {
    take_one();
  }
  std::array<int, 2> ends = {-1, -1};
  CFKOPS_CHECK(::pipe2(ends.data(), 0) == 0);
  const pid_t pid = ::fork();
  CFKOPS_CHECK(pid >= 0);
  if (pid == 0) {
    ::close(ends[0]);
    for (const Copy& copy : running_) {
      ::close(copy.pipe);
    }
    running_.clear();
    answer_ = ends[1];
    return true;
  }
  ::close(ends[1]);
  running_.push_back({.pid = pid, .pipe = ends[0], .point = points_.size()});
  points_.push_back({.name = name, .problems = {"it has not ended"}});
  return false;
}

void Forks::report(const std::vector<std::string>& problems) const {
  // The last byte says that all was said.
  const std::string text = base::join(problems, "\n") + "\n.";
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t some = uninterrupted(
        [&] { return ::write(answer_, text.data() + written, text.size() - written); });
    if (some <= 0) {
      _exit(1);
    }
    written += static_cast<std::size_t>(some);
  }
  // Without the destructors and buffers of the process that it was copied from.
  _exit(0);
}

void Forks::take_one() {
  std::vector<pollfd> pipes;
  for (const Copy& copy : running_) {
    pipes.push_back({.fd = copy.pipe, .events = POLLIN, .revents = 0});
  }
  uninterrupted([&pipes] { return ::poll(pipes.data(), pipes.size(), -1); });
  std::size_t ready = 0;
  while (ready + 1 < pipes.size() && pipes[ready].revents == 0) {
    ++ready;
  }
  const Copy copy = running_[ready];
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(ready));
  std::string text = read_all(copy.pipe);
  ::close(copy.pipe);
  int status = 0;
  uninterrupted([&] { return ::waitpid(copy.pid, &status, 0); });
  std::vector<std::string>& problems = points_[copy.point].problems;
  problems.clear();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !text.ends_with("\n.")) {
    problems.push_back(WIFSIGNALED(status) ? "it died of signal " + std::to_string(WTERMSIG(status))
                                           : "it ended without a report");
    return;
  }
  text.resize(text.size() - 2);
  for (std::string& line : base::split(text, '\n')) {
    if (!line.empty()) {
      problems.push_back(std::move(line));
    }
  }
}

std::vector<SweptPoint> Forks::gather() {
  while (!running_.empty()) {
    take_one();
  }
  return std::move(points_);
}

}  // namespace cfkops::test
