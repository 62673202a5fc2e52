#include "fault_request.hpp"

#include "api/request_info.hpp"
#include "api/route.hpp"
#include "refusal.hpp"
#include "value.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// "https:kafka-1:7777" to "kafka-1".
std::string without_port(const std::string& name) {
  const std::size_t first = name.find(':');
  if (first == std::string::npos) {
    return name;
  }
  const std::size_t second = name.find(':', first + 1);
  return second == std::string::npos ? name.substr(0, first)
                                     : name.substr(first + 1, second - first - 1);
}

bool fits(const std::string& wanted, const std::string& found) {
  return wanted.empty() || wanted == found;
}

Refusal forbidden_request(const FaultRequest& request) {
  RequestInfo info;
  info.name = request.name;
  const std::string scope = request.ns.empty() ? "at the cluster scope"
                                               : fmt::format("in the namespace \"{}\"", request.ns);
  return forbidden(request.group,
                   request.plural,
                   request.name,
                   fmt::format("User \"kubernetes-admin\" cannot {} resource \"{}\" in API group "
                               "\"{}\" {}",
                               verb_of(request.method, info, false),
                               request.resource,
                               request.group,
                               scope));
}

// The words are those of the API server: of flow control, of a server that stops, of one whose etcd
// elects a leader, of a request that took too long.
Refusal refusal_of(int code, const FaultRequest& request) {
  switch (code) {
    case 401:
      return bare_refusal(401, "Unauthorized", "Unauthorized");
    case 403:
      return forbidden_request(request);
    case 409:
      return conflict(request.group,
                      request.plural,
                      request.name,
                      "the object has been modified; please apply your changes to the latest "
                      "version and try again");
    case 429: {
      Refusal refusal = bare_refusal(429, "TooManyRequests", "");
      refusal.plain = "Too many requests, please try again later.\n";
      return refusal;
    }
    case 503:
      return bare_refusal(503, "ServiceUnavailable", "apiserver is shutting down");
    case 504: {
      Refusal refusal =
          bare_refusal(504,
                       "Timeout",
                       "Timeout: request did not complete within requested timeout - context "
                       "deadline exceeded");
      refusal.details = share(Value::object());
      return refusal;
    }
    default: {
      Refusal refusal = internal_error("etcdserver: leader changed");
      refusal.code = code;
      return refusal;
    }
  }
}

}  // namespace

std::string FaultRequest::text() const {
  if (resource.empty()) {
    return method + " " + path;
  }
  std::string text = method + " " + resource;
  if (!name.empty()) {
    text += " " + (ns.empty() ? name : ns + "/" + name);
  } else if (!ns.empty()) {
    text += " in " + ns;
  }
  return text;
}

FaultRequest read_request(const kube::Request& request) {
  FaultRequest read;
  read.method = request.method;
  read.path = base::url_decode(split_target(request.target).first);
  RequestInfo info = read_path(read.path);
  if (!info.is_resource) {
    return read;
  }
  read.resource = info.subresource.empty() ? info.plural : info.plural + "/" + info.subresource;
  read.name = info.subresource == "proxy" ? without_port(info.name) : std::move(info.name);
  read.group = std::move(info.group);
  read.plural = std::move(info.plural);
  read.ns = std::move(info.ns);
  return read;
}

bool matches(const RequestMatch& match, const FaultRequest& request) {
  return fits(match.method, request.method) && fits(match.resource, request.resource) &&
         fits(match.ns, request.ns) && fits(match.name, request.name);
}

kube::Response refused_answer(int code, const FaultRequest& request) {
  const Refusal refusal = refusal_of(code, request);
  kube::Response response;
  response.status = code;
  if (refusal.plain.empty()) {
    response.headers.push_back({"Content-Type", "application/json"});
    response.body = refusal.status().dump(-1, ' ', false, Value::error_handler_t::replace) + "\n";
  } else {
    response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    response.body = refusal.plain;
  }
  if (code == 429 || code == 503) {
    response.headers.push_back({"Retry-After", "1"});
  }
  return response;
}

}  // namespace cfkops::sandbox
