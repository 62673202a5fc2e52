#include "saved_plan.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/process.hpp"
#include "cfkops/engine/approval.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

/// The approvals beside a plan's file, by name.
Result<std::vector<engine::ApprovalFile>> approvals_of(const fs::path& plan) {
  const std::string prefix = plan.filename().string() + ".sig-";
  const fs::path folder = plan.has_parent_path() ? plan.parent_path() : fs::path(".");
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (it->path().filename().string().starts_with(prefix)) {
      found.push_back(it->path());
    }
  }
  if (error) {
    return make_error(ErrorCode::Io,
                      "cannot look for approvals in " + folder.string() + ": " + error.message());
  }
  std::sort(found.begin(), found.end());
  std::vector<engine::ApprovalFile> approvals;
  for (const fs::path& path : found) {
    CFKOPS_ASSIGN(std::string text, base::read_file(path));
    approvals.push_back({.name = path.filename().string(), .text = std::move(text)});
  }
  return approvals;
}

std::string change_text(const Json& change) {
  std::string text =
      "      " + change.string_or("/verb", "") + " " + change.string_or("/object", "");
  if (const std::string uid = change.string_or("/uid", ""); !uid.empty()) {
    text += " (uid " + uid + ")";
  }
  text += "\n";
  for (const Json& line : change.items("/diff")) {
    text += "          " + line.string_or("", "") + "\n";
  }
  return text;
}

}  // namespace

std::optional<engine::SavedPlan> load_saved_plan(const std::string& file,
                                                 const AppEnvironment& environment,
                                                 int& exit_code) {
  const auto text = base::read_file(file);
  if (!text) {
    exit_code = fail_on_file(environment, text.error());
    return std::nullopt;
  }
  auto plan = engine::read_saved_plan(*text);
  Status usable = plan ? engine::check_valid(*plan, environment.clock.wall()) : plan.error();
  if (!usable) {
    const bool refused = usable.error().code == ErrorCode::Refused;
    exit_code = fail(environment, std::move(usable).error().in(file));
    exit_code = refused ? kRefused : exit_code;
    return std::nullopt;
  }
  return *std::move(plan);
}

Status may_be_written(const std::string& file, bool force) {
  std::error_code ignored;
  if (!force && fs::exists(file, ignored)) {
    return make_error(ErrorCode::InvalidInput,
                      file + " is there already",
                      "name another file, or add --force to replace it");
  }
  return {};
}

Status write_saved_plan(const engine::SavedPlan& plan, const std::string& file, bool force) {
  CFKOPS_TRY(may_be_written(file, force));
  return base::write_private_file(file, engine::to_text(plan));
}

Status permit(const Arguments& arguments,
              const Clock& clock,
              kube::Reader& reader,
              engine::RunRequest& request) {
  if (arguments.required_approvals == 0) {
    return {};
  }
  const auto runner = reader.who_am_i();
  if (!runner) {
    return runner.error().code == ErrorCode::Cancelled
               ? runner.error()
               : make_error(ErrorCode::Refused,
                            "whether somebody else has approved the plan cannot be told: " +
                                runner.error().text(),
                            runner.error().hint);
  }
  CFKOPS_ASSIGN(const std::string signers, base::read_file(arguments.allowed_signers));
  CFKOPS_ASSIGN(const auto files, approvals_of(arguments.saved_plan));
  base::SystemProcess process;
  CFKOPS_ASSIGN(const engine::ApprovalReport report,
                engine::check_approvals(process,
                                        files,
                                        {.plan = *request.saved,
                                         .runner = runner->user,
                                         .allowed_signers = signers,
                                         .now = clock.wall()}));
  CFKOPS_TRY(report.enough(arguments.required_approvals));
  request.approvals = report.counted;
  return {};
}

std::string saved_plan_text(const engine::SavedPlan& plan) {
  std::string text = "Saved plan of " + plan.runbook + ", sha256 " + plan.sha256 + "\n";
  text += "  requested  by " + (plan.requester.empty() ? "somebody unknown" : plan.requester) +
          " (" + plan.os_user + "@" + plan.host + ")\n";
  text += "  server     " + plan.server + ", namespace " + plan.ns + "\n";
  text += "  cluster    " +
          (plan.cluster_uid.empty() ? std::string("uid unknown") : "uid " + plan.cluster_uid) +
          "\n";
  text += "  made       " + base::format_rfc3339(plan.created) +
          (plan.expires ? ", expires " + base::format_rfc3339(*plan.expires) : "") + "\n";
  text += "  runbook    sha256 " + plan.runbook_sha256 + "\n";
  for (const runbook::IncludedCopy& copy : plan.includes) {
    text += "  includes   " + copy.name + ", sha256 " + copy.sha256 + "\n";
  }
  for (const auto& [name, value] : plan.plan.members("/params")) {
    text +=
        "  " + name + " = " + (value.is_string() ? value.string_or("", "") : value.dump()) + "\n";
  }
  text += "\nSteps\n";
  std::size_t number = 0;
  for (const Json& step : plan.plan.items("/steps")) {
    text += "  " + std::to_string(++number) + ". " + step.string_or("/id", "") + " (" +
            step.string_or("/action", "") + ")\n";
    for (const char* why : {"skipped", "unknown"}) {
      const std::string reason = step.string_or(std::string("/") + why, "");
      text += reason.empty() ? "" : "      " + std::string(why) + ": " + reason + "\n";
    }
    if (step.bool_or("/orderedByState", false)) {
      text += "      in the order that the state then asks for:\n";
    }
    for (const Json& change : step.items("/changes")) {
      text += change_text(change);
    }
  }
  return text;
}

}  // namespace cfkops::cli
