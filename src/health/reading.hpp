#pragma once

#include "cfkops/health/read.hpp"
#include "cfkops/kube/table.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::health {

/// Rows of a table as checks name its columns.
class Columns {
 public:
  explicit Columns(const kube::Table& table)
      : table_(table) {}

  /// The cell of that column, or "" where the table has no such.
  [[nodiscard]] std::string cell(const std::vector<std::string>& row,
                                 std::string_view column) const;

 private:
  const kube::Table& table_;
};

/// Names of nodes that are not plainly Ready, by their table.
[[nodiscard]] std::set<std::string> unwell_nodes(const kube::Table& table);

/// Names of volumes that are neither Bound nor Available, by their table.
[[nodiscard]] std::set<std::string> unwell_volumes(const kube::Table& table);

/// Names of pods that do not simply run, or were restarted in the last day, by their table.
[[nodiscard]] std::set<std::string> unwell_pods(const kube::Table& table);

/// The warnings that a table of events has.
[[nodiscard]] std::vector<EventLine> event_lines(const kube::Table& table);

/// An object without what no check asks for: managed fields, schemas, images, and of secrets all
/// that is no certificate.
[[nodiscard]] Json slim(const Json& object);

/// What is kept of an object of that part: `slim`, and of Confluent's resources still less. Of
/// those that do not say what kind they are it is `kind`.
[[nodiscard]] Json kept(Part part, std::string_view kind, const Json& object);

/// All at once. What a server puts off that is too busy (429) is asked for again after a moment, a
/// few times.
[[nodiscard]] std::vector<Result<std::string>> ask_all(
    kube::Reader& reader, const std::vector<kube::ReadRequest>& requests, Duration timeout);

/// What Kafka's processes say, of the sets in the snapshot; with `topics` of each partition, too.
void read_kafka(kube::Reader& reader, const ReadOptions& options, bool topics, Snapshot& snapshot);

/// The topics of a table, by name.
[[nodiscard]] std::vector<TopicState> topics_of(const kafka::PartitionTable& table);

/// Which of the secrets are there that components in the snapshot name; nothing of what is in them
/// is asked for.
void read_named_secrets(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot);

/// What the pods of Connect, Schema Registry and ksqlDB in the snapshot answer.
void read_rest(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot);

/// What the kubelets say on whose nodes pods of Kafka have volumes, by the pods in the snapshot.
void read_kubelets(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot);

/// Twenty small reads, one after the other, with their times.
void time_reads(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot);

/// Of the profile `sop`: reads those objects that the tables name.
void read_details(kube::Reader& reader,
                  const ReadOptions& options,
                  const std::set<std::string>& nodes,
                  const std::set<std::string>& volumes,
                  const std::set<std::string>& pods,
                  Snapshot& snapshot);

/// The secrets that StatefulSets in the snapshot mount as Confluent mounts certificates, one by
/// one: they are of any type, and what else is secret is not asked for.
void read_mounted_secrets(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot);

/// Reads all pods, page by page.
Status read_pods(kube::Reader& reader, const ReadOptions& options, Snapshot& snapshot);

}  // namespace cfkops::health
