#pragma once

#include "timeline.hpp"

#include "cfkops/base/clock.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// A log of a replica that is not in sync, or whose broker is gone.
struct ReplicaCopy {
  double end = 0;  ///< records at `at`
  MonoTime at = {};
  double rate = 0;         ///< records per second that it is sent
  bool caught_up = false;  ///< has the leader's end, and joins in a moment
  bool pausing = false;    ///< the leader's high watermark waits for it
  Duration wait = {};      ///< so long before it has caught up the high watermark waits
  Duration expand = {};    ///< from having caught up to being in sync
};

/// What acks and in-sync sets of one partition were like since the last reset.
struct PartitionAccount {
  bool acks = false;
  bool under = false;
  bool offline = false;
  MonoTime since = {};      ///< up to here it is summed up
  MonoTime gap_from = {};   ///< of the gap that is open, or was last
  MonoTime gap_until = {};  ///< of the last one that was closed
  Duration without_acks = {};
  Duration longest_gap = {};
  Duration under_min_isr = {};
  Duration offline_time = {};
};

/// What is known of a partition beside what Kafka's metadata say.
struct PartitionState {
  double end = 0;  ///< of the leader's log in records at `at`
  MonoTime at = {};
  double growth = 0;                          ///< records per second now
  std::optional<MonoTime> refused_from = {};  ///< since when producers keep what they have
  MonoTime paused_until = {};                 ///< followers do not fetch from a new leader yet
  std::map<int, ReplicaCopy> copies = {};
  PartitionAccount account = {};
};

/// What is known of a node's process beside what is told of it.
struct KafkaProcess {
  std::uint64_t incarnation = 0;  ///< of the process; what was asked for by an older one is void
  std::uint64_t session = 0;      ///< of its registration, likewise
  bool begun = false;             ///< there was a process before
  bool ready = false;
  bool votes = false;              ///< it is a voter of the quorum that is there
  bool awaits_controller = false;  ///< it has something to ask an active controller
  bool enrolled = false;           ///< the node's registration is of this process
  bool handed_over = false;        ///< its leaders have moved, in a controlled shutdown
  MonoTime heartbeats_from = {};
  MonoTime fetches_from = {};
  std::int64_t metadata_end = 0;  ///< when it was last there
  std::vector<std::string> lines = {};
  std::vector<std::string> previous_lines = {};
};

/// What all partitions together were like since the last reset.
struct ClusterAccount {
  MonoTime since = {};
  int acking = 0;
  int under = 0;
  int most_under = 0;
  int most_down = 0;
  bool gap = false;        ///< no partition had acks
  bool any_under = false;  ///< a partition was under min ISR
  MonoTime gap_from = {};
  MonoTime gap_until = {};
  Duration longest_gap = {};
  Duration under_time = {};
  std::uint64_t restarts = 0;
};

}  // namespace cfkops::sandbox
