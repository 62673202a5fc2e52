#include "argument_table.hpp"

#include "argument_checks.hpp"

#include <CLI/CLI.hpp>

namespace cfkops::cli {
namespace {

void add_lock_flags(CLI::App* command, Slots& slots) {
  command
      ->add_option("--lock-lease",
                   slots.lock_lease,
                   "How long the run's locks hold without being renewed, such as 5m (60s)")
      ->check(lock_lease_error);
  command
      ->add_option("--break-lock",
                   slots.arguments.break_lock,
                   "Take a lock from the run that holds it, for this reason")
      ->type_name("REASON")
      ->check(reason_error);
}

void add_connection_flags(CLI::App& app, Slots& slots) {
  kube::ConfigOverrides& config = slots.arguments.global.config;
  const std::string group = kConnectionFlags;
  app.add_option("--kubeconfig", config.kubeconfig, "Path of the kubeconfig to use")->group(group);
  app.add_option("--context", config.context, "Name of the kubeconfig context to use")
      ->group(group);
  app.add_option("--cluster", config.cluster, "Name of the kubeconfig cluster to use")
      ->group(group);
  app.add_option("--user", config.user, "Name of the kubeconfig user to use")->group(group);
  app.add_option("-n,--namespace", config.ns, "Namespace of this request")->group(group);
  app.add_option("-s,--server", config.server, "Address and port of the API server")->group(group);
  app.add_option(
         "--tls-server-name", config.tls_server_name, "Name to expect in the server's certificate")
      ->group(group);
  app.add_flag("--insecure-skip-tls-verify",
               slots.insecure,
               "Do not check the server's certificate (unsafe)")
      ->group(group);
  app.add_option("--certificate-authority",
                 config.certificate_authority,
                 "File of the certificate authority")
      ->group(group);
  app.add_option(
         "--client-certificate", config.client_certificate, "File of the client certificate")
      ->group(group);
  app.add_option("--client-key", config.client_key, "File of the client key")->group(group);
  app.add_option("--token", slots.token, "Bearer token for the API server")->group(group);
  app.add_option("--username", config.username, "User name for basic authentication")->group(group);
  app.add_option("--password", slots.password, "Password for basic authentication")->group(group);
  app.add_option("--as", config.as, "User to impersonate")->group(group);
  app.add_option("--as-uid", config.as_uid, "Uid to impersonate")->group(group);
  app.add_option("--as-group", config.as_groups, "Group to impersonate, may be repeated")
      ->group(group)
      ->allow_extra_args(false);
  app.add_flag(
         "--disable-compression", config.disable_compression, "Do not ask for compressed answers")
      ->group(group);
  app.add_option("--request-timeout",
                 slots.request_timeout,
                 "Limit of a single request, such as 30s (0: none)")
      ->group(group)
      ->check(duration_error);
}

void add_global_flags(CLI::App& app, Slots& slots) {
  add_connection_flags(app, slots);
  app.add_option(
         "-o,--output",
         slots.output,
         "Output format: text or json; of some commands markdown, html, csv, or what CI reads")
      ->check(CLI::IsMember(
          {"text", "json", "markdown", "html", "csv", "github", "gitlab", "sarif", "junit"}))
      ->group("Output");
  app.add_option("--progress",
                 slots.progress,
                 "How progress is shown: auto, live or plain ($CFKOPS_PROGRESS, else auto)")
      ->check(CLI::IsMember({"auto", "live", "plain"}))
      ->group("Output");
  app.add_flag("-v,--verbose", slots.arguments.global.verbose, "Diagnostics on standard error")
      ->group("Output");
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& help) {
  return app.add_subcommand(name, help);
}

void add_params(CLI::App* command, Slots& slots) {
  command
      ->add_option("-p,--param",
                   slots.arguments.params,
                   "A parameter of the runbook as name=value, may be repeated")
      ->allow_extra_args(false);
}

const CLI::Option* add_sandbox(CLI::App* command, Slots& slots) {
  return command
      ->add_option("--sandbox",
                   slots.sandbox,
                   "On a simulated cluster; --sandbox=SCENARIO names one of 'sandbox scenarios'")
      ->expected(0, 1)
      ->type_name("[=SCENARIO]");
}

void add_window_flags(CLI::App* command, Slots& slots) {
  command
      ->add_option("--windows",
                   slots.arguments.windows,
                   "File of change windows (iCalendar) that must let it, may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--ignore-windows",
                   slots.arguments.ignore_windows,
                   "In an emergency: go on outside of the change windows, for this reason")
      ->check(reason_error);
}

CLI::Option* add_names(CLI::App* command,
                       Slots& slots,
                       const std::string& label,
                       const std::string& help) {
  return command->add_option(label, slots.arguments.names, help);
}

CLI::Option* add_valid_for(CLI::App* command, Slots& slots, const std::string& help) {
  return command->add_option("--valid-for", slots.valid_for, help)->check(validity_error);
}

void add_saving_flags(CLI::App* plan, Slots& slots) {
  CLI::Option* out = plan->add_option(
      "--out", slots.arguments.out, "Also save it to this file, for approve and run --plan");
  plan->add_flag("--force", slots.arguments.force, "Replace the file if it is there")->needs(out);
  add_valid_for(plan, slots, "How long the saved plan may be carried out (168h)")->needs(out);
  plan->add_flag("--detailed-exitcode",
                 slots.arguments.detailed_exit_code,
                 "Exit with 3 where something would be changed, with 0 where nothing would");
}

void add_saved_plan_flags(CLI::App* run, Slots& slots) {
  CLI::Option* plan = run->add_option(
      "--plan", slots.arguments.saved_plan, "File of a saved plan, in place of a runbook");
  plan->excludes("--dry-run");
  CLI::Option* signers =
      run->add_option("--allowed-signers",
                      slots.arguments.allowed_signers,
                      "File of the SSH keys that may approve, and whose they are")
          ->needs(plan);
  run->add_option("--require-approval",
                  slots.arguments.required_approvals,
                  "How many others must have approved the plan")
      ->check(CLI::Range(1, 100))
      ->needs(plan)
      ->needs(signers);
}

void add_approve_command(CLI::App& app, Slots& slots) {
  CLI::App* approve = add_command(app, "approve", "Sign a saved plan, so that it may be run");
  add_names(approve, slots, "plan", "File of the saved plan")->required()->expected(1);
  approve
      ->add_option("--key",
                   slots.arguments.key,
                   "File of an SSH key; a public one where ssh-agent holds the private one")
      ->required();
  add_valid_for(approve, slots, "How long the approval holds (24h)");
  approve->add_flag("-y,--yes", slots.arguments.yes, "Do not ask before signing");
}

void add_judging(CLI::App* command, Slots& slots) {
  command
      ->add_option(
          "--profile", slots.arguments.profile, "Which rules: basic, ci or production (ci)")
      ->check(CLI::IsMember({"basic", "ci", "production"}));
  command
      ->add_option("--crds",
                   slots.arguments.crds,
                   "File or folder of CustomResourceDefinitions; may be repeated ($CFKOPS_CRDS)")
      ->allow_extra_args(false);
}

void add_runbook_commands(CLI::App& app, Slots& slots) {
  CLI::App* run =
      add_command(app, "run", "Carry out a runbook: prerequisites, plan, steps, validation");
  add_names(run, slots, "runbook", "Name or file of the runbook")->expected(0, 1);
  add_params(run, slots);
  run->add_flag("-y,--yes", slots.arguments.yes, "Do not ask before the first change");
  slots.run_sandbox = add_sandbox(run, slots);
  add_lock_flags(run, slots);
  add_window_flags(run, slots);
  run->add_flag("--dry-run", slots.arguments.dry_run, "Only show what would be done, like plan");
  add_saved_plan_flags(run, slots);

  CLI::App* plan =
      add_command(app, "plan", "Show what a run would do to this cluster now; changes nothing");
  add_names(plan, slots, "runbook", "Name or file of the runbook")->required()->expected(1);
  add_params(plan, slots);
  slots.plan_sandbox = add_sandbox(plan, slots);
  add_window_flags(plan, slots);
  add_saving_flags(plan, slots);
  add_approve_command(app, slots);

  CLI::App* rbac = add_command(
      app, "rbac", "Print the smallest roles that a run would need, for an administrator to apply");
  add_names(rbac, slots, "runbook", "Name or file of the runbook")->required()->expected(1);
  add_params(rbac, slots);
  rbac->add_option("--user", slots.arguments.user, "Also print bindings to this user");

  CLI::App* lint = add_command(app, "lint", "Check runbooks without a cluster");
  add_names(lint,
            slots,
            "runbook",
            "Files, folders, names, or - for standard input; all that are found when left out");
  add_judging(lint, slots);
  lint->add_flag("--fix", slots.arguments.fix, "Write what can be mended without a person");
  lint->add_option("--docs",
                   slots.arguments.docs,
                   "Folder or address of the documentation, for links to rules in SARIF");

  CLI::App* lsp = add_command(
      app, "lsp", "Serve an editor with what lint and explain know (Language Server Protocol)");
  add_judging(lsp, slots);
  lsp->add_option(
      "--docs",
      slots.arguments.docs,
      "Folder or address of the documentation, for links to rules; found when left out");
  lsp->add_flag("--stdio", slots.stdio, "Over standard input and output, which it does anyway");

  add_command(app, "list", "List the runbooks that can be run by name");

  CLI::App* show =
      add_command(app, "show", "Show a runbook: purpose, parameters, prerequisites, steps");
  add_names(show, slots, "runbook", "Name or file of the runbook")->required()->expected(1);

  CLI::App* explain =
      add_command(app, "explain", "Explain a key of the format, an action or a check");
  add_names(explain,
            slots,
            "path",
            "Such as step, step.attempts or kafka.roll; an overview when left out")
      ->expected(0, 1);
}

/// Commands for those who write runbooks.
void add_authoring_commands(CLI::App& app, Slots& slots) {
  CLI::App* fmt = add_command(app, "fmt", "Write runbooks in the house form; changes no meaning");
  add_names(fmt,
            slots,
            "runbook",
            "Files, folders, or - for standard input; those in ./runbooks when left out");
  fmt->add_flag("--check",
                slots.arguments.check,
                "Write nothing; exit with 2 where a file is not in the house form, and name it");
  fmt->add_flag("--diff", slots.arguments.diff, "Write nothing; show what would change");

  CLI::App* made = add_command(app, "new", "Write a runbook to begin with");
  add_names(made, slots, "name", "What it is called: lower-case letters, digits and hyphens")
      ->required()
      ->expected(1);
  made->add_option(
      "--from", slots.arguments.from, "Name or file of a runbook to begin with a copy of");
  made->add_option("-f,--out",
                   slots.arguments.out,
                   "File to write, or - for standard output (runbooks/NAME.yaml where there is "
                   "that folder, else NAME.yaml)");
  made->add_flag("--force", slots.arguments.force, "Replace the file if it is there");

  add_command(app, "schema", "Print the JSON Schema of the format, for editors");
}

/// Commands that go on with a run of an earlier process.
void add_recovery_command(CLI::App& app,
                          Slots& slots,
                          const std::string& name,
                          const std::string& help) {
  CLI::App* command = add_command(app, name, help);
  add_names(command, slots, "run", "Id of the run, the beginning of one, or last")
      ->required()
      ->expected(1);
  add_params(command, slots);
  command->add_flag("-y,--yes", slots.arguments.yes, "Do not ask before the first change");
  command
      ->add_option("--take-over",
                   slots.arguments.take_over,
                   "Go on with the run of somebody else, for this reason")
      ->check(reason_error);
  if (name == "resume") {
    add_window_flags(command, slots);
  }
  add_lock_flags(command, slots);
}

void add_recovery_commands(CLI::App& app, Slots& slots) {
  add_recovery_command(
      app,
      slots,
      "resume",
      "Go on with a run that was stopped or killed, where it was; only secrets are "
      "to be given again");
  add_recovery_command(
      app, slots, "rollback", "Take back what a run did, also of one that has finished");
}

CLI::Option* add_run(CLI::App* command, Slots& slots) {
  return add_names(command, slots, "run", "Id of the run, or the path of its log")->required();
}

void add_audit_keys(CLI::App* command, Slots& slots) {
  command
      ->add_option("--key",
                   slots.arguments.audit_keys,
                   "Public key that the log must be signed with, in place of your own; may be "
                   "repeated")
      ->allow_extra_args(false);
}

void add_record_commands(CLI::App& app, Slots& slots) {
  CLI::App* runs = add_command(app, "runs", "List, show or export past runs");
  runs->require_subcommand(1);
  CLI::App* list = add_command(*runs, "list", "List the runs, newest first");
  list->add_option("--since",
                   slots.arguments.since,
                   "Begun since then: 2026-11-23, a time in RFC 3339, or 7d for the last 7 days");
  list->add_option("--runbook", slots.arguments.of_runbook, "Of the runbook of that name");
  list->add_option(
      "--result", slots.arguments.result, "That ended so, such as Succeeded, or that are open");
  list->add_option("--limit", slots.arguments.limit, "At most so many")
      ->check(CLI::Range(1, 1000000));
  add_audit_keys(list, slots);
  CLI::App* show = add_command(*runs, "show", "Show what a run did");
  add_run(show, slots)->expected(1);
  CLI::App* exported = add_command(
      *runs, "export", "Report on a run for the file: who, what, when, checks, verdict");
  add_run(exported, slots)->expected(1);
  add_audit_keys(exported, slots);

  CLI::App* audit = add_command(app, "audit", "Check audit logs");
  audit->require_subcommand(1);
  CLI::App* verify = add_command(*audit, "verify", "Prove that an audit log is as it was written");
  add_run(verify, slots);
  add_audit_keys(verify, slots);
  CLI::App* join = add_command(
      *audit, "join", "Prove from the API server's audit log that a run did what its own says");
  add_run(join, slots)->expected(1);
  join->add_option("--cluster-log",
                   slots.arguments.cluster_logs,
                   "The API server's audit log, JSON lines; once for each API server")
      ->required()
      ->allow_extra_args(false);
  add_audit_keys(join, slots);

  CLI::App* completion = add_command(app, "completion", "Print a completion script for a shell");
  add_names(completion, slots, "shell", "bash, zsh or fish")
      ->required()
      ->expected(1)
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));

