#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/kube/kubeconfig.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// Markdown: `rehearse`, `runs export`, `show` and `health`; Html: `health`; Csv: `runs export`
/// alone; those behind it: `lint`.
enum class Output { Text, Json, Markdown, Html, Csv, Github, Gitlab, Sarif, Junit };

/// How what goes on is shown to a person: moving where a terminal is, moving, or as lines.
enum class Progress { Auto, Live, Plain };

/// Flags that every command takes.
struct GlobalArguments {
  kube::ConfigOverrides config;
  Duration request_timeout = std::chrono::seconds(30);
  Output output = Output::Text;
  std::optional<Progress> progress;  ///< nothing: as $CFKOPS_PROGRESS says
  bool verbose = false;
};

/// What only `logs` takes.
struct LogsArguments {
  std::string selector;                 ///< of labels
  std::string node;                     ///< whose pods
  std::vector<std::string> containers;  ///< names
  std::string since_time;               ///< RFC 3339, as typed
  std::optional<std::int64_t> tail;     ///< lines
  bool current_only = false;            ///< not what ran before
  bool logs_only = false;               ///< no events, objects, Kafka
  bool follow = false;                  ///< show them as they come
  bool redaction_test = false;          ///< show what is taken out
  std::string verify;                   ///< an archive to look at, or ""
  std::string most_each = "200Mi";      ///< of one log
  std::string most_in_all = "2Gi";      ///< of all
  std::string time_limit = "30m";       ///< for reading
  std::size_t streams = 16;             ///< at once
};

/// A command line, parsed. Members that the command does not take keep their defaults.
struct Arguments {
  std::string command;  ///< "run"; "audit verify" for a nested one
  GlobalArguments global;
  std::vector<std::string> names;   ///< positional: runbooks, files, runs, paths
  std::vector<std::string> params;  ///< `--param k=v`, as typed
  bool yes = false;
  bool dry_run = false;
  std::string take_over;  ///< of `resume`, `rollback`: why somebody else goes on; "": nobody does
  std::optional<std::string> sandbox;     ///< scenario of `--sandbox`; "" for the default
  std::string scenario;                   ///< of `sandbox serve`, `rehearse`; "" for the default
  std::string port;                       ///< of `sandbox serve`, as typed
  std::string kubeconfig_out;             ///< where `sandbox serve` writes how to reach it
  double speed = 1;                       ///< of `sandbox serve`: of its time
  std::string audit_log;                  ///< of `sandbox serve`: where requests are written, or ""
  std::string snapshot;                   ///< of `rehearse`: a file, in place of a scenario
  std::string faults;                     ///< of `rehearse`: a file, "all", or "" for none; of
                                          ///< `sandbox serve` a file or ""
  std::size_t points = 200;               ///< of `rehearse --faults all`
  std::string out;                        ///< of `plan`, `snapshot`, `new`: where to write it
  bool detailed_exit_code = false;        ///< of `plan`: whether changes are pending
  std::string saved_plan;                 ///< of `run`: the file of a plan, in place of a runbook
  std::size_t required_approvals = 0;     ///< of `run --plan`
  std::string allowed_signers;            ///< of `run --plan`: a file
  std::string key;                        ///< of `approve`: the file of an SSH key
  std::optional<Duration> valid_for;      ///< of `plan`, `approve`
  std::optional<Duration> lock_lease;     ///< how long a lock holds without being renewed
  std::vector<std::string> windows;       ///< files of change windows
  std::string ignore_windows;             ///< why they do not count; "": they do
  std::string break_lock;                 ///< why a lock is taken from its holder; "": it is not
  bool force = false;                     ///< of those: that file may be there already
  bool all_namespaces = false;            ///< of `snapshot`, `locks`, `health`
  bool fix = false;                       ///< of `lint`: write what mends findings
  bool check = false;                     ///< of `fmt`: write nothing, say what would change
  bool diff = false;                      ///< of `fmt`: write nothing, show what would change
  std::string from;                       ///< of `new`: the name or file of a runbook, or ""
  std::vector<std::string> audit_keys;    ///< of `audit`, `runs`: files of public keys
  std::vector<std::string> cluster_logs;  ///< of `audit join`: files
  std::string since;                      ///< of `runs list` and `logs`, as typed
  std::string of_runbook;                 ///< of `runs list`: a name, or ""
  std::string result;                     ///< of `runs list`: as the log has it, or ""
  std::size_t limit = 0;                  ///< of `runs list`; 0: none
  std::string user;                       ///< of `rbac`: whom to bind the roles to, or ""
  std::optional<std::uint64_t> seed;      ///< of `rehearse`, in place of the scenario's
  std::string profile = "ci";             ///< of `lint`, `lsp`: which rules; of `health`: checks
  std::string baseline;                   ///< of `health`: the file of an earlier look, or ""
  std::string fail_on = "fail";           ///< of `health`: a severity
  bool watch = false;                     ///< of `health`: again and again
  Duration watch_every = std::chrono::seconds(10);  ///< of that: what lies between two looks
  bool disks = false;             ///< of `health`: ask kubelets how full disks are
  std::string folder;             ///< of `import`: where drafts are written, or ""
  std::string section;            ///< of `import`: number or title of one, or ""
  std::string owner;              ///< of `import`: who answers for the drafts, or ""
  std::string filter;             ///< of `test`: a part of the names of those to run, or ""
  std::vector<std::string> crds;  ///< of `lint`, `lsp`: files and folders of definitions
  LogsArguments logs;
  std::string docs;  ///< of `lsp` and `lint`: a folder or a URI, or ""
};

/// What `--output` may be for that command.
[[nodiscard]] std::vector<std::string> output_forms(std::string_view command);

/// What parsing came to: arguments to act on, or text to print and the code to exit with (help, a
/// mistake).
struct ParsedArguments {
  std::optional<Arguments> arguments;
  std::string out;
  std::string err;
  int exit_code = 0;
};

[[nodiscard]] ParsedArguments parse_arguments(std::span<const std::string> words);

/// What the word after some others is.
struct TypedPlace {
  std::vector<std::string> path;  ///< the commands and arguments before it
  std::string flag;  ///< where it is a flag's value: that flag, in its long form; else ""
};

/// For completion, and to say what a mistake was. `words` are whole: bash cuts them at `=`.
[[nodiscard]] TypedPlace place_after(std::span<const std::string> words);

/// For completion: the names of the commands below `path` (empty: the top), and the long flags of
/// that command.
[[nodiscard]] std::vector<std::string> command_names(std::span<const std::string> path);
[[nodiscard]] std::vector<std::string> flag_names(std::span<const std::string> path);

}  // namespace cfkops::cli
