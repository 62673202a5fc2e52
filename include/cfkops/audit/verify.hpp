#pragma once

#include "cfkops/audit/log.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::audit {

/// What can be said of a log.
struct VerifyReport {
  /// What is known of it as a whole.
  enum class State {
    Intact,  ///< the chain holds and the run's end is there
    Open,    ///< the chain holds so far, but there is no end: running, killed, or cut off;
             ///< a torn last line (no line end) is named in `line`
    Broken,  ///< some line is not what was written
  };

  State state = State::Broken;
  std::uint64_t records = 0;
  std::string run_id;
  std::string last_hash;
  int line = 0;        ///< the first line that is wrong, from 1; 0 where none is
  std::string reason;  ///< what is wrong with it
};

/// Checks every byte: canonical form, sequence, chain, own hash, one run id, nothing after an end
/// but a resume.
[[nodiscard]] VerifyReport verify(std::string_view log);

/// One line as it was written.
struct LogLine {
  std::uint64_t sequence = 0;
  std::string time;
  std::string phase;
  std::string step;
  int attempt = 0;
  Json data;
};

/// The lines of a log that verifies (Intact or Open). Errors: InvalidInput with the line that does
/// not.
[[nodiscard]] Result<std::vector<LogLine>> read_log(std::string_view log);

/// A log that is to go on.
struct Reopened {
  std::vector<LogLine> lines;
  LogTail tail;
  std::string torn;               ///< the bytes after the last line end, as a crash leaves them
  std::uintmax_t good_bytes = 0;  ///< those before: what the file is to be cut to
};

/// Reads a log for going on with it. A torn last line is no record: nothing was done in its name.
/// Errors: InvalidInput with the line that does not verify.
[[nodiscard]] Result<Reopened> reopen(std::string_view log);

}  // namespace cfkops::audit
