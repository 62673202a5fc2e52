#include "cfkops/base/check.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace cfkops::base {
namespace {

// A fixed array and write(2) only: a failing check may stand in the middle of anything, an
// allocation included.
std::array<char, 512> g_crash_context{};

void tell(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written =
        ::write(STDERR_FILENO, text.data(), text.size());  // NOLINT(cfkops-print)
    if (written <= 0) {
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void check_failed(const char* condition, const char* file, int line) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), line).ptr;
  tell("cfkops: this is a bug: ");
  tell(condition);
  tell(" does not hold at ");
  tell(file);
  tell(":");
  tell({digits.data(), static_cast<std::size_t>(end - digits.data())});
  tell("\n");
  if (g_crash_context.front() != '\0') {
    tell("cfkops: ");
    tell(g_crash_context.data());
    tell("\n");
  }
  tell("cfkops: please report it with the lines above\n");
  std::abort();
}

void set_crash_context(const char* text) {
  const std::string_view wanted = text == nullptr ? std::string_view() : std::string_view(text);
  const std::size_t size = wanted.copy(g_crash_context.data(), g_crash_context.size() - 1);
  g_crash_context.at(size) = '\0';
}

}  // namespace cfkops::base
