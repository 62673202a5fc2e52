#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/runbook/type.hpp"
#include "cfkops/runbook/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// What repeating a step would do.
enum class Effect {
  Read,        ///< changes nothing
  Idempotent,  ///< a second time changes nothing more
  Once,        ///< must not happen twice
};

/// "read", "idempotent" or "once".
[[nodiscard]] std::string_view to_string(Effect effect);

/// An argument as its action declares it.
struct ArgumentSpec {
  std::string name;
  Type type;
  bool required = false;
  std::optional<Value> fallback = {};  ///< the default of an optional argument
  std::string help = {};
};

/// An output as its action declares it.
struct OutputSpec {
  std::string name;
  Type type;
  std::string help = {};
  std::string kind_from = {};  ///< it is a live object: the argument that says of which kind
};

/// What a step or check needs to be allowed, for `explain` and for documentation; the exact
/// requests come from its plan.
struct PermissionSpec {
  /// Where it is needed, of what has a namespace.
  enum class In { TheNamespace, AllNamespaces, NoNamespace };

  std::string verb;
  std::string resource;  ///< "pods/eviction", "statefulsets.apps"; or a path: "/version"
  In in = In::TheNamespace;
  std::string only = {};  ///< the value of an argument that asks for it, or the kind of the object
                          ///< that it refers to; "": it is always needed

  /// "pods in all namespaces", "pods/proxy (kafka)"
  [[nodiscard]] std::string text() const;
};

/// One action (`do:`) or check (`check:`), declared once: lint, explain, plan and the docs read
/// this.
struct ActionSpec {
  std::string name;  ///< "kafka.roll"
  std::string summary;
  std::vector<ArgumentSpec> arguments = {};
  std::vector<OutputSpec> outputs = {};
  Effect effect = Effect::Read;
  bool is_check = false;
  bool for_a_person = false;  ///< somebody must be there: `--yes` does not say that it is done
  bool continues = false;  ///< of `Once`: applied again after a crash it goes on from what it did
  std::string no_undo =
      {};  ///< why there is no undo; empty where there is one (or nothing to undo)
  Duration timeout = std::chrono::minutes(5);
  std::vector<PermissionSpec> permissions = {};
  std::string example = {};  ///< YAML of one step

  /// The argument of that name, or nullptr.
  [[nodiscard]] const ArgumentSpec* argument(std::string_view wanted) const;
  [[nodiscard]] Type output_type() const;  ///< an Object of the outputs
};

/// The spec of that name, or nullptr.
[[nodiscard]] const ActionSpec* find_spec(std::span<const ActionSpec> specs, std::string_view name);

}  // namespace cfkops::runbook
