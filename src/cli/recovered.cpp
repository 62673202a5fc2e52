#include "recovered.hpp"

#include "commands.hpp"
#include "conduct.hpp"
#include "exit_code.hpp"
#include "kept_world.hpp"
#include "knowledge.hpp"
#include "library.hpp"
#include "line_diff.hpp"
#include "request.hpp"
#include "run_store.hpp"
#include "simulated.hpp"
#include "windows.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/audit_key.hpp"
#include "cfkops/engine/saved_plan.hpp"
#include "cfkops/runbook/lint.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestLog = std::size_t{1} << 30U;
constexpr std::size_t kMostLines = 20;

/// Puts the torn bytes into the next free file beside the log.
Status keep_torn(const fs::path& folder, const std::string& torn) {
  std::error_code ignored;
  int number = 1;
  while (fs::exists(folder / ("journal.torn-" + std::to_string(number)), ignored)) {
    ++number;
  }
  return base::write_private_file(folder / ("journal.torn-" + std::to_string(number)), torn);
}

/// Whose log it is. The last signature and that of the head cover all that stands before them.
Status signed_by_us(const audit::VerifyReport& log, bool taken_over) {
  if (log.signers.empty()) {
    // It is the start alone: whatever follows it unsigned is a broken log.
    return make_error(ErrorCode::InvalidInput,
                      "the log of run " + log.run_id + " is not signed",
                      "nothing was done yet: begin a new run");
  }
  const std::string own = engine::own_fingerprint();
  const std::string& head = log.head_signer.empty() ? log.last_signer : log.head_signer;
  if (taken_over || (log.last_signer == own && head == own)) {
    return {};
  }
  const std::string mine = own.empty() ? "you have no key yet" : "your key is " + own;
  return make_error(
      ErrorCode::Refused,
      "the log of run " + log.run_id + " is signed by " +
          (log.last_signer == own ? head : log.last_signer) + "; " + mine,
      "where the run is somebody else's, or yours from another machine, make sure whose key that "
      "is (cfkops audit verify " +
          log.run_id + " --key THEIRS.pub), then add --take-over REASON");
}

/// What is typed now counts before what was typed then.
void merge(kube::ConfigOverrides& config, const kube::ConfigOverrides& given) {
  constexpr std::array kTexts = {&kube::ConfigOverrides::kubeconfig,
                                 &kube::ConfigOverrides::context,
                                 &kube::ConfigOverrides::cluster,
                                 &kube::ConfigOverrides::user,
                                 &kube::ConfigOverrides::ns,
                                 &kube::ConfigOverrides::server,
                                 &kube::ConfigOverrides::tls_server_name,
                                 &kube::ConfigOverrides::certificate_authority,
                                 &kube::ConfigOverrides::client_certificate,
                                 &kube::ConfigOverrides::client_key,
                                 &kube::ConfigOverrides::username,
                                 &kube::ConfigOverrides::as,
                                 &kube::ConfigOverrides::as_uid};
  for (const auto text : kTexts) {
    if (!(given.*text).empty()) {
      config.*text = given.*text;
    }
  }
  config.token = given.token;
  config.password = given.password;
  if (given.insecure_skip_tls_verify) {
    config.insecure_skip_tls_verify = given.insecure_skip_tls_verify;
  }
}

/// The runbook as the run began with it.
Result<std::string> runbook_text(const TakenRun& taken) {
  const fs::path copy = taken.folder / kRunbookFile;
  auto text = base::read_file(copy);
  if (!text) {
    return std::move(text).error().with_hint(
        "the run's folder has no copy of its runbook; it cannot be gone on with");
  }
  return *std::move(text);
}

/// Of a copy of it, or of what it includes.
Error not_the_runbook(const TakenRun& taken) {
  return make_error(
      ErrorCode::Refused,
      (taken.folder / kRunbookFile).string() + " is not the runbook that the run began with");
}

/// What that includes, as the run began with it.
Result<std::vector<runbook::IncludedCopy>> included_copies(const TakenRun& taken) {
  const fs::path copy = taken.folder / kIncludedFile;
  std::error_code ignored;
  if (!fs::exists(copy, ignored)) {
    return std::vector<runbook::IncludedCopy>();
  }
  CFKOPS_ASSIGN(const std::string text, base::read_file(copy));
  CFKOPS_ASSIGN(const Json list, Json::parse(text));
  return runbook::copies_from(list);
}