  add_command(app, "version", "Print the version");
}

void add_locks_command(CLI::App& app, Slots& slots) {
  CLI::App* locks = add_command(app, "locks", "List the locks that runs hold on this cluster");
  locks->add_flag(
      "-A,--all-namespaces", slots.arguments.all_namespaces, "Of all namespaces, not of one alone");
}

void add_sandbox_commands(CLI::App& app, Slots& slots) {
  CLI::App* sandbox = add_command(app, "sandbox", "A simulated cluster, to try things on");
  sandbox->require_subcommand(1);
  CLI::App* serve = add_command(
      *sandbox, "serve", "Serve a simulated cluster on loopback, for kubectl and other programs");
  serve->add_option("--scenario",
                    slots.arguments.scenario,
                    "Name of a scenario, or a file; an empty cluster when left out");
  serve->add_option("--port", slots.arguments.port, "Port to listen on; a free one when left out");
  serve->add_option("--kubeconfig-out",
                    slots.arguments.kubeconfig_out,
                    "File to write the kubeconfig of the simulated cluster to");
  serve
      ->add_option(
          "--speed", slots.arguments.speed, "How many times as fast as real time its own runs (1)")
      ->check(CLI::Range(0.01, 1000.0));
  serve->add_option("--faults",
                    slots.arguments.faults,
                    "File that says what goes wrong from the start on (kind Faults)");
  serve->add_option("--audit-log",
                    slots.arguments.audit_log,
                    "New file to write every request to, as the API server's own audit log");
  add_command(*sandbox, "scenarios", "List the scenarios that a simulated cluster can begin with");
}

