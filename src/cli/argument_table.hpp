#pragma once

#include "arguments.hpp"

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): theirs
class App;
class Option;
}  // namespace CLI

namespace cfkops::cli {

/// What CLI11 writes into while it parses.
struct Slots {
  Arguments arguments;
  std::string token;
  std::string password;
  std::string request_timeout;
  std::string output = "text";
  std::string progress;
  std::string sandbox;
  std::string lock_lease;
  std::string valid_for;
  std::string watch_every;
  const CLI::Option* run_sandbox = nullptr;
  const CLI::Option* plan_sandbox = nullptr;
  const CLI::Option* points = nullptr;
  bool insecure = false;
  bool stdio = false;  ///< what `lsp` does anyway, and clients ask for
};

/// The group of the flags that say which cluster is meant, and as whom.
inline constexpr const char* kConnectionFlags = "Connection";

/// `health` with its flags.
void add_health_command(CLI::App& app, Slots& slots);

/// `logs` with its flags.
void add_logs_command(CLI::App& app, Slots& slots);

/// Every command and flag there is. Borrows both; the slots outlive the parsing.
void build(CLI::App& app, Slots& slots);

}  // namespace cfkops::cli
