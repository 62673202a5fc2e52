#include "logs_report.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>

namespace cfkops::cli {

namespace {

using logs::Complete;
using nlohmann::json;

std::string time_text(WallTime time) {
  return base::format_rfc3339_seconds(time);
}

std::string missing_text(const logs::CollectedLog& log) {
  std::string text = fmt::format("  {} {}: {}\n",
                                 log.coverage.complete == Complete::No ? "incomplete" : "unknown",
                                 log.log.text(),
                                 log.coverage.why);
  for (const logs::Gap& gap : log.coverage.gaps) {
    text += fmt::format("    missing {} to {} ({}): {}\n",
                        time_text(gap.from),
                        time_text(gap.to),
                        base::human_duration(gap.to - gap.from),
                        gap.why);
  }
  return text;
}

}  // namespace

std::string size_text(std::uint64_t bytes) {
  constexpr auto kUnits = std::to_array<const char*>({"B", "kB", "MB", "GB", "TB"});
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (size >= 1000 && unit + 1 < kUnits.size()) {
    size /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", size, kUnits.at(unit));
}

std::string collection_text(const logs::Collection& collection, const std::string& archive) {
  std::string text =
      fmt::format("Collected {}, {}: {} complete, {} incomplete, {} unknown.\n",
                  base::counted(static_cast<long long>(collection.logs.size()), "log"),
                  size_text(collection.bytes),
                  collection.count(Complete::Yes),
                  collection.count(Complete::No),
                  collection.count(Complete::Unknown));
  if (collection.resumed > 0) {
    text += fmt::format("Of these {} had been read before.\n",
                        base::counted(static_cast<long long>(collection.resumed), "log"));
  }
  for (const logs::CollectedLog& log : collection.logs) {
    text += log.coverage.complete == Complete::Yes ? "" : missing_text(log);
  }
  std::vector<std::string> kinds;
  for (const auto& [kind, count] : collection.redacted()) {
    kinds.push_back(fmt::format("{} {}", kind, count));
  }
  if (!kinds.empty()) {
    text += "Taken out: " + base::join(kinds, ", ") + ".\n";
  }
  for (const std::string& problem : collection.problems) {
    text += "Not read: " + problem + "\n";
  }
  return text + fmt::format("Wrote {} ({}), SHA-256 {}.\n",
                            archive,
                            size_text(collection.archive_bytes),
                            collection.sha256);
}

json collection_json(const logs::Collection& collection, const std::string& archive) {
  json value = {{"schemaVersion", 1},
                {"archive", archive},
                {"sha256", collection.sha256},
                {"archiveBytes", collection.archive_bytes},
                {"bytes", collection.bytes},
                {"resumed", collection.resumed},
                {"complete", collection.count(Complete::Yes)},
                {"incomplete", collection.count(Complete::No)},
                {"unknown", collection.count(Complete::Unknown)},
                {"redacted", collection.redacted()},
                {"problems", collection.problems},
                {"logs", json::array()}};
  for (const logs::CollectedLog& log : collection.logs) {
    json gaps = json::array();
    for (const logs::Gap& gap : log.coverage.gaps) {
      gaps.push_back({{"from", base::format_rfc3339(gap.from)},
                      {"to", base::format_rfc3339(gap.to)},
                      {"why", gap.why}});
    }
    value["logs"].push_back({{"namespace", log.log.ns},
                             {"pod", log.log.pod},
                             {"container", log.log.container},
                             {"previous", log.log.previous},
                             {"file", log.path},
                             {"lines", log.coverage.lines.lines},
                             {"bytes", log.coverage.lines.bytes},
                             {"complete", to_string(log.coverage.complete)},
                             {"why", log.coverage.why},
                             {"missing", std::move(gaps)}});
  }
  return value;
}

std::string redaction_text(const std::vector<logs::RedactionSample>& samples) {
  std::string text;
  std::size_t good = 0;
  for (const logs::RedactionSample& sample : samples) {
    good += sample.good ? 1U : 0U;
    text += fmt::format("{} {}: {}\n",
                        sample.good ? "ok  " : "FAIL",
                        sample.kind,
                        sample.after.substr(0, sample.after.find('\n')));
  }
  return text + fmt::format("{} of {} examples are as they should be.\n", good, samples.size());
}

json redaction_json(const std::vector<logs::RedactionSample>& samples) {
  json value = {{"schemaVersion", 1}, {"samples", json::array()}};
  for (const logs::RedactionSample& sample : samples) {
    value["samples"].push_back(
        {{"kind", sample.kind}, {"after", sample.after}, {"good", sample.good}});
  }
  return value;
}

std::string verification_text(const logs::Verification& verification) {
  std::string text;
  for (const std::string& fault : verification.faults) {
    text += "  " + fault + "\n";
  }
  return text + fmt::format("{}: {}; {} complete, {} not or unknown.\n",
                            verification.faults.empty() ? "As it was written" : "Damaged",
                            base::counted(static_cast<long long>(verification.files), "file"),
                            base::counted(static_cast<long long>(verification.complete), "log"),
                            verification.incomplete);
}

json verification_json(const logs::Verification& verification) {
  return {{"schemaVersion", 1},
          {"files", verification.files},
          {"faults", verification.faults},
          {"complete", verification.complete},
          {"incomplete", verification.incomplete}};
}

std::string followed_text(const logs::FollowedLine& line, Colours colours) {
  constexpr auto kColours = std::to_array<int>({32, 33, 34, 35, 36, 92, 93, 94, 95, 96});
  const std::string from = line.pod + " " + line.container;
  const std::string time = line.time ? time_text(*line.time).substr(11, 8) + " " : "";
  const std::string text = base::printable(line.text);
  if (colours == Colours::No) {
    return fmt::format("{}{} | {}\n", time, base::printable(from), text);
  }
  const int colour = kColours.at(std::hash<std::string>()(line.pod) % kColours.size());
  return fmt::format("{}\033[{}m{} |\033[0m {}\n", time, colour, base::printable(from), text);
}

json followed_json(const logs::FollowedLine& line) {
  return {{"time", line.time ? json(base::format_rfc3339(*line.time)) : json()},
          {"namespace", line.ns},
          {"pod", line.pod},
          {"container", line.container},
          {"text", line.text}};
}

}  // namespace cfkops::cli
