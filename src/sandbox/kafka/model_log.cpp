#include "kafka/model.hpp"

#include "cfkops/base/clock.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

namespace {

/// A process that logs for hours loses its oldest lines, as a container's log is rotated.
constexpr std::size_t kMostLines = 2000;

/// "2026-01-01 03:00:05,123"
std::string stamp(WallTime time) {
  const std::string text = base::format_rfc3339(time);
  constexpr std::size_t kDate = 10;
  constexpr std::size_t kClock = 8;
  constexpr std::size_t kMillis = 3;
  return fmt::format("{} {},{}",
                     text.substr(0, kDate),
                     text.substr(kDate + 1, kClock),
                     text.substr(kDate + kClock + 2, kMillis));
}

}  // namespace

/// `text` names the node's id as "{}".
void KafkaModel::write(KafkaNode& node, std::string_view level, std::string_view text) {
  write_at(node, timeline_.wall(), fmt::format("{} {}", level, text));
}

void KafkaModel::write_at(KafkaNode& node, WallTime time, std::string_view text) {
  std::string line(text);
  if (const std::size_t place = line.find("{}"); place != std::string::npos) {
    line.replace(place, 2, std::to_string(node.id));
  }
  std::vector<std::string>& lines = processes_.at(node.id).lines;
  if (lines.size() >= kMostLines) {
    lines.erase(lines.begin(), lines.begin() + kMostLines / 2);
  }
  lines.push_back(fmt::format("[{}] {}", stamp(time), line));
}

}  // namespace cfkops::sandbox
