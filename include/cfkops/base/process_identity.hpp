#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace cfkops::base {

/// What tells a process from every other of all machines and times: "BOOT/NAMESPACE/PID/START", the
/// kernel's boot id, the inode of the process-id namespace, the id, and when it began in clock
/// ticks since the boot (proc(5)). "" where the system does not say, or there is no such process.
[[nodiscard]] std::string process_identity(pid_t pid);

/// Of this process.
[[nodiscard]] std::string own_process_identity();

/// Whether a process still lives, as far as can be told from here.
enum class ProcessState {
  Ourselves,
  Alive,
  Gone,
  Unknown  ///< of another machine, boot or namespace; or no identity
};

[[nodiscard]] ProcessState process_state(std::string_view identity);

}  // namespace cfkops::base
