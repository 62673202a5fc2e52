#include "api/list_options.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <type_traits>
#include <utility>

namespace cfkops::sandbox {

namespace {

template <class Number>
std::string number_fault(std::string_view text, std::string_view function, Number& number) {
  std::string_view digits = text;
  if (std::is_signed_v<Number> && digits.size() > 1 && digits.front() == '+' && digits[1] != '-') {
    digits.remove_prefix(1);
  }
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  if (error == std::errc::result_out_of_range) {
    return fmt::format("strconv.{}: parsing {}: value out of range", function, go_quoted(text));
  }
  if (error != std::errc() || stopped != end) {
    return fmt::format("strconv.{}: parsing {}: invalid syntax", function, go_quoted(text));
  }
  return {};
}

void validate_watch(const ListOptions& options, FieldErrors& errors) {
  const bool not_older = options.match == "NotOlderThan";
  if (options.initial_events && !not_older) {
    errors.forbidden("resourceVersionMatch",
                     "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (options.match.empty()) {
    return;
  }
  if (!options.initial_events) {
    errors.forbidden("resourceVersionMatch",
                     "resourceVersionMatch is forbidden for watch unless sendInitialEvents is "
                     "provided");
  }
  if (!not_older) {
    errors.not_supported("resourceVersionMatch", options.match, {"NotOlderThan"});
  }
  if (!options.next.empty()) {
    errors.forbidden("resourceVersionMatch",
                     "resourceVersionMatch is forbidden when continue is provided");
  }
}

void validate_list(const ListOptions& options, FieldErrors& errors) {
  if (!options.match.empty()) {
    if (options.version.empty()) {
      errors.forbidden("resourceVersionMatch",
                       "resourceVersionMatch is forbidden unless resourceVersion is provided");
    }
    if (!options.next.empty()) {
      errors.forbidden("resourceVersionMatch",
                       "resourceVersionMatch is forbidden when continue is provided");
    }
    if (options.match != "Exact" && options.match != "NotOlderThan") {
      errors.not_supported("resourceVersionMatch", options.match, {"Exact", "NotOlderThan", ""});
    }
    if (options.match == "Exact" && options.version == "0") {
      errors.forbidden("resourceVersionMatch",
                       R"(resourceVersionMatch "exact" is forbidden for resourceVersion "0")");
    }
  }
  if (options.initial_events) {
    errors.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
  }
}

Answer<void> check_field_names(const Kind& kind, const FieldSelector& fields) {
  const std::vector<std::string> known = kind.selectable_names();
  for (const std::string& name : fields.names()) {
    if (name == "metadata.name" || name == "metadata.namespace" ||
        std::ranges::find(known, name) != known.end()) {
      continue;
    }
    if (kind.is_defined() || !known.empty()) {
      return refuse(bad_request("field label not supported: " + name));
    }
    return refuse(
        bad_request(fmt::format("{} is not a known field selector: only \"metadata.name\", "
                                "\"metadata.namespace\"",
                                go_quoted(name))));
  }
  return {};
}

Answer<void> read_numbers(const Query& query, ListOptions& options) {
  auto limit = query_number(query, "limit");
  if (!limit) {
    return refuse(std::move(limit.error()));
  }
  auto seconds = query_number(query, "timeoutSeconds");
  if (!seconds) {
    return refuse(std::move(seconds.error()));
  }
  options.limit = std::max<std::int64_t>(*limit, 0);
  options.timeout_seconds = std::max<std::int64_t>(*seconds, 0);
  return {};
}

Answer<void> read_selectors(const Query& query, ListOptions& options) {
  auto labels = LabelSelector::parse(query.get("labelSelector"));
  if (!labels) {
    return refuse(std::move(labels.error()));
  }
  auto fields = FieldSelector::parse(query.get("fieldSelector"));
  if (!fields) {
    return refuse(std::move(fields.error()));
  }
  options.labels = std::move(*labels);
  options.fields = std::move(*fields);
  return {};
}

}  // namespace

Answer<ListOptions> read_list_options(const Exchange& exchange, bool watch) {
  const Query& query = exchange.query;
  ListOptions options;
  if (auto read = read_selectors(query, options); !read) {
    return refuse(std::move(read.error()));
  }
  if (auto read = read_numbers(query, options); !read) {
    return refuse(std::move(read.error()));
  }
  options.next = query.get("continue");
  options.version = query.get("resourceVersion");
  options.match = query.get("resourceVersionMatch");
  options.bookmarks = query_flag(query, "allowWatchBookmarks");
  if (query.has("sendInitialEvents")) {
    options.initial_events = query_flag(query, "sendInitialEvents");
  }
  FieldErrors errors;
  if (watch) {
    validate_watch(options, errors);
  } else {
    validate_list(options, errors);
  }
  if (!errors.empty()) {
    return refuse(invalid("meta.k8s.io", "ListOptions", "", errors));
  }
  if (auto known = check_field_names(*exchange.route.kind, options.fields); !known) {
    return refuse(std::move(known.error()));
  }
  return options;
}

bool asks_for_watch(const Query& query) {
  return query_flag(query, "watch");
}

bool query_flag(const Query& query, std::string_view name) {
  if (!query.has(name)) {
    return false;
  }
  std::string value = query.get(name);
  std::ranges::transform(value, value.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return value != "false" && value != "0";
}

Answer<std::int64_t> query_number(const Query& query, std::string_view name) {
  std::int64_t number = 0;
  if (!query.has(name)) {
    return number;
  }
  if (const std::string fault = number_fault(query.get(name), "ParseInt", number); !fault.empty()) {
    return refuse(bad_request(fault));
  }
  return number;
}

bool selects(const ListOptions& options, const Kind& kind, const Value& object) {
  if (!options.labels.matches(object_at(object, {"metadata", "labels"}))) {
    return false;
  }
  if (options.fields.empty()) {
    return true;
  }
  std::map<std::string, std::string> fields = kind.selectable_fields(object);
  fields.insert_or_assign("metadata.name", name_of(object));
  if (kind.resource().namespaced) {
    fields.insert_or_assign("metadata.namespace", namespace_of(object));
  }
  return options.fields.matches(fields);
}

Answer<std::uint64_t> read_version(std::string_view text) {
  std::uint64_t version = 0;
  if (text.empty()) {
    return version;
  }
  const std::string fault = number_fault(text, "ParseUint", version);
  if (fault.empty()) {
    return version;
  }
  Refusal refusal;
  refusal.code = 500;
  refusal.reason = "";
  refusal.message = fmt::format("resourceVersion: Invalid value: {}: {}", go_quoted(text), fault);
  return refuse(std::move(refusal));
}

Refusal version_too_large(std::uint64_t asked, std::uint64_t current) {
  Refusal refusal;
  refusal.code = 504;
  refusal.reason = "Timeout";
  refusal.message =
      fmt::format("Timeout: Too large resource version: {}, current: {}", asked, current);
  Value cause = {{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}};
  refusal.details = share({{"causes", Value::array({std::move(cause)})}});
  refusal.retry_after = 1;
  return refusal;
}

}  // namespace cfkops::sandbox
