#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

namespace {

void default_status(Value& object) {
  Value& status = ensure_object(object, {"status"});
  for (const char* name :
       {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"}) {
    set_default(status, {name}, 0);
  }
  drop_empty(status, {"observedGeneration", "disruptedPods", "conditions"});
}

std::string share_text(const Value* share) {
  if (share == nullptr) {
    return "N/A";
  }
  return share->is_string() ? share->get<std::string>() : share->dump();
}

// As the internal type prints, which has no names for JSON.
std::string printed_spec(const Value& spec) {
  const auto printed = [&spec](std::string_view name) {
    const Value* there = find(spec, {name});
    return there == nullptr ? std::string("null") : go_json(*there);
  };
  return fmt::format(
      R"({{"MinAvailable":{},"Selector":{},"MaxUnavailable":{},"UnhealthyPodEvictionPolicy":{}}})",
      printed("minAvailable"),
      printed("selector"),
      printed("maxUnavailable"),
      printed("unhealthyPodEvictionPolicy"));
}

void check_spec(const Value& spec, FieldErrors& errors) {
  const Value* least = find(spec, {"minAvailable"});
  const Value* most = find(spec, {"maxUnavailable"});
  if (least != nullptr && most != nullptr) {
    errors.add({FieldError::Type::Invalid,
                "spec",
                "minAvailable and maxUnavailable cannot be both set",
                printed_spec(spec)});
  }
  if (least != nullptr) {
    check_share(*least, "spec.minAvailable", errors);
    check_share_limit(*least, "spec.minAvailable", errors);
  }
  if (most != nullptr) {
    check_share(*most, "spec.maxUnavailable", errors);
    check_share_limit(*most, "spec.maxUnavailable", errors);
  }
  if (const Value* selector = find(spec, {"selector"})) {
    validate_label_selector(*selector, "spec.selector", errors);
  }
  const Value* policy = find(spec, {"unhealthyPodEvictionPolicy"});
  if (policy != nullptr && *policy != "IfHealthyBudget" && *policy != "AlwaysAllow") {
    errors.not_supported(
        "spec.unhealthyPodEvictionPolicy", *policy, {"AlwaysAllow", "IfHealthyBudget"});
  }
}

class BudgetKind final : public Kind {
 public:
  BudgetKind()
      : Kind(common_names({"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"},
                          {"pdb"})) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {status_names(resource().kind)};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool counts_generation() const override { return true; }

  // A budget that was read before it changed could let too much go.
  [[nodiscard]] bool updates_unconditionally() const override { return false; }

  void set_defaults(Value& object) const override {
    ensure_object(object, {"spec"});
    default_status(object);
  }

  void prepare_create(Value& object) const override {
    Kind::prepare_create(object);
    default_status(object);
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    check_spec(object_at(object, {"spec"}), errors);
  }

  void validate_update(const Value& fresh,
                       const Value& /*old*/,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource != "status") {
      check_spec(object_at(fresh, {"spec"}), errors);
      return;
    }
    for (const char* name :
         {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"}) {
      check_nonnegative(object_at(fresh, {"status"}), name, "status", errors);
    }
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {
        name_column(),
        column("Min Available", "string", "The minimum number of pods that must be available."),
        column("Max Unavailable", "string", "The maximum number of pods that may be unavailable."),
        column("Allowed Disruptions",
               "integer",
               "Calculated number of pods that may be disrupted at this time."),
        created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            share_text(find(object, {"spec", "minAvailable"})),
            share_text(find(object, {"spec", "maxUnavailable"})),
            number_at(object, {"status", "disruptionsAllowed"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }
};

}  // namespace

void add_policy_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<BudgetKind>());
}

}  // namespace cfkops::sandbox
