#pragma once

#include "object_write.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// The objects of a file, and what there is of them.
struct ManifestLook {
  std::vector<WantedObject> wanted;
  std::vector<JudgedObject> judged;  ///< as many
};

/// What an action finds out about what it is to apply.
struct ManifestVerdict {
  std::vector<std::string> notes;
  std::vector<std::string> disruption;
  std::vector<std::string> refused;  ///< why nothing may be touched; empty: it may
  std::string override_parameter;    ///< that permits it all the same, or ""
  std::vector<kube::AccessQuestion> permissions;
  runbook::ValueMap outputs;
};

/// Applies a file of manifests of some kinds: looks at all of it before anything is touched, and
/// can take it back. What is there and not in the file stays.
class ManifestAction : public engine::Action {
 public:
  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const final;
  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const final;
  [[nodiscard]] engine::PlannedChange planned_undo(const Json& remembered) const final;
  [[nodiscard]] engine::Outcome undo(const engine::Context& context,
                                     kube::Client& client,
                                     const Json& remembered) const final;

 protected:
  /// The arguments and outputs that all of them have.
  [[nodiscard]] static std::vector<runbook::ArgumentSpec> common_arguments();
  [[nodiscard]] static std::vector<runbook::OutputSpec> common_outputs();

 private:
  /// The kinds that it is for, as in messages and manifests.
  [[nodiscard]] virtual std::vector<std::string> kinds() const = 0;

  /// What applying it comes to. Errors: what kept it from finding out.
  [[nodiscard]] virtual Result<ManifestVerdict> examine(const engine::Context& context,
                                                        kube::Reader& reader,
                                                        const engine::Arguments& arguments,
                                                        const ManifestLook& look) const = 0;

  [[nodiscard]] Result<ManifestLook> look_at(const engine::Context& context,
                                             kube::Reader& reader,
                                             const engine::Arguments& arguments) const;
  [[nodiscard]] Result<engine::Outcome> apply_all(const engine::Context& context,
                                                  kube::Client& client,
                                                  const engine::Arguments& arguments) const;
};

}  // namespace cfkops::actions
