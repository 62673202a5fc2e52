#include "admission.hpp"
#include "api/handlers.hpp"
#include "api/write_options.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// What a binding asks for.
struct Wish {
  const Kind& pods;
  Route route;  ///< of the pod's binding, also where it was posted to /bindings
  Value binding;
};

Answer<void> check_target(const Value& binding) {
  std::string faults;
  const std::string kind = text_at(binding, {"target", "kind"});
  if (!kind.empty() && kind != "Node") {
    faults =
        fmt::format(R"(target.kind: Unsupported value: {}: supported values: "Node", "<empty>")",
                    go_quoted(kind));
  }
  if (text_at(binding, {"target", "name"}).empty()) {
    constexpr std::string_view kNameless = "target.name: Required value";
    faults = faults.empty() ? std::string(kNameless) : fmt::format("[{}, {}]", faults, kNameless);
  }
  if (faults.empty()) {
    return {};
  }
  Refusal refusal;
  refusal.code = 500;
  refusal.reason.clear();
  refusal.message = std::move(faults);
  return refuse(std::move(refusal));
}

// Why this pod cannot be bound; "" if it can.
std::string obstacle(const Value& pod) {
  const std::string name = name_of(pod);
  if (find(pod, {"metadata", "deletionTimestamp"}) != nullptr) {
    return fmt::format("pod {} is being deleted, cannot be assigned to a host", name);
  }
  if (const std::string node = text_at(pod, {"spec", "nodeName"}); !node.empty()) {
    return fmt::format("pod {} is already assigned to node {}", name, go_quoted(node));
  }
  if (!list_at(pod, {"spec", "schedulingGates"}).empty()) {
    return fmt::format("pod {} has non-empty .spec.schedulingGates", name);
  }
  return {};
}

void take_over(const Value& binding, std::string_view member, Value& pod) {
  for (const auto& [key, value] : object_at(binding, {"metadata", member}).items()) {
    make_at(pod, {"metadata", member, key}) = value;
  }
}

void say_scheduled(Value& pod, std::string_view now) {
  Value& conditions = make_at(pod, {"status", "conditions"});
  if (!conditions.is_array()) {
    conditions = Value::array();
  }
  Value scheduled = {{"type", "PodScheduled"},
                     {"status", "True"},
                     {"lastProbeTime", nullptr},
                     {"lastTransitionTime", now}};
  for (Value& condition : conditions) {
    if (text_at(condition, {"type"}) == "PodScheduled") {
      condition = std::move(scheduled);
      return;
    }
  }
  conditions.push_back(std::move(scheduled));
}

Answer<Value> bound(const Wish& wish, const Value& current, std::string_view now) {
  const std::string uid = uid_of(wish.binding);
  if (!uid.empty() && uid != uid_of(current)) {
    return refuse(other_uid(wish.route, uid, uid_of(current)));
  }
  const std::string version = text_at(wish.binding, {"metadata", "resourceVersion"});
  if (!version.empty() && version != text_at(current, {"metadata", "resourceVersion"})) {
    return refuse(conflict("",
                           "pods",
                           wish.route.name,
                           "the object has been modified; please apply your changes to the latest "
                           "version and try again"));
  }
  if (const std::string why = obstacle(current); !why.empty()) {
    return refuse(conflict("", "pods/binding", wish.route.name, why));
  }
  Value pod = current;
  make_at(pod, {"spec", "nodeName"}) = text_at(wish.binding, {"target", "name"});
  erase_at(pod, {"status", "nominatedNodeName"});
  take_over(wish.binding, "annotations", pod);
  take_over(wish.binding, "labels", pod);
  say_scheduled(pod, now);
  return pod;
}

Answer<void> bind(Registry& registry, const Wish& wish, const WriteOptions& options) {
  const Admitted about{
      wish.pods, wish.route.ns, wish.route.name, options.subresource, options.caller, nullptr};
  Value binding = wish.binding;
  if (auto allowed = admit(registry, about, binding); !allowed) {
    return allowed;
  }
  if (auto checked = check_target(wish.binding); !checked) {
    return checked;
  }
  const auto transform = [&](const Shared& current) {
    return bound(wish, *current, registry.timestamp());
  };
  const auto written =
      registry.update(wish.pods, wish.route.ns, wish.route.name, transform, options);
  if (!written) {
    return refuse(written.error());
  }
  return {};
}

Value success() {
  return {{"apiVersion", "v1"},
          {"kind", "Status"},
          {"metadata", Value::object()},
          {"status", "Success"},
          {"code", 201}};
}

}  // namespace

Answer<kube::Response> bind_pod(Registry& registry, Exchange& exchange) {
  if (const auto form = negotiate(exchange); !form) {
    return refuse(form.error());
  }
  const auto query = read_write_options(exchange, WriteVerb::Create);
  if (!query) {
    return refuse(query.error());
  }
  auto binding = read_object(exchange, built_in_target("v1", "Binding"), query->validation);
  if (!binding) {
    return refuse(std::move(binding.error()));
  }
  const Kind* pods = registry.kinds().find("", "v1", "pods");
  if (pods == nullptr) {
    return refuse(page_not_found());
  }
  Wish wish{*pods, exchange.route, std::move(*binding)};
  wish.route.kind = pods;
  wish.route.subresource = "binding";
  if (const std::string ns = namespace_of(wish.binding); !ns.empty() && ns != wish.route.ns) {
    return refuse(
        bad_request("the namespace of the provided object does not match the namespace sent on the "
                    "request"));
  }
  if (wish.route.name.empty()) {
    wish.route.name = name_of(wish.binding);
  } else if (wish.route.name != name_of(wish.binding)) {
    return refuse(bad_request("name in URL does not match name in Binding object"));
  }
  WriteOptions options = write_options(exchange, *query);
  options.subresource = "binding";
  if (auto done = bind(registry, wish, options); !done) {
    return refuse(std::move(done.error()));
  }
  return respond(exchange, 201, success());
}

}  // namespace cfkops::sandbox
