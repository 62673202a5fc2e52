#pragma once

#include "cfkops/audit/record.hpp"
#include "cfkops/base/crypto.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cfkops::audit {

/// The hash that stands for "no line before".
[[nodiscard]] std::string no_hash();

/// One line with its place in the chain, before its own hash is known.
struct ChainedRecord {
  Record record;
  std::uint64_t sequence = 0;
  std::string previous;
  std::string run_id;
  std::string time;
};

/// The line as it is written, without its line end, and the hash in it.
struct RenderedLine {
  std::string text;
  std::string hash;
};

/// Signed where there is a key and the phase is one that is signed. Errors: Protocol, where the
/// data is nested more deeply than what can be read back; Internal, where it cannot be signed.
[[nodiscard]] Result<RenderedLine> render(const ChainedRecord& chained,
                                          const base::SigningKey* key = nullptr);

/// The hash that a line in canonical form should carry, given the one it does carry: over its text
/// without the member "sha256".
[[nodiscard]] std::string hash_of(std::string_view line, const std::string& carried);

[[nodiscard]] bool known_phase(std::string_view phase);

}  // namespace cfkops::audit
