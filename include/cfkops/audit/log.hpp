#pragma once

#include "cfkops/audit/record.hpp"
#include "cfkops/base/append_file.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/crypto.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::audit {

/// Whether a record must survive a crash before the caller goes on.
enum class Durable { No, Yes };

/// Where a log stands that is to go on.
struct LogTail {
  std::string last_hash = std::string(64, '0');
  std::uint64_t records = 0;
};

/// Writes the log of one run: canonical JSON lines, each carrying the SHA-256 of the line before
/// and of itself (docs/audit-format.md). After the first failed write, and after the end record,
/// every further append fails. One thread.
class Log {
 public:
  /// `clock` must outlive the log.
  Log(std::unique_ptr<AppendFile> file, std::string run_id, const Clock& clock);

  /// Goes on with a log that was read by `reopen`, its torn last line cut off; `file` is open for
  /// appending. Where `tail` has any records, the first one now must be a `resume`.
  Log(std::unique_ptr<AppendFile> file, std::string run_id, const Clock& clock, LogTail tail);

  /// From now on the log is signed: checkpoints are written beside what is appended, and the end
  /// carries a signature itself (docs/audit-format.md).
  void sign_with(base::SigningKey key);

  /// Replaces the text of the log's head (audit/head.hpp), durably and whole or not at all.
  using HeadWriter = std::function<Status(const std::string& text)>;

  /// From now on the log, which must be signed, has a head of that file name beside it: written
  /// before the next record, and after each one that is signed; the log says so where it begins or
  /// goes on. What `write` captures must outlive the log.
  void keep_head(std::string name, HeadWriter write);

  /// Errors: Io, with what to do next; the run must then not mutate any more. Protocol, where the
  /// record's data is nested too deeply to be read back: nothing was written.
  Status append(const Record& record, Durable durable);

  /// The fingerprint of the key that it is signed with, or "".
  [[nodiscard]] const std::string& signer() const { return signer_; }

  /// The hash of the last line, or 64 zeros.
  [[nodiscard]] const std::string& last_hash() const { return last_hash_; }

  /// How many records the log has.
  [[nodiscard]] std::uint64_t records() const { return sequence_; }

 private:
  Status put(const Record& record, Durable durable);
  [[nodiscard]] Status write_head();
  Status broken(Error error);

  std::unique_ptr<AppendFile> file_;
  std::string run_id_;
  const Clock& clock_;
  std::string last_hash_ = std::string(64, '0');
  std::uint64_t sequence_ = 0;
  std::optional<base::SigningKey> key_;
  std::string signer_;
  std::string head_name_;
  HeadWriter write_head_;
  bool head_due_ = false;       ///< before the next record
  std::uint64_t unsigned_ = 0;  ///< records since the last signed one
  std::optional<Error> broken_;
  bool ended_ = false;
  bool reopened_ = false;  ///< and no `resume` was written yet
};

}  // namespace cfkops::audit
