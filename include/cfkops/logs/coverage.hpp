#pragma once

#include "cfkops/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::logs {

/// A stretch of time of which there are no lines.
struct Gap {
  WallTime from = {};
  WallTime to = {};
  std::string why = {};

  friend bool operator==(const Gap&, const Gap&) = default;
};

/// Whether a log has all lines of the time it was asked for.
enum class Complete { Yes, No, Unknown };

[[nodiscard]] std::string_view to_string(Complete complete);

/// What a stretch of a log has, told by the times of its lines.
struct LineTimes {
  std::optional<WallTime> first = {};
  std::optional<WallTime> last = {};
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::vector<Gap> silences = {};  ///< the longest, of a minute or more

  /// Notes one more line of `size` bytes with its line break, if it has a time.
  void add(std::optional<WallTime> time, std::size_t size);

  /// Goes on with what stands behind it.
  void add(const LineTimes& behind);
};

/// From when to when a collected log has a container's lines, and what is missing.
struct Coverage {
  std::optional<WallTime> from = {};   ///< what was asked: its window, or since the container began
  std::optional<WallTime> until = {};  ///< when its reading ended, or the container did
  LineTimes lines = {};                ///< what is in the archive
  std::vector<Gap> gaps = {};  ///< lines that were there, or may have been, and are not here
  std::vector<std::string> limits = {};  ///< what cut it: "tail", "container-size", …
  Complete complete = Complete::Unknown;
  std::string why = {};  ///< in a sentence, where it is not complete
};

/// The time that a kubelet puts before a line, and where the line itself begins.
struct TimedLine {
  std::optional<WallTime> time = {};
  std::string_view text = {};  ///< behind the time; all of it where there is none
};

[[nodiscard]] TimedLine split_time(std::string_view line);

/// When lines begin to be there: what tells whether older ones are gone.
struct Beginning {
  std::optional<WallTime> started = {};  ///< the container, as its status says
  std::optional<WallTime> oldest = {};   ///< of the lines that a kubelet still gives
  std::optional<WallTime> since = {};    ///< lines before that were not asked for
};

/// What there is to say of the beginning of a log: nothing where its lines are proven to be all
/// since the later of the container's start and `since`. A kubelet keeps no lines but those of the
/// newest file: what begins late was silent till then, or older files were rotated away; the pace
/// of the lines tells which is likely.
void judge_beginning(const Beginning& beginning, Coverage& coverage);

}  // namespace cfkops::logs
