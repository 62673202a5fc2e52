#include "admission.hpp"
#include "api/delete_options.hpp"
#include "api/evict_budget.hpp"
#include "api/handlers.hpp"
#include "api/write_options.hpp"
#include "go_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kVersion = "policy/v1";

/// What an eviction asks for.
struct Wish {
  const Kind& pods;
  const Route& route;
  const Caller& caller;
  Value options;  ///< of the delete
};

Answer<Value> read_eviction(Exchange& exchange, FieldValidation validation) {
  const Target target = built_in_target(kVersion, "Eviction");
  const std::string& body = exchange.request.body;
  StrictErrors strict;
  auto eviction = decode_body(body, exchange.header("Content-Type"), strict, target.kind);
  if (!eviction) {
    return eviction;
  }
  const bool is_old = text_at(*eviction, {"kind"}) == target.kind &&
                      text_at(*eviction, {"apiVersion"}) == "policy/v1beta1";
  if (is_old) {
    (*eviction)["apiVersion"] = kVersion;
  }
  if (auto decoded = decode_object(target, *eviction, strict, body); !decoded) {
    return refuse(std::move(decoded.error()));
  }
  const std::string_view version = is_old ? "v1beta1" : "v1";
  if (auto judged = judge_strict(strict, validation, exchange.warnings, target.kind, version);
      !judged) {
    return refuse(std::move(judged.error()));
  }
  return eviction;
}

Answer<void> check_names(const Route& route, const Value& eviction) {
  if (const std::string ns = namespace_of(eviction); !ns.empty() && ns != route.ns) {
    return refuse(
        bad_request("the namespace of the provided object does not match the namespace sent on the "
                    "request"));
  }
  if (name_of(eviction) != route.name) {
    return refuse(bad_request("name in URL does not match name in Eviction object"));
  }
  return {};
}

// A dry run may be asked for in the query, in the options or, if they agree, in both.
Answer<Value> options_of(const Value& eviction, const Query& query) {
  Value options = object_at(eviction, {"deleteOptions"});
  const Value modes = query_list(query, "dryRun");
  const Value inside = list_at(options, {"dryRun"});
  if (inside.empty() && !modes.empty()) {
    options["dryRun"] = modes;
  } else if (!modes.empty() && modes != inside) {
    Refusal refusal;
    refusal.code = 500;
    refusal.reason.clear();
    refusal.message = fmt::format("Non-matching dry-run options in request and content: {} and {}",
                                  go_plain(modes),
                                  go_plain(inside));
    return refuse(std::move(refusal));
  }
  return options;
}

bool is_past_budgets(const Value& pod) {
  const std::string phase = text_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed" || phase == "Pending" ||
         find(pod, {"metadata", "deletionTimestamp"}) != nullptr;
}

bool is_ready(const Value& pod) {
  return std::ranges::any_of(list_at(pod, {"status", "conditions"}), [](const Value& condition) {
    return text_at(condition, {"type"}) == "Ready" && text_at(condition, {"status"}) == "True";
  });
}

Answer<void> check_preconditions(const Value& options, const Value& pod) {
  const std::string uid = text_at(options, {"preconditions", "uid"});
  if (!uid.empty() && uid != uid_of(pod)) {
    return refuse(conflict("",
                           "Pod",
                           name_of(pod),
                           fmt::format("the UID in the precondition ({}) does not match the UID in "
                                       "record ({}). The object might have been deleted and then "
                                       "recreated",
                                       uid,
                                       uid_of(pod))));
  }
  const std::string version = text_at(options, {"preconditions", "resourceVersion"});
  const std::string now = text_at(pod, {"metadata", "resourceVersion"});
  if (!version.empty() && version != now) {
    return refuse(conflict("",
                           "Pod",
                           name_of(pod),
                           fmt::format("the ResourceVersion in the precondition ({}) does not "
                                       "match the ResourceVersion in record ({}). The object might "
                                       "have been modified",
                                       version,
                                       now)));
  }
  return {};
}

