#include "log_request.hpp"

#include "query.hpp"
#include "write_request.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace cfkops::kube {

namespace {

/// Whole seconds, rounded up: the API knows no others.
std::int64_t whole_seconds(Duration duration) {
  return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(duration).count());
}

}  // namespace

Request log_request(const std::string& ns,
                    const std::string& pod,
                    const LogWindow& options,
                    Follow follow) {
  Query query;
  query.add_if("container", options.container);
  if (follow == Follow::Yes) {
    query.add("follow", "true");
  }
  if (options.previous) {
    query.add("previous", "true");
  }
  if (options.since_time) {
    query.add("sinceTime", base::format_rfc3339(*options.since_time));
  } else if (options.since) {
    query.add("sinceSeconds", std::to_string(whole_seconds(*options.since)));
  }
  if (options.timestamps) {
    query.add("timestamps", "true");
  }
  if (options.tail_lines) {
    query.add("tailLines", std::to_string(*options.tail_lines));
  }
  if (options.limit_bytes) {
    query.add("limitBytes", std::to_string(*options.limit_bytes));
  }
  return {.target = resources::pods().path(ns, pod, "log") + query.text(),
          .headers = {{"Accept", "application/json, */*"}}};
}

std::string log_what(const std::string& ns, const std::string& pod, const LogOptions& options) {
  std::string what = describe("read the log of", resources::pods(), ns, pod);
  return options.container.empty() ? what : what + ", container " + options.container;
}

}  // namespace cfkops::kube
