#pragma once

#include "kubectl_line.hpp"
#include "translate.hpp"

namespace cfkops::authoring {

/// What a line of kubectl becomes, by its verb. One object per line.
class KubectlSteps {
 public:
  /// Borrows all.
  KubectlSteps(const KubectlLine& line,
               const Command& command,
               const Surroundings& around,
               Blanks& blanks)
      : line_(line),
        command_(command),
        around_(around),
        blanks_(blanks) {}

  [[nodiscard]] Translation read();  ///< get, describe
  [[nodiscard]] Translation wait();
  [[nodiscard]] Translation status();               ///< rollout status
  [[nodiscard]] Translation restart(Needs& needs);  ///< rollout restart
  [[nodiscard]] Translation remove(Needs& needs);   ///< delete
  [[nodiscard]] Translation scale();
  [[nodiscard]] Translation patch();
  [[nodiscard]] Translation mark(std::string_view field);  ///< annotate, label
  [[nodiscard]] Translation cordon(bool away);             ///< cordon, uncordon
  [[nodiscard]] Translation drain(Needs& needs);
  [[nodiscard]] Translation execute();  ///< exec

 private:
  /// `kind`, `name` and, where the line says one that is no place to fill, `namespace`.
  DraftArguments object_arguments(const std::string& kind, const std::string& name, bool changes);
  DraftStep step(std::string action, DraftArguments with, bool changes) const;
  Translation roll(Needs& needs, const std::string& name, std::string why);
  Translation evict(const std::string& pod);
  /// With a word of warning where it may be about Kafka.
  [[nodiscard]] Translation warned(Translation translation) const;
  void add_namespace(DraftArguments& with) const;

  const KubectlLine& line_;
  const Command& command_;
  const Surroundings& around_;
  Blanks& blanks_;
};

/// It is left to a person, for that reason.
[[nodiscard]] Translation task(std::string why, bool changes = false);

}  // namespace cfkops::authoring