void add_rehearse_command(CLI::App& app, Slots& slots) {
  CLI::App* rehearse =
      add_command(app, "rehearse", "Run a runbook on simulated clusters, with things going wrong");
  add_names(rehearse, slots, "runbook", "Name or file of the runbook")->required()->expected(1);
  add_params(rehearse, slots);
  CLI::Option* scenario = rehearse->add_option(
      "--scenario",
      slots.arguments.scenario,
      "Name of a scenario of 'sandbox scenarios', or a file; healthy when left out");
  rehearse->add_option("--snapshot", slots.arguments.snapshot, "File of a cluster's snapshot")
      ->excludes(scenario);
  rehearse->add_option("--faults",
                       slots.arguments.faults,
                       "File that says what goes wrong, or all: every fault at every step");
  slots.points =
      rehearse
          ->add_option("--points",
                       slots.arguments.points,
                       "With --faults all: how many faults to try, each in a run of its own (200)")
          ->check(CLI::Range(1, 1000000));
  rehearse->add_option("--seed", slots.arguments.seed, "In place of the scenario's seed")
      ->check(seed_error);
}

void add_sop_commands(CLI::App& app, Slots& slots) {
  CLI::App* import =
      add_command(app, "import", "Draft runbooks from a written procedure, a Markdown file");
  add_names(import, slots, "procedure", "Markdown file, or - for standard input")
      ->required()
      ->expected(1);
  CLI::Option* folder = import->add_option("-d,--dir",
                                           slots.arguments.folder,
                                           "Folder to write NAME.yaml files to; standard output "
                                           "when left out");
  import->add_option(
      "--section", slots.arguments.section, "Only the section of that number, or with that title");
  import->add_option("--owner", slots.arguments.owner, "Who answers for the runbooks");
  import->add_flag("--force", slots.arguments.force, "Replace files that are there")->needs(folder);

  CLI::App* test = add_command(
      app, "test", "Run the tests of runbooks, on simulated clusters, in simulated time");
  add_names(test,
            slots,
            "file",
            "Files of kind RunbookTest, or folders with *.test.yaml; ./runbooks when left out");
  test->add_option("--filter", slots.arguments.filter, "Only tests whose name has this text in it");
}

