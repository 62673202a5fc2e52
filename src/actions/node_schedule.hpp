#pragma once

#include "cfkops/engine/action.hpp"
#include "cfkops/kube/client.hpp"

#include <map>
#include <string>

namespace cfkops::actions {

/// The annotation that tells who has cordoned a node and why: {"run", "who", "reason"}.
inline constexpr const char* kCordonMark = "cfkops.dev/cordon";

/// Whether new pods may be placed on a node.
enum class Schedulable { No, Yes };

/// The node takes no new pods. Pure.
[[nodiscard]] bool is_cordoned(const kube::Object& node);

/// What a cordon by cfkops says of itself on the node, for a person: "by run … (ana@desk): a new
/// kernel"; "" where it says nothing. Where somebody else has cordoned the node since, it says that
/// the mark is an older one. Pure.
[[nodiscard]] std::string cordon_text(const kube::Object& node);

/// Whose cordon it is, also where it has no mark: then by the field manager of it. Pure.
[[nodiscard]] std::string whose_cordon(const kube::Object& node);

/// The node that a resolved `ref<Node>` means, as it is now. Errors: NotFound; Refused where
/// another one has its name now.
[[nodiscard]] Result<kube::Object> read_node(kube::Reader& reader,
                                             const engine::Arguments& arguments);

/// Why nothing is sent away from a node that takes pods, with what to do. Pure.
[[nodiscard]] Error not_cordoned(const kube::Object& node);

/// Why nothing more may be sent away from a node that was cordoned when it was read. Errors: those
/// of reading; Refused where it is another one, or takes new pods again.
[[nodiscard]] Status still_cordoned(kube::Reader& reader, const kube::Object& node);

/// What both actions have in common: the node gets that state unless it has it, with its uid and
/// version as the precondition, and gets its former state back by the undo.
class NodeSchedule : public engine::Action {
 public:
  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const final;
  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const final;
  [[nodiscard]] std::map<std::string, std::string> later(
      const runbook::ValueMap& outputs) const final;
  [[nodiscard]] engine::PlannedChange planned_undo(const Json& remembered) const final;
  [[nodiscard]] engine::Outcome undo(const engine::Context& context,
                                     kube::Client& client,
                                     const Json& remembered) const final;

 protected:
  explicit NodeSchedule(Schedulable wanted)
      : wanted_(wanted) {}

  /// What both declare alike; `changed` says what the output of that name means.
  [[nodiscard]] static runbook::ActionSpec begin_spec(std::string name,
                                                      std::string summary,
                                                      std::string changed);

  /// The merge patch that brings the state about.
  [[nodiscard]] virtual Json patch(const engine::Context& context,
                                   const engine::Arguments& arguments) const = 0;

 private:
  [[nodiscard]] Result<engine::Outcome> change(const engine::Context& context,
                                               kube::Client& client,
                                               const engine::Arguments& arguments,
                                               bool conflict) const;
  [[nodiscard]] Result<engine::Outcome> keep(const engine::Context& context,
                                             const kube::Object& node,
                                             bool conflict) const;
  [[nodiscard]] bool is_ours(const engine::Context& context, const kube::Object& node) const;
  [[nodiscard]] Status forget(const engine::Context& context, bool conflict) const;
  [[nodiscard]] bool is_so(const kube::Object& node) const;

  Schedulable wanted_;
};

}  // namespace cfkops::actions
