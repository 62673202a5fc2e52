#pragma once

#include "codec.hpp"

#include "cfkops/base/sha256.hpp"
#include "cfkops/logs/coverage.hpp"
#include "cfkops/logs/store.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace cfkops::logs {

/// A stretch of one log, compressed alone in a part of its own, so that the oldest can be dropped.
struct Segment {
  std::string part;
  LineTimes times = {};
};

/// One log on its way into the store. Of what is too much its oldest lines go.
class LogPart {
 public:
  /// `name` is what its parts are called, with a number behind. Borrows the store.
  LogPart(Store& store, Compression compression, std::string name, std::uint64_t segment_bytes)
      : store_(store),
        compression_(compression),
        name_(std::move(name)),
        segment_bytes_(segment_bytes) {}

  /// Whole lines, and their times. Errors: Io.
  Status write(std::string_view lines, const LineTimes& times);

  /// No more lines come. Errors: Io.
  Status close();

  /// Drops its oldest lines: those of its first segment. False where it has none but the open one.
  /// Errors: Io.
  Result<bool> drop_oldest();

  /// Removes all of it from the store, as if it had never been begun.
  Status discard();

  /// Goes on with one of an earlier process, closed.
  void restore(std::deque<Segment> segments, std::string sha256, LineTimes dropped);

  /// Of what is in the store, before compression.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  [[nodiscard]] LineTimes times() const;

  /// Closed ones.
  [[nodiscard]] const std::deque<Segment>& segments() const { return segments_; }

  /// Of lines that were dropped.
  [[nodiscard]] const LineTimes& dropped() const { return dropped_; }

  /// Of the lines in the store; closed. Reads them again where some were dropped. Errors: Io,
  /// Protocol where what is in the store is damaged.
  [[nodiscard]] Result<std::string> sha256() const;

  /// The same, always from the store. Errors: ditto.
  [[nodiscard]] Result<std::string> sha256_of_store() const;

  /// The line that stands in the archive in place of those that were dropped; "" where none were.
  [[nodiscard]] std::string marker() const;

 private:
  Status open_segment();

  Store& store_;
  Compression compression_;
  std::string name_;
  std::uint64_t segment_bytes_;
  std::size_t made_ = 0;
  std::deque<Segment> segments_;
  Segment open_;
  std::unique_ptr<AppendFile> file_;
  std::unique_ptr<Encoder> encoder_;
  std::uint64_t bytes_ = 0;
  LineTimes dropped_;
  base::Sha256 hash_;
  std::string known_hash_;  ///< of one that was restored
};

}  // namespace cfkops::logs