void add_snapshot_command(CLI::App& app, Slots& slots) {
  CLI::App* snapshot =
      add_command(app,
                  "snapshot",
                  "Write what a rehearsal needs to know of this cluster to a file; only reads");
  snapshot->add_option("--out", slots.arguments.out, "File to write")->required();
  snapshot->add_flag("--force", slots.arguments.force, "Replace the file if it is there");
  snapshot->add_flag(
      "-A,--all-namespaces", slots.arguments.all_namespaces, "Of all namespaces, not of one alone");
}

}  // namespace

void build(CLI::App& app, Slots& slots) {
  app.name("cfkops");
  app.require_subcommand(1);
  app.fallthrough();
  app.failure_message(CLI::FailureMessage::simple);
  add_global_flags(app, slots);
  add_runbook_commands(app, slots);
  add_authoring_commands(app, slots);
  add_locks_command(app, slots);
  add_recovery_commands(app, slots);
  add_record_commands(app, slots);
  add_sandbox_commands(app, slots);
  add_rehearse_command(app, slots);
  add_sop_commands(app, slots);
  add_snapshot_command(app, slots);
  add_health_command(app, slots);
  add_logs_command(app, slots);
  app.footer("Start with: cfkops list, then cfkops plan broker-restart -n NAMESPACE");
}

}  // namespace cfkops::cli
