#include "cfkops/base/process_identity.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <string>
#include <vector>

namespace cfkops::base {
namespace {

/// Of /proc/PID/stat: the state is the first field behind the name, the start is the 20th.
constexpr std::size_t kState = 0;
constexpr std::size_t kStart = 19;

std::string first_line(const std::string& path) {
  const auto text = read_file(path);
  return text ? std::string(trim(*text)) : std::string();
}

/// The fields behind the program's name, which may have spaces and brackets in it.
std::vector<std::string> stat_fields(pid_t pid) {
  const std::string line = first_line("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t end = line.rfind(')');
  return end == std::string::npos ? std::vector<std::string>()
                                  : split(std::string(trim(line.substr(end + 1))), ' ');
}

/// "BOOT/NAMESPACE/": where a number means this process and no other.
std::string place() {
  std::array<char, 64> link{};
  const ssize_t size = readlink("/proc/self/ns/pid", link.data(), link.size());
  const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
  if (size <= 0 || boot.empty()) {
    return "";
  }
  std::string inode;
  for (const char c : std::string_view(link.data(), static_cast<std::size_t>(size))) {
    inode += c >= '0' && c <= '9' ? std::string(1, c) : "";
  }
  return boot + "/" + inode + "/";
}

}  // namespace

std::string process_identity(pid_t pid) {
  const std::string where = place();
  const std::vector<std::string> fields = stat_fields(pid);
  return where.empty() || fields.size() <= kStart
             ? std::string()
             : where + std::to_string(pid) + "/" + fields[kStart];
}

std::string own_process_identity() {
  return process_identity(getpid());
}

ProcessState process_state(std::string_view identity) {
  const std::string where = place();
  if (where.empty() || !identity.starts_with(where)) {
    return ProcessState::Unknown;
  }
  const std::string_view rest = identity.substr(where.size());
  const std::size_t slash = rest.find('/');
  pid_t pid = 0;
  const char* const end = rest.data() + (slash == std::string_view::npos ? 0 : slash);
  if (const auto [at, failed] = std::from_chars(rest.data(), end, pid);
      failed != std::errc() || at != end || pid <= 0) {
    return ProcessState::Unknown;
  }
  // Where /proc hides the processes of others this still knows of them.
  if (kill(pid, 0) != 0 && errno == ESRCH) {
    return ProcessState::Gone;
  }
  const std::vector<std::string> fields = stat_fields(pid);
  if (fields.size() <= kStart) {
    return ProcessState::Unknown;
  }
  if (fields[kStart] != rest.substr(slash + 1) || fields[kState] == "Z" || fields[kState] == "X") {
    return ProcessState::Gone;
  }
  return pid == getpid() ? ProcessState::Ourselves : ProcessState::Alive;
}

}  // namespace cfkops::base
