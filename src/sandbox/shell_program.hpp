#pragma once

#include "programs.hpp"
#include "timeline.hpp"

#include <memory>

namespace cfkops::sandbox {

/// Runs in pods whose containers are all of the image busybox with a command line that `run_shell`
/// understands; no container of several may end within a minute. A sleeping shell does not hear
/// SIGTERM: it is killed when the grace period is over. Commands that are not simulated end with
/// code 126 and say so.
[[nodiscard]] std::unique_ptr<Program> shell_program(Timeline& timeline, const Programs& programs);

}  // namespace cfkops::sandbox