/// The plan that the run carries out; nothing where it is no saved one. Errors: Refused where it is
/// not the one that it began with; what keeps it from being read.
Result<std::optional<engine::SavedPlan>> saved_plan(const TakenRun& taken) {
  if (taken.run.saved_plan.empty()) {
    return std::optional<engine::SavedPlan>();
  }
  const fs::path copy = taken.folder / kPlanFile;
  const auto text = base::read_file(copy);
  if (!text) {
    return make_error(text.error().code,
                      "the run's folder has no copy of its plan, so that what has changed since "
                      "cannot be told: " +
                          text.error().text(),
                      "take the run back with: cfkops rollback " + taken.run_id);
  }
  auto plan = engine::read_saved_plan(*text);
  if (!plan || plan->sha256 != taken.run.saved_plan) {
    return make_error(ErrorCode::Refused,
                      copy.string() + " is not the plan that the run began with");
  }
  return std::optional(*std::move(plan));
}

/// Of a text, at most twenty.
std::vector<std::string> first_lines(std::string_view text) {
  std::vector<std::string> lines = base::split(base::trim(text), '\n');
  if (lines.size() > kMostLines) {
    const std::size_t more = lines.size() - kMostLines;
    lines.resize(kMostLines);
    lines.push_back("and " + std::to_string(more) + " more");
  }
  return lines;
}

/// That a file is still what it was. Errors: Refused with the difference.
Status unchanged(const TakenRun& taken,
                 const std::string& file,
                 const std::string& before,
                 const std::string& now) {
  if (now == before) {
    return {};
  }
  Error error = make_error(
      ErrorCode::Refused,
      file + " has changed since the run began",
      "put it back as it was, or take the run back with: cfkops rollback " + taken.run_id);
  for (std::string& line : first_lines(unified_diff(before, now, "as the run began", "now"))) {
    error.causes.push_back({.reason = {}, .field = {}, .message = std::move(line)});
  }
  return error;
}

/// The file of an included runbook is still what it was, or gone.
Status unchanged(const TakenRun& taken, const runbook::IncludedCopy& copy) {
  const auto now = base::read_file(copy.file);
  return !now ? Status() : unchanged(taken, copy.file, copy.text, *now);
}

/// That the runbook is still what it was. Where it is gone, nobody has changed it. Errors: Refused
/// with the difference.
Status unchanged(const TakenRun& taken,
                 const std::string& text,
                 const std::vector<runbook::IncludedCopy>& copies) {
  if (!taken.run.saved_plan.empty()) {
    return {};  // the plan has its own copy, which is what was approved
  }
  for (const runbook::IncludedCopy& copy : copies) {
    CFKOPS_TRY(unchanged(taken, copy));
  }
  auto now = base::read_file(taken.run.runbook_file);
  if (!now) {
    const auto found =
        find_runbook(taken.run.runbook_word.empty() ? taken.run.runbook : taken.run.runbook_word);
    if (!found || found->place.path != taken.run.runbook_file) {
      return {};
    }
    now = found->text;
  }
  return unchanged(taken, taken.run.runbook_file, text, *now);
}

int refuse(const AppEnvironment& environment, const Error& error) {
  show_error(environment.terminal, error);
  return error.code == ErrorCode::Refused ? kRefused
                                          : exit_code(error, environment.cancel.signal_number());
}

int take_up_there(const Arguments& arguments,
                  const AppEnvironment& environment,
                  bool same_runbook,
                  TakenRun& taken,
                  const Act& act) {
  const auto text = runbook_text(taken);
  if (!text) {
    return refuse(environment, text.error());
  }
  const auto copies = included_copies(taken);
  if (!copies) {
    return refuse(environment, copies.error());
  }
  if (copies->empty() && base::sha256_hex(*text) != taken.run.runbook_sha256) {
    return refuse(environment, not_the_runbook(taken));
  }
  if (same_runbook) {
    if (const Status same = unchanged(taken, *text, *copies); !same) {
      return refuse(environment, same.error());
    }
  }
  const runbook::LintReport report =
      runbook::lint(*text, taken.run.runbook_file, knowledge(*copies));
  if (report.runbook && report.runbook->sha256 != taken.run.runbook_sha256) {
    return refuse(environment, not_the_runbook(taken));
  }
  if (report.has_errors() || !report.runbook) {
    return refuse(
        environment,
        make_error(ErrorCode::Refused,
                   "this version of cfkops cannot use the runbook that the run began "
                   "with",
                   "go on with the version that began it: see cfkops runs show " + taken.run_id));
  }
  auto request = make_request(arguments, *report.runbook, environment.clock);
  if (!request) {
    return fail(environment, request.error());
  }
  const Result<std::optional<engine::SavedPlan>> plan =
      same_runbook ? saved_plan(taken) : std::optional<engine::SavedPlan>();
  if (!plan) {
    return refuse(environment, plan.error());
  }
  request->saved = plan->has_value() ? &**plan : nullptr;
  if (same_runbook) {  // nothing keeps a run from being taken back
    if (const Status set = set_windows(arguments, *request); !set) {
      return fail(environment, set.error());
    }
  }
  request->run_id = taken.run_id;
  request->life = taken.run.lives + 1;
  request->take_over = arguments.take_over;
  request->signed_before = taken.signers;
  return conduct(
      arguments,
      environment,
      {.request = *std::move(request),
       .log = std::move(taken.log),
       .folder = taken.folder,
       .tail = taken.tail,
       .act = [&taken, &act](const engine::RunRequest& what, const engine::RunEnvironment& with) {
         return act(what, taken.run, with);
       }});
}