Value marked(Value pod, const std::string& now) {
  Value& conditions = make_at(pod, {"status", "conditions"});
  if (!conditions.is_array()) {
    conditions = Value::array();
  }
  Value target = {{"type", "DisruptionTarget"},
                  {"status", "True"},
                  {"reason", "EvictionByEvictionAPI"},
                  {"message", "Eviction API: evicting"},
                  {"lastProbeTime", nullptr},
                  {"lastTransitionTime", now}};
  const auto found = std::ranges::find_if(conditions, [](const Value& condition) {
    return text_at(condition, {"type"}) == "DisruptionTarget";
  });
  if (found == conditions.end()) {
    conditions.push_back(std::move(target));
    return pod;
  }
  if (text_at(*found, {"status"}) == "True") {
    target["lastTransitionTime"] = found->value("lastTransitionTime", Value());
  }
  *found = std::move(target);
  return pod;
}

// Says why the pod goes.
Answer<void> mark(Registry& registry, Wish& wish) {
  WriteOptions options;
  options.caller = wish.caller;
  options.subresource = "status";
  options.operation = "Apply";  // nobody becomes the manager of the condition
  const auto transform = [&](const Shared& current) -> Answer<Value> {
    if (auto checked = check_preconditions(wish.options, *current); !checked) {
      return refuse(std::move(checked.error()));
    }
    return marked(*current, registry.timestamp());
  };
  const auto written =
      registry.update(wish.pods, wish.route.ns, wish.route.name, transform, options);
  if (!written) {
    return refuse(written.error());
  }
  if (Value* version = find(wish.options, {"preconditions", "resourceVersion"})) {
    *version = text_at(*written->object, {"metadata", "resourceVersion"});
  }
  return {};
}

Answer<void> mark_and_delete(Registry& registry, Wish& wish) {
  WriteOptions options;
  options.caller = wish.caller;
  options.dry_run = is_dry_delete(wish.options);
  if (!options.dry_run) {
    if (auto done = mark(registry, wish); !done) {
      return done;
    }
  }
  const auto removed =
      registry.remove(wish.pods, wish.route.ns, wish.route.name, wish.options, options);
  if (!removed) {
    return refuse(removed.error());
  }
  return {};
}

// Asks the pod's budget, if it has one.
Answer<void> ask_budget(Registry& registry, const Wish& wish, const Value& pod) {
  const auto budgets = budgets_of(registry, pod);
  if (budgets.empty()) {
    return {};
  }
  if (budgets.size() > 1) {
    Refusal refusal;
    refusal.code = 500;
    refusal.reason.clear();
    refusal.message =
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
        "support.";
    return refuse(std::move(refusal));
  }
  const Shared& budget = budgets.front();
  if (!is_ready(pod) && spares_unready(*budget)) {
    return {};
  }
  return spend_disruption(registry, budget, name_of(pod), is_dry_delete(wish.options));
}

Answer<void> evict(Registry& registry, Wish& wish) {
  const auto pod = registry.get(wish.pods, wish.route.ns, wish.route.name);
  if (!pod) {
    return refuse(pod.error());
  }
  if (!is_past_budgets(**pod)) {
    if (auto asked = ask_budget(registry, wish, **pod); !asked) {
      return asked;
    }
  }
  return mark_and_delete(registry, wish);
}

}  // namespace

Answer<kube::Response> evict_pod(Registry& registry, Exchange& exchange) {
  if (const auto form = negotiate(exchange); !form) {
    return refuse(form.error());
  }
  const auto query = read_write_options(exchange, WriteVerb::Create);
  if (!query) {
    return refuse(query.error());
  }
  const Route& route = exchange.route;
  auto eviction = read_eviction(exchange, query->validation);
  if (!eviction) {
    return refuse(std::move(eviction.error()));
  }
  if (auto checked = check_names(route, *eviction); !checked) {
    return refuse(std::move(checked.error()));
  }
  auto options = options_of(*eviction, exchange.query);
  if (!options) {
    return refuse(std::move(options.error()));
  }
  const Admitted about{
      *route.kind, route.ns, route.name, route.subresource, exchange.caller, nullptr};
  if (auto allowed = admit(registry, about, *eviction); !allowed) {
    return refuse(std::move(allowed.error()));
  }
  Wish wish{*route.kind, route, exchange.caller, std::move(*options)};
  if (auto evicted = evict(registry, wish); !evicted) {
    return refuse(std::move(evicted.error()));
  }
  return respond(exchange,
                 201,
                 {{"apiVersion", "v1"},
                  {"kind", "Status"},
                  {"metadata", Value::object()},
                  {"status", "Success"},
                  {"code", 201}});
}

}  // namespace cfkops::sandbox
