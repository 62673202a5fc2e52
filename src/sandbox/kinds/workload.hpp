#pragma once

#include "kind.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What the kinds share that make pods from a template: a status of its own subresource, a
/// generation, `spec.selector` and `spec.template`.
class WorkloadKind : public Kind {
 public:
  enum class Scaling { None, Replicas };

  WorkloadKind(KindNames names, Scaling scaling);

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override;

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool counts_generation() const override { return true; }

  /// Fills in the template, `status` and what `default_spec` names.
  void set_defaults(Value& object) const override;
  void prepare_create(Value& object) const override;
  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override;
  void validate(const Value& object, FieldErrors& errors) const override;
  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override;

 protected:
  /// The spec's defaults beside the template's.
  virtual void default_spec(Value& spec) const = 0;

  /// Fills in the members of a status that are never left out, and removes zeros of the others.
  virtual void default_status(Value& status) const = 0;

  virtual void validate_spec(const Value& object, FieldErrors& errors) const = 0;

  /// What may not change. The spec as such is checked before.
  virtual void validate_spec_change(const Value& fresh,
                                    const Value& old,
                                    FieldErrors& errors) const = 0;
  virtual void validate_status(const Value& status, FieldErrors& errors) const = 0;

 private:
  Scaling scaling_;
};

/// Checks of `spec.selector` and `spec.template`: that the selector is there, is none that selects
/// everything, and matches; that the pods start again always. `word` ("replicaset") and `kind`
/// ("ReplicaSet") go into messages.
void validate_selected_template(const Value& spec,
                                std::string_view word,
                                std::string_view kind,
                                FieldErrors& errors);

/// That none of `names` is below zero in a status.
void validate_counts(const Value& status,
                     std::initializer_list<std::string_view> names,
                     FieldErrors& errors);

/// That none of `names` is above status.replicas.
void validate_within_replicas(const Value& status,
                              std::initializer_list<std::string_view> names,
                              FieldErrors& errors);

// One kind each; the file kinds/<name>.cpp holds it.
[[nodiscard]] std::unique_ptr<Kind> stateful_set_kind();
[[nodiscard]] std::unique_ptr<Kind> deployment_kind();
[[nodiscard]] std::unique_ptr<Kind> replica_set_kind();
[[nodiscard]] std::unique_ptr<Kind> daemon_set_kind();
[[nodiscard]] std::unique_ptr<Kind> controller_revision_kind();
[[nodiscard]] std::unique_ptr<Kind> job_kind();
[[nodiscard]] std::unique_ptr<Kind> cron_job_kind();

}  // namespace cfkops::sandbox
