#pragma once

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/crypto.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::audit {

/// How far a log has come, signed: kept in a small file beside it, and replaced whenever the log
/// has been signed (docs/audit-format.md). A log that went on after an end and is cut back to that
/// end looks as it did then; its head tells that more was there.
struct Head {
  std::string run_id;
  std::uint64_t records = 0;
  std::string last_hash;    ///< of the last of them; 64 zeros where there is none
  std::string signer = {};  ///< fingerprint of the key that signed it, where it was read
};

/// The file: canonical JSON and a line break. Errors: as sign_ed25519.
[[nodiscard]] Result<std::string> to_text(const Head& head, const base::SigningKey& key);

/// Reads it. Errors: InvalidInput where any byte is not as it was written.
[[nodiscard]] Result<Head> read_head(std::string_view text);

/// Checks a log as `verify` does, and against what stands beside it: the text of its head, or
/// nothing. A log that says that it has a head is broken without one. A log that is still growing
/// must have been read after its head.
[[nodiscard]] VerifyReport verify_kept(std::string_view log,
                                       const std::optional<std::string>& head,
                                       const Trust& trust = {},
                                       std::vector<LogLine>* lines = nullptr);

}  // namespace cfkops::audit
