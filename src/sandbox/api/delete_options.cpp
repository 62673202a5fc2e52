#include "api/delete_options.hpp"

#include "api/list_options.hpp"
#include "api/write_options.hpp"
#include "decode.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

Answer<Value> from_query(const Query& query) {
  Value options = Value::object();
  if (query.has("gracePeriodSeconds")) {
    const auto seconds = query_number(query, "gracePeriodSeconds");
    if (!seconds) {
      return refuse(seconds.error());
    }
    options["gracePeriodSeconds"] = *seconds;
  }
  if (query.has("orphanDependents")) {
    options["orphanDependents"] = query_flag(query, "orphanDependents");
  }
  if (query.has("propagationPolicy")) {
    options["propagationPolicy"] = query.get("propagationPolicy");
  }
  if (Value modes = query_list(query, "dryRun"); !modes.empty()) {
    options["dryRun"] = std::move(modes);
  }
  for (const char* const name : {"uid", "resourceVersion"}) {
    if (std::string value = query.get(name); !value.empty()) {
      make_at(options, {"preconditions", name}) = std::move(value);
    }
  }
  return options.empty() ? Value() : options;
}

}  // namespace

Answer<Value> read_delete_options(const Exchange& exchange) {
  const std::string& body = exchange.request.body;
  auto options = body.empty() ? from_query(exchange.query)
                              : decode_delete_options(body, exchange.header("Content-Type"));
  if (!options) {
    return options;
  }
  if (auto checked = check_delete_options(*options); !checked) {
    return refuse(std::move(checked.error()));
  }
  return options;
}

Answer<void> check_delete_options(const Value& options) {
  FieldErrors errors;
  if (const Value* policy = find(options, {"propagationPolicy"})) {
    if (find(options, {"orphanDependents"}) != nullptr) {
      errors.invalid("propagationPolicy",
                     *policy,
                     "orphanDependents and deletionPropagation cannot be both set");
    }
    if (*policy != "Foreground" && *policy != "Background" && *policy != "Orphan") {
      errors.not_supported(
          "propagationPolicy", *policy, {"Foreground", "Background", "Orphan", "nil"});
    }
  }
  validate_dry_run(list_at(options, {"dryRun"}), errors);
  if (!errors.empty()) {
    return refuse(invalid("meta.k8s.io", "DeleteOptions", "", errors));
  }
  return {};
}

bool is_dry_delete(const Value& options) {
  return !list_at(options, {"dryRun"}).empty();
}

}  // namespace cfkops::sandbox