/// The words of a command line that `shell_word` wrote.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool begun = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\'') {
      quoted = !quoted;
      begun = true;
    } else if (c == '\\' && !quoted && i + 1 < line.size()) {
      word += line[++i];
    } else if (c == ' ' && !quoted) {
      if (begun) {
        words.push_back(std::exchange(word, {}));
      }
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (begun) {
    words.push_back(word);
  }
  return words;
}

}  // namespace

Result<TakenRun> take_run(const std::string& word, bool taken_over) {
  CFKOPS_ASSIGN(const fs::path path, find_log(word));
  TakenRun taken;
  taken.folder = path.parent_path();
  auto log = base::open_append_file(path);
  if (!log) {
    return std::move(log).error().in("take up run '" + word + "'");
  }
  taken.log = *std::move(log);
  CFKOPS_ASSIGN(const std::string text, base::read_file(path, kLongestLog));
  CFKOPS_ASSIGN(const auto head, read_head_of(path));
  const audit::Trust anybody{.required = true, .fingerprints = {}, .by_anybody = true};
  auto reopened = audit::reopen(text, anybody, head);
  if (!reopened) {
    Error error = std::move(reopened).error();
    error.code = ErrorCode::Refused;
    return std::move(error).with_hint(
        "nobody can tell what was done; look at the cluster, and at what stands before that with: "
        "cfkops runs export " +
        word);
  }
  CFKOPS_ASSIGN(taken.run, engine::recover(reopened->lines));
  CFKOPS_TRY(signed_by_us(reopened->report, taken_over));
  taken.run_id = reopened->report.run_id;
  taken.signers = reopened->report.signers;
  taken.last_time = reopened->lines.back().time;
  taken.tail = std::move(reopened->tail);
  if (!reopened->torn.empty()) {
    CFKOPS_TRY(keep_torn(taken.folder, reopened->torn));
    CFKOPS_TRY(base::cut_file(path, reopened->good_bytes));
  }
  return taken;
}

Result<Arguments> arguments_of(const TakenRun& taken, const Arguments& given) {
  std::vector<std::string> words = words_of(taken.run.command_line);
  words.insert(words.begin(), "run");
  ParsedArguments parsed = parse_arguments(words);
  if (!parsed.arguments) {
    return make_error(ErrorCode::InvalidInput,
                      "the command line that began the run is not understood: " +
                          taken.run.command_line + ": " + std::string(base::trim(parsed.err)));
  }
  Arguments all = *std::move(parsed.arguments);
  kube::ConfigOverrides config = all.global.config;
  merge(config, given.global.config);
  all.global = given.global;
  all.global.config = std::move(config);
  all.global.config.ns = taken.run.ns;
  std::map<std::string, std::string> params = taken.run.params;
  std::erase_if(params, [](const auto& param) { return param.second == Redacted::text(); });
  for (const std::string& param : given.params) {
    const std::size_t equals = std::min(param.find('='), param.size());
    params[param.substr(0, equals)] =
        equals < param.size() ? param.substr(equals + 1) : std::string();
  }
  all.params.clear();
  for (const auto& [name, value] : params) {
    all.params.push_back(name);
    all.params.back() += "=" + value;
  }
  all.yes = given.yes;
  all.take_over = given.take_over;
  all.break_lock = given.break_lock;
  all.windows.insert(all.windows.end(), given.windows.begin(), given.windows.end());
  all.ignore_windows = given.ignore_windows;
  return all;
}

int take_up_run(const Arguments& given,
                const AppEnvironment& environment,
                bool same_runbook,
                const Act& act) {
  auto taken = take_run(given.names.front(), !given.take_over.empty());
  if (!taken) {
    return refuse(environment, taken.error());
  }
  const auto arguments = arguments_of(*taken, given);
  if (!arguments) {
    return fail(environment, arguments.error());
  }
  const auto there = [&](const Arguments& with, const AppEnvironment& where) {
    return take_up_there(with, where, same_runbook, *taken, act);
  };
  return has_world(taken->folder)
             ? on_kept_cluster(*arguments, environment, {taken->folder, taken->last_time}, there)
             : there(*arguments, environment);
}

}  // namespace cfkops::cli
