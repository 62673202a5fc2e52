#include "branches.hpp"

#include "report_json.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace cfkops::rehearse {
namespace {

constexpr std::size_t kBuffer = std::size_t{64} << 10U;

/// Retries what a signal interrupts.
template <class Call>
auto uninterrupted(Call call) {
  auto outcome = call();
  while (outcome < 0 && errno == EINTR) {
    outcome = call();
  }
  return outcome;
}

Error system_error(const std::string& what) {
  return make_error(ErrorCode::Io,
                    what + ": " + std::strerror(errno),  // NOLINT(concurrency-mt-unsafe)
                    "try again with fewer --points, or when less is running on this machine");
}

}  // namespace

Branches::Branches(const std::vector<FaultPoint>& points, std::size_t workers)
    : points_(points),
      workers_(std::max<std::size_t>(workers, 1)),
      texts_(points.size()),
      delivered_(points.size(), false) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool kill = points[i].fault.kind == sandbox::FaultKind::Kill;
    (kill ? at_writes_[points[i].place] : at_requests_[points[i].parting]).push_back(i);
  }
}

Branches::~Branches() {
  if (own_) {
    _exit(1);
  }
  for (const Child& child : children_) {
    ::kill(child.pid, SIGKILL);
    ::close(child.pipe);
    uninterrupted([&child] { return ::waitpid(child.pid, nullptr, 0); });
  }
}

std::vector<sandbox::Fault> Branches::at_request(std::uint64_t number) {
  const auto here = at_requests_.find(number);
  if (own_ || here == at_requests_.end()) {
    return {};
  }
  for (const std::size_t point : here->second) {
    if (branch(point)) {
      sandbox::Fault fault = points_[point].waiting.value_or(points_[point].fault);
      fault.title = sandbox::describe(points_[point].fault);
      fault.nth = 1;  // counted from here
      return {std::move(fault)};
    }
  }
  return {};
}

bool Branches::killed_at_write(std::uint64_t number) {
  const auto here = at_writes_.find(number);
  if (own_ || here == at_writes_.end()) {
    return false;
  }
  return std::any_of(here->second.begin(), here->second.end(), [this](std::size_t point) {
    return branch(point);
  });
}

/// True in the branch, false in the plain run.
bool Branches::branch(std::size_t point) {
  while (!error_ && children_.size() >= workers_) {
    read_some();
  }
  if (error_) {
    return false;
  }
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    fail(system_error("cannot make a pipe"));
    return false;
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    return become_child(point, ends[0], ends[1]);
  }
  ::close(ends[1]);
  if (pid < 0) {
    fail(system_error("cannot make a process"));
    ::close(ends[0]);
    return false;
  }
  children_.push_back({.pid = pid, .pipe = ends[0], .point = point});
  return false;
}

bool Branches::become_child(std::size_t point, int read_end, int write_end) {
  own_ = point;
  answer_ = write_end;
  ::close(read_end);
  for (const Child& child : children_) {
    ::close(child.pipe);
  }
  children_.clear();
  return true;
}

void Branches::arrive(Rehearsed run) {
  const FaultPoint& point = points_[own_.value_or(0)];
  run.fault = sandbox::describe(point.fault);
  run.kind = sandbox::to_string(point.fault.kind);
  run.step = point.step;
  deliver(Json(json_of(run)).dump());
}

void Branches::deliver(const std::string& text) const {
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

/// Waits for any branch to say something, and takes it.
void Branches::read_some() {
  std::vector<pollfd> pipes;
  pipes.reserve(children_.size());
  for (const Child& child : children_) {
    pipes.push_back({.fd = child.pipe, .events = POLLIN, .revents = 0});
  }
  if (uninterrupted([&pipes] { return ::poll(pipes.data(), pipes.size(), -1); }) < 0) {
    fail(system_error("cannot wait for a process"));
    return;
  }
  std::vector<Child> ended;
  std::array<char, kBuffer> bytes{};
  for (std::size_t i = 0; i < pipes.size(); ++i) {
    if (pipes[i].revents == 0) {
      continue;
    }
    const ssize_t some =
        uninterrupted([&] { return ::read(pipes[i].fd, bytes.data(), bytes.size()); });
    if (some > 0) {
      texts_[children_[i].point].append(bytes.data(), static_cast<std::size_t>(some));
    } else {
      ended.push_back(children_[i]);
    }
  }
  for (const Child& child : ended) {
    finish(child);
  }
}

void Branches::finish(Child child) {
  std::erase_if(children_, [&child](const Child& one) { return one.pid == child.pid; });
  ::close(child.pipe);
  int status = 0;
  const pid_t reaped = uninterrupted([&] { return ::waitpid(child.pid, &status, 0); });
  const bool well = reaped == child.pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  delivered_[child.point] = well;
  if (!well) {
    fail(make_error(
        ErrorCode::Internal,
        "the run with " + sandbox::describe(points_[child.point].fault) +
            " ended without a report" +
            (WIFSIGNALED(status) ? " (signal " + std::to_string(WTERMSIG(status)) + ")" : "")));
  }
}

void Branches::fail(Error error) {
  if (!error_) {
    error_ = std::move(error);
  }
}

Result<std::vector<std::string>> Branches::gather() {
  while (!error_ && !children_.empty()) {
    read_some();
  }
  if (error_) {
    return *error_;
  }
  const auto missing = std::find(delivered_.begin(), delivered_.end(), false);
  if (missing != delivered_.end()) {
    const auto point = static_cast<std::size_t>(missing - delivered_.begin());
    return make_error(ErrorCode::Internal,
                      "the plain run did not come by " + sandbox::describe(points_[point].fault));
  }
  return std::move(texts_);
}

}  // namespace cfkops::rehearse
