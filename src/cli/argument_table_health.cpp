#include "argument_checks.hpp"
#include "argument_table.hpp"

#include <CLI/CLI.hpp>

namespace cfkops::cli {

void add_health_command(CLI::App& app, Slots& slots) {
  CLI::App* health = app.add_subcommand(
      "health", "Look whether a cluster and its Kafka are well; changes nothing");
  health
      ->add_option("--profile",
                   slots.arguments.profile,
                   "Which checks: sop for a quick daily look, or full (full)")
      ->check(CLI::IsMember({"sop", "full"}));
  health->add_flag("--disks",
                   slots.arguments.disks,
                   "Ask kubelets, too, how full disks are (takes the right to get nodes/proxy)");
  health->add_flag("-A,--all-namespaces",
                   slots.arguments.all_namespaces,
                   "Of all namespaces, as when none is named");
  health->add_option("--baseline",
                     slots.arguments.baseline,
                     "File of an earlier look (-o json): what it found is left out");
  health
      ->add_option("--fail-on",
                   slots.arguments.fail_on,
                   "The least severity that the exit code tells of (fail)")
      ->check(CLI::IsMember({"warning", "fail", "critical"}));
  CLI::Option* watch = health->add_flag(
      "--watch", slots.arguments.watch, "Look again and again, until Ctrl-C; as text or json");
  health
      ->add_option(
          "--every", slots.watch_every, "Of --watch: how long to wait between two looks (10s)")
      ->needs(watch)
      ->check(interval_error);
}

}  // namespace cfkops::cli
