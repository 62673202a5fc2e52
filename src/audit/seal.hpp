#pragma once

#include "cfkops/audit/key.hpp"
#include "cfkops/audit/record.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cfkops::audit {

/// After how many unsigned records a checkpoint is due.
inline constexpr std::uint64_t kCheckpointEvery = 32;

/// Whether a checkpoint has to follow this record, the `unsigned_records`-th since the last signed
/// one: after a start, a resume and the end of a step, and when there are many.
[[nodiscard]] bool checkpoint_due(std::string_view phase,
                                  const Json& data,
                                  std::uint64_t unsigned_records);

/// The phases whose records are signed.
[[nodiscard]] bool is_signed(std::string_view phase);

/// Puts `publicKey` and `signature` into the data of a record, an object without the member
/// "sha256". Errors: as sign_ed25519.
[[nodiscard]] Result<Json> with_signature(const Json& record, const base::SigningKey& key);

/// The fingerprint of the key that signed a record; "" where nobody did. Errors: InvalidInput where
/// the signature is not that of this record.
[[nodiscard]] Result<std::string> signer_of(const Json& record);

}  // namespace cfkops::audit
