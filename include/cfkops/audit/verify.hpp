#pragma once

#include "cfkops/audit/log.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::audit {

/// What can be said of a log.
struct VerifyReport {
  /// What is known of it as a whole.
  enum class State {
    Intact,  ///< the chain and the signatures hold and the run's end is there
    Open,    ///< the chain holds so far, but there is no end: running, killed, or cut off;
             ///< a torn last line (no line end) is named in `line`
    Broken,  ///< some line is not what was written
  };

  State state = State::Broken;
  std::uint64_t records = 0;
  std::string run_id;
  std::string last_hash;
  int line = 0;                      ///< the first line that is wrong, from 1; 0 where none is
  std::string reason;                ///< what is wrong with it
  std::uint64_t signed_records = 0;  ///< all up to this one are vouched for by a signature
  std::vector<std::string> signers;  ///< fingerprints of their keys, in the order of first use
  std::string last_signer;           ///< who made the last signature, which covers all before it
  std::string head_signer;           ///< of `verify_kept`: who signed the head, or ""
};

/// Whose signatures count.
struct Trust {
  bool required = false;  ///< signatures must stand where they are due, by one of these keys
  std::vector<std::string> fingerprints;  ///< as `fingerprint` gives them
  bool by_anybody = false;                ///< by any key: the caller looks at who signed

  /// Whether what that key signed counts.
  [[nodiscard]] bool accepts(const std::string& signer) const;
};

/// One line as it was written.
struct LogLine {
  std::string run;
  std::uint64_t sequence = 0;
  std::string time;
  std::string phase;
  std::string step;
  int attempt = 0;
  Json data;
  std::string sha256 = {};  ///< of this record
};

/// Checks every byte: canonical form, sequence, chain, own hash, one run id, nothing after an end
/// but a resume. Signatures are checked wherever there are any; once a log has one, checkpoints
/// must stand wherever they are due. `lines` is given those that are right, up to the first wrong
/// one.
[[nodiscard]] VerifyReport verify(std::string_view log,
                                  const Trust& trust = {},
                                  std::vector<LogLine>* lines = nullptr);

/// What is wrong with a log that is Broken, and where. InvalidInput.
[[nodiscard]] Error broken_log(const VerifyReport& report);

/// The lines of a log that verifies (Intact or Open), whatever its head says. Errors: InvalidInput
/// with the line that does not.
[[nodiscard]] Result<std::vector<LogLine>> read_log(std::string_view log);

/// A log that is to go on.
struct Reopened {
  std::vector<LogLine> lines;
  LogTail tail;
  VerifyReport report;            ///< of its whole lines
  std::string torn;               ///< the bytes after the last line end, as a crash leaves them
  std::uintmax_t good_bytes = 0;  ///< those before: what the file is to be cut to
};

/// Reads a log for going on with it, and its head where it has one (`verify_kept`). A torn last
/// line is no record: nothing was done in its name. Errors: InvalidInput with the line that does
/// not verify.
[[nodiscard]] Result<Reopened> reopen(std::string_view log,
                                      const Trust& trust = {},
                                      const std::optional<std::string>& head = std::nullopt);

}  // namespace cfkops::audit
