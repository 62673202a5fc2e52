#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

namespace {

void check_spec(const Value& spec, FieldErrors& errors) {
  const Value* duration = find(spec, {"leaseDurationSeconds"});
  if (duration != nullptr && number_at(spec, {"leaseDurationSeconds"}) <= 0) {
    errors.invalid("spec.leaseDurationSeconds", *duration, "must be greater than 0");
  }
  check_nonnegative(spec, "leaseTransitions", "spec", errors);
  if (!text_at(spec, {"preferredHolder"}).empty() && text_at(spec, {"strategy"}).empty()) {
    errors.forbidden("spec.preferredHolder", "may only be specified if `strategy` is defined");
  }
}

class LeaseKind final : public Kind {
 public:
  LeaseKind()
      : Kind(common_names({"coordination.k8s.io", "v1", "leases", "Lease"})) {}

  [[nodiscard]] bool upserts() const override { return true; }

  [[nodiscard]] bool updates_unconditionally() const override { return false; }

  void set_defaults(Value& object) const override { ensure_object(object, {"spec"}); }

  void validate(const Value& object, FieldErrors& errors) const override {
    check_spec(object_at(object, {"spec"}), errors);
  }

  void validate_update(const Value& fresh,
                       const Value& /*old*/,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    check_spec(object_at(fresh, {"spec"}), errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Holder",
                   "string",
                   "holderIdentity contains the identity of the holder of a current lease. If "
                   "Coordinated Leader Election is used, the holder identity must be equal to the "
                   "elected LeaseCandidate.metadata.name field."),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            text_at(object, {"spec", "holderIdentity"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }
};

}  // namespace

void add_lease_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<LeaseKind>());
}

}  // namespace cfkops::sandbox
