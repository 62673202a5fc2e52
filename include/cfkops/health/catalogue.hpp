#pragma once

#include "cfkops/health/finding.hpp"
#include "cfkops/health/snapshot.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::health {

/// Which checks are made: those that answer the five questions of a daily look, or all.
enum class Profile { Sop, Full };

/// "sop" or "full".
[[nodiscard]] std::string_view to_string(Profile profile);

/// A set of parts.
class Parts {
 public:
  constexpr Parts() = default;

  template <class... Rest>
  constexpr explicit Parts(Part first, Rest... rest)
      : bits_((bit(first) | ... | bit(rest))) {}

  [[nodiscard]] constexpr bool has(Part part) const { return (bits_ & bit(part)) != 0; }

  constexpr void add(Parts other) { bits_ |= other.bits_; }

  constexpr void add(Part part) { bits_ |= bit(part); }

 private:
  static constexpr std::uint64_t bit(Part part) {
    return std::uint64_t{1} << static_cast<unsigned>(part);
  }

  std::uint64_t bits_ = 0;
};

/// One check: a question, what it needs to be read, and a pure function that answers it.
struct Check {
  std::string_view id;        ///< "N01"; the letter is the group
  std::string_view question;  ///< "Is every node Ready?"
  Severity worst;             ///< of what it may find
  bool sop;                   ///< of the profile `sop` as well
  Parts reads;                ///< where one of them is unknown, so is the answer
  std::string_view remedy;    ///< what to do about a finding
  Judgement (*judge)(const Snapshot& snapshot);
  bool all_namespaces = false;  ///< it weighs what has no namespace against all that has one, and
                                ///< cannot be judged by one alone

  /// Where its group is explained: "docs/health.md#nodes".
  [[nodiscard]] std::string link() const;
};

/// "Nodes", "Control plane" and so on, by the letter of an id.
[[nodiscard]] std::string_view group_of(std::string_view id);

/// All checks, by id within their groups.
[[nodiscard]] std::span<const Check> catalogue();

/// Which checks are asked.
struct Selection {
  Profile profile = Profile::Full;
  bool disks = false;                  ///< of `full` those as well that ask kubelets: it takes a
                                       ///< right by which kubelets take commands, too
  std::vector<std::string> only = {};  ///< where it names some, of these one of those: by its id
                                       ///< ("T01") or by the letter of its group ("S")
};

/// How a check ended.
enum class Verdict {
  Pass,
  Found,    ///< see its findings
  Unknown,  ///< it could not be judged; never taken for Pass. What was found counts all the same
  None,     ///< there is nothing that it is about
  Known,    ///< what it finds was left out: a baseline has it
};

/// "pass", "found", "unknown", "none" or "known".
[[nodiscard]] std::string_view to_string(Verdict verdict);

/// A check with its answer.
struct Answer {
  const Check* check = nullptr;
  Verdict verdict = Verdict::Unknown;
  std::vector<Finding> found = {};
  std::vector<std::string> unknown = {};
  Duration age = {};  ///< of the oldest reading that it rests on
};

/// It is one of the selection.
[[nodiscard]] bool is_asked(const Check& check, const Selection& selection);

/// Every check that `is_asked` judged, in the order of the catalogue.
[[nodiscard]] std::vector<Answer> judge_all(const Snapshot& snapshot, const Selection& selection);

}  // namespace cfkops::health
