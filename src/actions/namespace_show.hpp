#pragma once

#include "irreversible.hpp"
#include "subject.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// What there is to tell of a namespace.
struct Shown {
  std::vector<std::string> lines = {};
  runbook::ValueMap outputs = {};  ///< besides `lines`
};

/// Tells lines of a namespace, in the plan too, and changes nothing.
class NamespaceShow : public Irreversible {
 public:
  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const final {
    const std::string ns = namespace_of(context, arguments);
    CFKOPS_ASSIGN(Shown shown, show(reader, ns));
    engine::StepPlan plan;
    plan.notes = std::move(shown.lines);
    plan.permissions = permissions(ns);
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const final {
    auto shown = show(client, namespace_of(context, arguments));
    if (!shown) {
      return engine::Outcome::from(shown.error());
    }
    for (const std::string& line : shown->lines) {
      context.progress(line);
    }
    shown->outputs["lines"] = runbook::ValueList(shown->lines.begin(), shown->lines.end());
    return engine::Outcome::done(std::move(shown->outputs));
  }

 private:
  /// Errors: what kept it from looking.
  [[nodiscard]] virtual Result<Shown> show(kube::Reader& reader, const std::string& ns) const = 0;

  /// What `show` needs to be allowed.
  [[nodiscard]] virtual std::vector<kube::AccessQuestion> permissions(
      const std::string& ns) const = 0;
};

}  // namespace cfkops::actions
