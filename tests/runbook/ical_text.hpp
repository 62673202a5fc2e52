#pragma once

#include <string>
#include <vector>

namespace cfkops::test {

/// A calendar of these lines, beside its frame.
inline std::string calendar_of(const std::vector<std::string>& lines) {
  std::string text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n";
  for (const std::string& line : lines) {
    text += line + "\r\n";
  }
  return text + "END:VCALENDAR\r\n";
}

/// One event of these lines, beside its frame: it begins in line 3, its lines in line 5.
inline std::string event_of(std::vector<std::string> lines) {
  lines.insert(lines.begin(), {"BEGIN:VEVENT", "SUMMARY:Changes"});
  lines.emplace_back("END:VEVENT");
  return calendar_of(lines);
}

}  // namespace cfkops::test
