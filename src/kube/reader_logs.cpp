#include "log_request.hpp"

#include "cfkops/kube/log_stream.hpp"
#include "cfkops/kube/reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cfkops::kube {

Result<std::string> Reader::logs(const std::string& ns,
                                 const std::string& pod,
                                 const LogOptions& options) {
  CFKOPS_ASSIGN(
      Response response,
      exchange(log_request(ns, pod, {options, {}}, Follow::No), log_what(ns, pod, options)));
  if (options.limit_bytes) {
    const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(0, *options.limit_bytes));
    response.body.resize(std::min(response.body.size(), limit));
  }
  return std::move(response.body);
}

Status Reader::follow_logs(const std::string& ns,
                           const std::string& pod,
                           const LogOptions& options,
                           const std::function<bool(std::string_view)>& sink,
                           MonoTime deadline) {
  bool enough = false;
  const LogStream stream(
      *this, ns, pod, {options, {}}, Follow::Yes, [&enough, &sink](std::string_view bytes) {
        enough = enough || !sink(bytes);
      });
  const Result<bool> waited = loop_.run_until([&] { return enough || stream.ended(); }, deadline);
  if (!waited) {
    return Error(waited.error()).in(log_what(ns, pod, options));
  }
  return enough ? Status() : stream.outcome();
}

}  // namespace cfkops::kube
