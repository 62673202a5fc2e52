#include "argument_checks.hpp"
#include "argument_table.hpp"

#include <CLI/CLI.hpp>

namespace cfkops::cli {

namespace {

void add_selection(CLI::App* command, Slots& slots) {
  LogsArguments& logs = slots.arguments.logs;
  command->add_option("name",
                      slots.arguments.names,
                      "Pods, or workloads as kind/name such as statefulset/kafka; all of the "
                      "namespace when left out");
  command->add_flag(
      "-A,--all-namespaces", slots.arguments.all_namespaces, "Of all namespaces, not of one alone");
  command->add_option(
      "-l,--selector", logs.selector, "Of pods with these labels, such as app=kafka");
  command->add_option("--node", logs.node, "Of pods on this node");
  command
      ->add_option("-c,--container", logs.containers, "Of containers of that name, may be repeated")
      ->allow_extra_args(false);
  command->add_flag(
      "--current-only", logs.current_only, "Not of runs before a container's current");
}

void add_window(CLI::App* command, Slots& slots) {
  LogsArguments& logs = slots.arguments.logs;
  CLI::Option* since =
      command->add_option("--since", slots.arguments.since, "Lines of the last so long, such as 2h")
          ->check(duration_error);
  command
      ->add_option(
          "--since-time", logs.since_time, "Lines since then, such as 2026-11-28T07:00:00Z")
      ->check(moment_error)
      ->excludes(since);
  command->add_option("--tail", logs.tail, "The newest so many lines of each")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));
}

void add_limits(CLI::App* command, Slots& slots) {
  LogsArguments& logs = slots.arguments.logs;
  command
      ->add_option("--max-each",
                   logs.most_each,
                   "Of a log that is longer, the newest lines are kept (200Mi)")
      ->check(size_error);
  command
      ->add_option("--max-total",
                   logs.most_in_all,
                   "Where all are more, the longest lose their oldest lines (2Gi)")
      ->check(size_error);
  command->add_option("--time-limit", logs.time_limit, "When to stop reading (30m)")
      ->check(duration_error);
  command->add_option("--streams", logs.streams, "How many logs to read at once (16)")
      ->check(CLI::Range(1, 200));
}

}  // namespace

void add_logs_command(CLI::App& app, Slots& slots) {
  LogsArguments& logs = slots.arguments.logs;
  CLI::App* command = app.add_subcommand(
      "logs", "Collect the logs of pods, without secrets, into one archive, or follow them");
  add_selection(command, slots);
  add_window(command, slots);
  CLI::Option* out =
      command->add_option("--out",
                          slots.arguments.out,
                          "Archive to write, .tar.zst or .tar.gz (logs-NAMESPACE.tar.zst)");
  CLI::Option* force =
      command->add_flag("--force", slots.arguments.force, "Replace the archive if it is there");
  CLI::Option* only = command->add_flag(
      "--logs-only", logs.logs_only, "No events, objects and state of Kafka beside them");
  add_limits(command, slots);
  command
      ->add_flag(
          "-f,--follow", logs.follow, "Write no archive: show lines as they come, in order of time")
      ->excludes(out)
      ->excludes(force)
      ->excludes(only);
  command->add_option("--verify", logs.verify, "Hold this archive against its index, and no more");
  command->add_flag("--redaction-test",
                    logs.redaction_test,
                    "Show on examples what is taken out as a secret, and no more");
}

}  // namespace cfkops::cli
