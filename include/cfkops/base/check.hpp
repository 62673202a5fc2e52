#pragma once

namespace cfkops::base {

/// Prints "this is a bug" with the place and, once `set_crash_context` was called, the run and its
/// journal; then aborts. For broken invariants only, never for what the outside world can cause.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

/// What `check_failed` tells besides the place, e.g. "run 20261123-0725-7f3a, journal …". Copied.
void set_crash_context(const char* text);

}  // namespace cfkops::base

/// Aborts with a bug report when `condition` is false, in every build type.
#define CFKOPS_CHECK(condition)                                     \
  do {                                                              \
    if (!(condition)) {                                             \
      ::cfkops::base::check_failed(#condition, __FILE__, __LINE__); \
    }                                                               \
  } while (false)
