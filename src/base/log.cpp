#include "cfkops/base/log.hpp"

#include "cfkops/base/text.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>
#include <string>

namespace cfkops::base {
namespace {

constexpr int kOff = static_cast<int>(LogLevel::Error) + 1;
std::atomic<int> g_least{kOff};

/// Made when first used. It stands outside spdlog's registry, which would start a default logger.
spdlog::logger& logger() {
  static const auto kLogger = [] {
    auto made = std::make_unique<spdlog::logger>("cfkops",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::trace);
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *kLogger;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warning:
      return spdlog::level::warn;
    case LogLevel::Error:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

void enable_log(LogLevel least) {
  g_least.store(static_cast<int>(least));
}

void log(LogLevel level, std::string_view message) {
  if (static_cast<int>(level) < g_least.load(std::memory_order_relaxed)) {
    return;
  }
  try {
    const std::string text = printable(message);
    logger().log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
  } catch (const std::exception&) {
    return;  // standard error cannot be written: there is nowhere left to say so
  }
}

}  // namespace cfkops::base
