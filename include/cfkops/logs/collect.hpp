#pragma once

#include "cfkops/logs/coverage.hpp"
#include "cfkops/logs/redactor.hpp"
#include "cfkops/logs/selection.hpp"
#include "cfkops/logs/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::logs {

/// How much at most, and how much at once.
struct CollectLimits {
  std::uint64_t container_bytes = std::uint64_t{200} << 20U;  ///< of one log; the newest stay
  std::uint64_t total_bytes = std::uint64_t{2} << 30U;  ///< of all; the longest lose their oldest
  Duration time = std::chrono::minutes(30);             ///< then no more is read
  Duration idle =
      std::chrono::seconds(60);  ///< nothing came for so long: the request is sent again
  std::size_t streams = 16;
  std::size_t streams_per_node = 4;  ///< a kubelet has other things to do
};

/// What is to be collected.
struct CollectRequest {
  Selection selection = {};
  std::optional<Duration> since = {};       ///< the last so long
  std::optional<WallTime> since_time = {};  ///< or since then
  std::optional<std::int64_t> tail = {};    ///< at most so many lines of each, the newest
  CollectLimits limits = {};
  bool context = true;                ///< events, objects and Kafka's state as well
  std::string name = "logs.tar.zst";  ///< of the archive: how it is compressed; its folder
  std::string salt = {};              ///< of redaction; "": a new one
};

/// What has become of one log.
struct CollectedLog {
  ContainerLog log = {};
  std::string path = {};  ///< in the archive, or ""
  std::string sha256 = {};
  Coverage coverage = {};
  RedactionCounts redacted = {};
};

/// A file of the archive.
struct ArchivedFile {
  std::string path = {};
  std::string sha256 = {};
  std::uint64_t bytes = 0;
};

/// An archive and what is in it.
struct Collection {
  std::vector<CollectedLog> logs = {};
  std::vector<ArchivedFile> files = {};    ///< all but SHA256SUMS
  std::vector<std::string> problems = {};  ///< what else could not be read
  std::optional<WallTime> from = {};
  WallTime until = {};
  std::string sha256 = {};  ///< of the archive
  std::uint64_t bytes = 0;  ///< of the logs, before compression
  std::uint64_t archive_bytes = 0;
  std::size_t resumed = 0;  ///< logs that an earlier process had read

  /// How many logs are so.
  [[nodiscard]] std::size_t count(Complete complete) const;
  [[nodiscard]] RedactionCounts redacted() const;
};

/// How far it is.
struct CollectProgress {
  std::size_t done = 0;
  std::size_t all = 0;
  std::uint64_t bytes = 0;
};

using CollectListener = std::function<void(const CollectProgress&)>;

/// Collects the logs of a selection into one archive: docs/logs.md. Many are read at once, over the
/// reader's transport; each is redacted and compressed as it comes, so that memory does not grow
/// with them. What cannot be read is in the result and hides nothing else.
///
/// Killed or failed, it goes on where it was when it is called again with the same store and
/// request: what has been read to its end stays. Errors: those of finding the pods; NotFound, where
/// there is no log at all; Io, where the store is full; Conflict, where the store has the parts of
/// another request; Cancelled.
[[nodiscard]] Result<Collection> collect(kube::Reader& reader,
                                         Store& store,
                                         const CollectRequest& request,
                                         const CollectListener& listener);

/// What `collect` would read: for plans.
[[nodiscard]] Result<std::vector<ContainerLog>> find_logs(kube::Reader& reader,
                                                          const CollectRequest& request);

/// What is listed beside the logs, as "deployments.apps", where a request wants context: for
/// declarations.
[[nodiscard]] std::vector<std::string> listed_beside();

/// What must be allowed for all of it, asked of discovery where that tells: for plans. Errors:
/// NotFound for a kind that there is not; those of discovery.
[[nodiscard]] Result<std::vector<kube::AccessQuestion>> needed_access(
    kube::Reader& reader, const CollectRequest& request);

/// What an archive turned out to be.
struct Verification {
  std::size_t files = 0;
  std::vector<std::string> faults = {};  ///< what is not as its index says
  std::size_t complete = 0;              ///< logs
  std::size_t incomplete = 0;            ///< ditto, unknown ones too
};

/// Reads a whole archive and holds it against its own index. Errors: those of reading; Protocol,
/// where it is none of ours or damaged.
[[nodiscard]] Result<Verification> verify_archive(const std::string& path);

}  // namespace cfkops::logs
