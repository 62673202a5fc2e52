#include "facts.hpp"
#include "reading.hpp"

#include "cfkops/base/text.hpp"

#include <charconv>
#include <chrono>

namespace cfkops::health {

namespace {

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// "3/4" of a pod that ought to have all.
bool lacks_ready(const std::string& ready) {
  const std::size_t slash = ready.find('/');
  return slash == std::string::npos || ready.substr(0, slash) != ready.substr(slash + 1);
}

/// "5 (3h ago)": more than none, and the last in the last day or at an unknown time.
bool restarted_lately(const std::string& restarts) {
  if (number(restarts) == 0) {
    return false;
  }
  const std::size_t open = restarts.find('(');
  const std::size_t space = restarts.find(' ', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || space == std::string::npos) {
    return true;
  }
  const auto age = read_age(std::string_view(restarts).substr(open + 1, space - open - 1));
  return !age || *age <= std::chrono::hours(24);
}

}  // namespace

std::string Columns::cell(const std::vector<std::string>& row, std::string_view column) const {
  for (std::size_t i = 0; i < table_.columns.size() && i < row.size(); ++i) {
    if (table_.columns[i].name == column) {
      return row[i];
    }
  }
  return {};
}

std::set<std::string> unwell_nodes(const kube::Table& table) {
  const Columns columns(table);
  std::set<std::string> names;
  for (const auto& row : table.rows) {
    if (columns.cell(row, "Status") != "Ready") {
      names.insert(columns.cell(row, "Name"));
    }
  }
  return names;
}

std::set<std::string> unwell_volumes(const kube::Table& table) {
  const Columns columns(table);
  std::set<std::string> names;
  for (const auto& row : table.rows) {
    const std::string status = columns.cell(row, "Status");
    if (status != "Bound" && status != "Available") {
      names.insert(columns.cell(row, "Name"));
    }
  }
  return names;
}

std::set<std::string> unwell_pods(const kube::Table& table) {
  const Columns columns(table);
  std::set<std::string> names;
  for (const auto& row : table.rows) {
    const std::string status = columns.cell(row, "Status");
    const bool ended = status == "Completed" || status == "Succeeded";
    const bool runs = status == "Running" && !lacks_ready(columns.cell(row, "Ready"));
    if ((!ended && !runs) || restarted_lately(columns.cell(row, "Restarts"))) {
      names.insert(columns.cell(row, "Name"));
    }
  }
  return names;
}

std::vector<EventLine> event_lines(const kube::Table& table) {
  const Columns columns(table);
  std::vector<EventLine> lines;
  for (const auto& row : table.rows) {
    lines.push_back({.reason = columns.cell(row, "Reason"),
                     .object = columns.cell(row, "Object"),
                     .message = columns.cell(row, "Message"),
                     .age = read_age(columns.cell(row, "Last Seen")),
                     .count = std::max<std::int64_t>(1, number(columns.cell(row, "Count")))});
  }
  return lines;
}

}  // namespace cfkops::health
