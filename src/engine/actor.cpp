#include "actor.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace cfkops::engine {

std::string os_user() {
  // The user database, not $USER: that is whatever somebody set it to.
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  const int failed = getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
  if (failed == 0 && found != nullptr) {
    return found->pw_name;
  }
  return std::to_string(geteuid());
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

}  // namespace cfkops::engine
