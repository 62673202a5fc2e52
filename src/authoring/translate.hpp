#pragma once

#include "draft.hpp"
#include "shell.hpp"

#include "cfkops/runbook/action_spec.hpp"

#include <span>
#include <string>
#include <vector>

namespace cfkops::authoring {

struct KubectlLine;
class KubectlSteps;

/// What a command becomes.
struct Translation {
  enum class Kind {
    Task,     ///< a person carries it out
    Steps,    ///< typed steps
    Check,    ///< a typed check
    Covered,  ///< nothing: what was before does it as well
  };

  Kind kind = Kind::Task;
  std::vector<DraftStep> steps = {};
  DraftCheck check = {};
  std::vector<std::string> comments = {};  ///< why it is so
  std::string instead = {};  ///< of a task: the command to type in place of the written one, or ""
  bool changes = false;      ///< of a task: the command changes something
};

/// What is known where a command stands.
struct Surroundings {
  bool kafka = false;   ///< the section is about Kafka's brokers or controllers
  bool rolled = false;  ///< kafka.roll stands before it
};

/// What commands ask of the runbook as a whole.
struct Needs {
  bool target = false;                    ///< a parameter `target`
  bool roll = false;                      ///< kafka.roll is used
  std::vector<std::string> drained = {};  ///< nodes, as they are written
};

/// Turns commands into what cfkops has for them.
class Translator {
 public:
  /// Borrows both.
  Translator(std::span<const runbook::ActionSpec> specs, Blanks& blanks)
      : specs_(specs),
        blanks_(blanks) {}

  /// Notes the places to fill that a typed step uses; those of a task are for the caller.
  [[nodiscard]] Translation translate(const Command& command, const Surroundings& around);

  [[nodiscard]] const Needs& needs() const { return needs_; }

  /// The check of replication or of the quorum, on the parameter `target`.
  [[nodiscard]] DraftCheck kafka_check(const std::string& kind, const std::string& title);

  /// There is an action or check of that name.
  [[nodiscard]] bool knows(std::string_view name) const;

 private:
  [[nodiscard]] Translation kubectl(const Command& command, const Surroundings& around);
  [[nodiscard]] Translation execute(const KubectlLine& line, KubectlSteps& steps);
  [[nodiscard]] Translation kafka_tool(const std::vector<std::string>& words);
  [[nodiscard]] Translation helm(const std::vector<std::string>& words) const;

  std::span<const runbook::ActionSpec> specs_;
  Blanks& blanks_;
  Needs needs_;
};

/// "line 12: CFK-K001: a broker is taken with no look at replication; …" without the line.
[[nodiscard]] std::string finding(std::string_view code, std::string_view instead);

/// The name of a broker's or controller's pod or set, or of a resource that means them; a place to
/// fill where `kafka` says that all is about them.
[[nodiscard]] bool means_kafka(const std::string& name, bool kafka);

}  // namespace cfkops::authoring
