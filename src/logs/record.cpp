#include "record.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::logs {

namespace {

using nlohmann::json;

json time_json(const std::optional<WallTime>& time) {
  return time ? json(time->time_since_epoch().count()) : json();
}

std::optional<WallTime> time_at(const Json& value, std::string_view pointer) {
  return value.has(pointer) ? std::optional<WallTime>(Duration(value.int_or(pointer, 0)))
                            : std::nullopt;
}

json shown(const std::optional<WallTime>& time) {
  return time ? json(base::format_rfc3339(*time)) : json();
}

json gaps_json(const std::vector<Gap>& gaps) {
  json list = json::array();
  for (const Gap& gap : gaps) {
    list.push_back({{"from", time_json(gap.from)}, {"to", time_json(gap.to)}, {"why", gap.why}});
  }
  return list;
}

std::vector<Gap> gaps_at(const Json& value, std::string_view pointer) {
  std::vector<Gap> gaps;
  for (const Json& gap : value.items(pointer)) {
    gaps.push_back({time_at(gap, "/from").value_or(WallTime()),
                    time_at(gap, "/to").value_or(WallTime()),
                    gap.string_or("/why", "")});
  }
  return gaps;
}

json shown_gaps(const std::vector<Gap>& gaps) {
  json list = json::array();
  for (const Gap& gap : gaps) {
    list.push_back({{"from", shown(gap.from)},
                    {"to", shown(gap.to)},
                    {"seconds", base::in_seconds(gap.to - gap.from)},
                    {"why", gap.why}});
  }
  return list;
}

json times_json(const LineTimes& times) {
  return {{"first", time_json(times.first)},
          {"last", time_json(times.last)},
          {"lines", times.lines},
          {"bytes", times.bytes},
          {"silences", gaps_json(times.silences)}};
}

LineTimes times_at(const Json& value) {
  return {.first = time_at(value, "/first"),
          .last = time_at(value, "/last"),
          .lines = static_cast<std::uint64_t>(value.int_or("/lines", 0)),
          .bytes = static_cast<std::uint64_t>(value.int_or("/bytes", 0)),
          .silences = gaps_at(value, "/silences")};
}

Complete complete_at(const std::string& word) {
  return word == "yes" ? Complete::Yes : word == "no" ? Complete::No : Complete::Unknown;
}

}  // namespace

json identity(const ContainerLog& log) {
  return {{"namespace", log.ns},
          {"pod", log.pod},
          {"uid", log.uid},
          {"node", log.node},
          {"container", log.container},
          {"kind", log.kind},
          {"previous", log.previous},
          {"restarts", log.restarts},
          {"waiting", log.waiting},
          {"started", time_json(log.started)},
          {"finished", time_json(log.finished)}};
}

ContainerLog identity_at(const Json& value) {
  return {.ns = value.string_or("/namespace", ""),
          .pod = value.string_or("/pod", ""),
          .uid = value.string_or("/uid", ""),
          .node = value.string_or("/node", ""),
          .container = value.string_or("/container", ""),
          .kind = value.string_or("/kind", ""),
          .previous = value.bool_or("/previous", false),
          .restarts = value.int_or("/restarts", 0),
          .started = time_at(value, "/started"),
          .finished = time_at(value, "/finished"),
          .waiting = value.string_or("/waiting", "")};
}

json json_of(const CollectRequest& request) {
  const Selection& selection = request.selection;
  const CollectLimits& limits = request.limits;
  return {{"namespaces", selection.namespaces},
          {"selector", selection.label_selector},
          {"node", selection.node},
          {"names", selection.names},
          {"containers", selection.containers},
          {"previous", selection.previous},
          {"since", request.since ? json(base::format_duration(*request.since)) : json()},
          {"sinceTime", shown(request.since_time)},
          {"tail", request.tail ? json(*request.tail) : json()},
          {"containerBytes", limits.container_bytes},
          {"totalBytes", limits.total_bytes},
          {"context", request.context},
          {"name", request.name}};
}

json recorded(const CollectedLog& log, const LogPart& part) {
  json value = identity(log.log);
  value["path"] = log.path;
  value["sha256"] = log.sha256;
  value["redacted"] = log.redacted;
  value["coverage"] = {{"from", time_json(log.coverage.from)},
                       {"until", time_json(log.coverage.until)},
                       {"gaps", gaps_json(log.coverage.gaps)},
                       {"limits", log.coverage.limits},
                       {"complete", to_string(log.coverage.complete)},
                       {"why", log.coverage.why}};
  value["segments"] = json::array();
  for (const Segment& segment : part.segments()) {
    value["segments"].push_back({{"part", segment.part}, {"times", times_json(segment.times)}});
  }
  value["dropped"] = times_json(part.dropped());
  return value;
}

Result<RecordedLog> read_recorded(const Json& json) {
  RecordedLog read{.log = {.log = identity_at(json),
                           .path = json.string_or("/path", ""),
                           .sha256 = json.string_or("/sha256", "")},
                   .segments = {},
                   .dropped = times_at(json.get("/dropped"))};
  CFKOPS_ASSIGN(const Json coverage, json.at("/coverage"));
  Coverage& into = read.log.coverage;
  into.from = time_at(coverage, "/from");
  into.until = time_at(coverage, "/until");
  into.gaps = gaps_at(coverage, "/gaps");
  into.complete = complete_at(coverage.string_or("/complete", ""));
  into.why = coverage.string_or("/why", "");
  for (const Json& limit : coverage.items("/limits")) {
    into.limits.push_back(limit.string_or("", ""));
  }
  for (const auto& [kind, count] : json.members("/redacted")) {
    read.log.redacted.emplace(kind, static_cast<std::uint64_t>(count.int_or("", 0)));
  }
  for (const Json& segment : json.items("/segments")) {
    CFKOPS_ASSIGN(std::string part, segment.string_at("/part"));
    read.segments.push_back({std::move(part), times_at(segment.get("/times"))});
    into.lines.add(read.segments.back().times);
  }
  return read;
}

json indexed(const CollectedLog& log) {
  json value = identity(log.log);
  value.erase("started");
  value.erase("finished");
  const Coverage& coverage = log.coverage;
  value["file"] = log.path.empty() ? json() : json(log.path);
  value["sha256"] = log.sha256.empty() ? json() : json(log.sha256);
  value["lines"] = coverage.lines.lines;
  value["bytes"] = coverage.lines.bytes;
  value["redacted"] = log.redacted;
  value["coverage"] = {{"complete", to_string(coverage.complete)},
                       {"why", coverage.why},
                       {"from", shown(coverage.from)},
                       {"until", shown(coverage.until)},
                       {"firstLine", shown(coverage.lines.first)},
                       {"lastLine", shown(coverage.lines.last)},
                       {"containerStarted", shown(log.log.started)},
                       {"containerFinished", shown(log.log.finished)},
                       {"missing", shown_gaps(coverage.gaps)},
                       {"silences", shown_gaps(coverage.lines.silences)},
                       {"limits", coverage.limits}};
  return value;
}

}  // namespace cfkops::logs
