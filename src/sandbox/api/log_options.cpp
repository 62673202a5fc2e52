#include "api/log_options.hpp"

#include "api/list_options.hpp"
#include "decode_types.hpp"
#include "timeline.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

Answer<std::optional<std::int64_t>> read_number(const Query& query, std::string_view name) {
  if (!query.has(name)) {
    return std::optional<std::int64_t>();
  }
  auto number = query_number(query, name);
  if (!number) {
    return refuse(std::move(number.error()));
  }
  return std::optional<std::int64_t>(*number);
}

Answer<std::optional<WallTime>> read_moment(const Query& query) {
  const std::string text = query.get("sinceTime");
  if (text.empty()) {
    return std::optional<WallTime>();
  }
  const auto canonical = canonical_time(text, false);
  if (!canonical) {
    return refuse(bad_request(canonical.error()));
  }
  const Result<WallTime> moment = base::parse_rfc3339(*canonical);
  if (!moment) {
    return refuse(bad_request(moment.error().message));
  }
  return std::optional<WallTime>(*moment);
}

Answer<void> check(const Exchange& exchange,
                   const LogOptions& options,
                   const std::optional<std::int64_t>& since_seconds) {
  FieldErrors errors;
  if (options.tail_lines.value_or(0) < 0) {
    errors.invalid("tailLines", *options.tail_lines, "must be greater than or equal to 0");
  }
  if (options.limit_bytes.value_or(1) < 1) {
    errors.invalid("limitBytes", *options.limit_bytes, "must be greater than 0");
  }
  if (since_seconds && exchange.query.has("sinceTime")) {
    errors.forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified");
  } else if (since_seconds.value_or(1) < 1) {
    errors.invalid("sinceSeconds", *since_seconds, "must be greater than 0");
  }
  if (!errors.empty()) {
    return refuse(invalid("", "PodLogOptions", exchange.route.name, errors));
  }
  return {};
}

}  // namespace

Answer<LogOptions> read_log_options(const Exchange& exchange, WallTime now) {
  const Query& query = exchange.query;
  const auto since_seconds = read_number(query, "sinceSeconds");
  if (!since_seconds) {
    return refuse(since_seconds.error());
  }
  const auto since_time = read_moment(query);
  if (!since_time) {
    return refuse(since_time.error());
  }
  const auto tail_lines = read_number(query, "tailLines");
  if (!tail_lines) {
    return refuse(tail_lines.error());
  }
  const auto limit_bytes = read_number(query, "limitBytes");
  if (!limit_bytes) {
    return refuse(limit_bytes.error());
  }
  LogOptions options{.tail_lines = *tail_lines, .limit_bytes = *limit_bytes, .since = *since_time};
  options.timestamps = query_flag(query, "timestamps");
  options.previous = query_flag(query, "previous");
  options.follow = query_flag(query, "follow");
  if (auto checked = check(exchange, options, *since_seconds); !checked) {
    return refuse(std::move(checked.error()));
  }
  if (*since_seconds) {
    options.since = now - bounded_seconds(**since_seconds);
  }
  return options;
}

}  // namespace cfkops::sandbox
