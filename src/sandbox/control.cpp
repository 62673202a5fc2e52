#include "control.hpp"

#include "value.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kRoot = "/sandbox/";

kube::Response json_response(int status, const Value& body) {
  kube::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = body.dump(-1, ' ', false, Value::error_handler_t::replace) + "\n";
  return response;
}

kube::Response done() {
  kube::Response response;
  response.status = 204;
  return response;
}

Value error_entry(const Error& error) {
  Value entry = {{"message", error.text()}};
  if (error.pos) {
    entry["line"] = error.pos->line;
    entry["column"] = error.pos->column;
  }
  if (!error.hint.empty()) {
    entry["hint"] = error.hint;
  }
  return entry;
}

kube::Response refused(int status, const std::vector<Error>& errors) {
  Value list = Value::array();
  for (const Error& error : errors) {
    list.push_back(error_entry(error));
  }
  return json_response(status, {{"errors", std::move(list)}});
}

kube::Response refused(int status, std::string message, std::string hint) {
  return refused(status,
                 {make_error(ErrorCode::InvalidInput, std::move(message), std::move(hint))});
}

kube::Response get_kafka(Cluster& cluster, const kube::Request& /*request*/) {
  Value kafka = Value::array();
  for (const KafkaReport& report : cluster.kafka_reports()) {
    kafka.push_back(to_json(report));
  }
  return json_response(
      200, {{"time", base::format_rfc3339(cluster.clock().wall())}, {"kafka", std::move(kafka)}});
}

kube::Response reset_kafka(Cluster& cluster, const kube::Request& /*request*/) {
  cluster.reset_kafka_reports();
  return done();
}

kube::Response change_kafka(Cluster& cluster, const kube::Request& request) {
  const Value body = Value::parse(request.body, nullptr, false);
  const std::string hint =
      R"(send an object like {"catchUpBytesPerSecond": 1500000, "disksFailAtStart": false})";
  if (!body.is_object()) {
    return refused(400, "the body is no JSON object", hint);
  }
  Cluster::KafkaChange change;
  for (const auto& [key, value] : body.items()) {
    if (key == "catchUpBytesPerSecond" && value.is_number() && value.get<double>() > 0) {
      change.catch_up_bytes_per_second = value.get<double>();
    } else if (key == "disksFailAtStart" && value.is_boolean()) {
      change.disks_fail_at_start = value.get<bool>();
    } else {
      return refused(400, "'" + key + "' cannot be changed to this value", hint);
    }
  }
  cluster.change_kafka(change);
  return done();
}

kube::Response add_faults(Cluster& cluster, const kube::Request& request) {
  const auto faults = load_faults(request.body, "body");
  if (!faults) {
    return refused(400, faults.error());
  }
  cluster.inject(*faults);
  return done();
}

kube::Response end_faults(Cluster& cluster, const kube::Request& /*request*/) {
  cluster.end_faults();
  return done();
}

kube::Response get_happened(Cluster& cluster, const kube::Request& /*request*/) {
  Value list = Value::array();
  for (const Cluster::Happened& one : cluster.happened()) {
    list.push_back({{"fault", to_string(one.fault.kind)},
                    {"title", describe(one.fault)},
                    {"atSeconds", base::in_seconds(one.at)},
                    {"what", one.what}});
  }
  return json_response(200, {{"happened", std::move(list)}});
}

struct Endpoint {
  std::string_view method;
  std::string_view path;
  kube::Response (*serve)(Cluster&, const kube::Request&);
};

constexpr std::array<Endpoint, 6> kEndpoints = {{{"GET", "/sandbox/kafka", get_kafka},
                                                 {"PATCH", "/sandbox/kafka", change_kafka},
                                                 {"POST", "/sandbox/kafka/reset", reset_kafka},
                                                 {"POST", "/sandbox/faults", add_faults},
                                                 {"DELETE", "/sandbox/faults", end_faults},
                                                 {"GET", "/sandbox/happened", get_happened}}};

bool is_of_administrator(const kube::Request& request) {
  return std::ranges::none_of(request.headers, [](const kube::Header& header) {
    return base::lower(header.name) == "authorization";
  });
}

}  // namespace

bool is_control(const kube::Request& request) {
  return request.target.starts_with(kRoot);
}

kube::Response control(Cluster& cluster, const kube::Request& request) {
  if (!is_of_administrator(request)) {
    return refused(403,
                   request.target + " is for the administrator alone",
                   "send the token of the kubeconfig that the sandbox has written");
  }
  const auto* const found = std::ranges::find_if(kEndpoints, [&request](const Endpoint& one) {
    return one.method == request.method && one.path == request.target;
  });
  if (found == kEndpoints.end()) {
    std::string known;
    for (const Endpoint& one : kEndpoints) {
      known.append(known.empty() ? "" : ", ").append(one.method).append(" ").append(one.path);
    }
    return refused(
        404, "there is no " + request.method + " " + request.target, "there are " + known);
  }
  return found->serve(cluster, request);
}

}  // namespace cfkops::sandbox
