#include "cfkops/runbook/loader.hpp"

#include "form.hpp"
#include "limits.hpp"
#include "load_parts.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

std::string_view code_of(const Error& error) {
  if (error.reason == "duplicate") {
    return kDuplicateKey;
  }
  return error.reason == "dialect" ? kForbiddenYaml : kInvalidYaml;
}

std::vector<Diagnostic> yaml_findings(const std::vector<Error>& errors, const SourceText& source) {
  std::vector<Diagnostic> findings;
  for (const Error& error : errors) {
    findings.push_back(to_diagnostic(error, std::string(code_of(error))));
    findings.back().length = source.word_length(findings.back().pos);
  }
  return findings;
}

/// The keys that say what the file is; a file of another version is not judged any further.
bool load_head(Form& form, const YamlNode& root) {
  const std::vector<std::string> versions = {"cfkops/v1"};
  const std::vector<std::string> kinds = {"Runbook"};
  const YamlNode* version = root.is_map() ? Form::member(root, "apiVersion") : nullptr;
  if (version != nullptr && form.word(version, "'apiVersion'", versions).empty()) {
    return false;
  }
  return form.check_keys(root, "runbook", "the runbook") &&
         (root.find("kind") == nullptr ||
          !form.word(Form::member(root, "kind"), "'kind'", kinds).empty());
}

std::string load_name(Form& form, const YamlNode* node) {
  std::string name = form.text(node, "'name'");
  if (!name.empty() && !is_runbook_name(name)) {
    form.report(kBadId,
                *node,
                fmt::format("'{}' is no name for a runbook", name),
                "names are lower-case letters, digits and hyphens, a letter first");
  }
  return name;
}

std::vector<Template> load_locks(Form& form, const YamlNode* node) {
  std::vector<Template> locks;
  for (const YamlNode* item : form.items(node, "'locks'")) {
    locks.push_back(form.templated(*item, "an entry of 'locks'"));
    if (item->is_scalar() && base::trim(item->scalar).empty()) {
      form.report(kEmptyValue, *item, "an entry of 'locks' is empty");
    }
  }
  return locks;
}

/// Gives a time limit to the steps that have none.
void limit_time(std::vector<Step>& steps, Duration timeout) {
  for (Step& step : steps) {
    if (!step.timeout && !step.action.empty()) {
      step.timeout = timeout;
    }
    limit_time(step.steps, timeout);
    limit_time(step.rollback, timeout);
  }
}

Runbook load_body(Form& form, const YamlNode& root) {
  const auto member = [&](std::string_view key) { return Form::member(root, key); };
  const std::vector<std::string> risks = {"low", "medium", "high"};
  Runbook runbook;
  runbook.name = load_name(form, member("name"));
  runbook.title = form.text(member("title"), "'title'");
  runbook.purpose = form.text(member("purpose"), "'purpose'");
  runbook.owner = form.text(member("owner"), "'owner'");
  runbook.risk = form.word(member("risk"), "'risk'", risks);
  runbook.params = load_params(form, member("params"));
  runbook.prerequisites = load_checks(form, member("prerequisites"), "prerequisites");
  runbook.guards = load_guards(form, member("guard"));
  runbook.locks = load_locks(form, member("locks"));
  runbook.windows = load_windows(form, member("windows"));
  KnownIds known;
  runbook.steps = load_steps(form, member("steps"), "steps", known);
  if (runbook.steps.empty() && form.clean()) {
    form.report(kEmptyValue, root.pos, 1, "the runbook has no steps", "add one");
  }
  runbook.validation = load_checks(form, member("validation"), "validation");
  runbook.rollback = load_steps(form, member("rollback"), "rollback", known);
  runbook.settings = load_settings(form, member("settings"));
  if (runbook.settings.timeout) {
    limit_time(runbook.steps, *runbook.settings.timeout);
    limit_time(runbook.rollback, *runbook.settings.timeout);
  }
  return runbook;
}

}  // namespace

const Param* Runbook::param(std::string_view wanted) const {
  const auto found =
      std::find_if(params.begin(), params.end(), [&](const Param& p) { return p.name == wanted; });
  return found == params.end() ? nullptr : &*found;
}

tl::expected<YamlNode, std::vector<Diagnostic>> load_tree(std::string_view text,
                                                          const std::string& file,
                                                          const SourceText& source) {
  if (auto finding = beyond_limits(text, file)) {
    return tl::make_unexpected(std::vector<Diagnostic>{*std::move(finding)});
  }
  auto root = base::parse_yaml(text, file, base::YamlDialect::Strict);
  if (!root) {
    return tl::make_unexpected(yaml_findings(root.error(), source));
  }
  return *std::move(root);
}

tl::expected<Runbook, std::vector<Diagnostic>> load_runbook(const YamlNode& root,
                                                            const SourceText& source,
                                                            std::string_view text,
                                                            const std::string& file) {
  Form form(source);
  Runbook runbook;
  if (load_head(form, root)) {
    runbook = load_body(form, root);
  }
  if (!form.clean()) {
    std::vector<Diagnostic> findings = form.take_findings();
    sort_by_place(findings);
    return tl::make_unexpected(std::move(findings));
  }
  runbook.file = file;
  runbook.sha256 = base::sha256_hex(text);
  runbook.source = text;
  return runbook;
}

tl::expected<Runbook, std::vector<Diagnostic>> load_runbook(std::string_view text,
                                                            const std::string& file) {
  const SourceText source(text);
  const auto root = load_tree(text, file, source);
  if (!root) {
    return tl::make_unexpected(root.error());
  }
  return load_runbook(*root, source, text, file);
}

bool is_runbook_name(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kAll = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !name.empty() && kLetters.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(kAll) == std::string_view::npos;
}

Claim claim_of(std::string_view text) {
  const auto value_of = [](std::string_view line) {
    const std::string_view value = base::trim(line.substr(line.find(':') + 1));
    const bool quoted = value.size() > 1 && value.front() == value.back() &&
                        (value.front() == '"' || value.front() == '\'');
    return quoted ? value.substr(1, value.size() - 2) : value;
  };
  std::string_view version;
  std::string_view kind;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view whole = rest.substr(0, end);
    const std::string_view line = whole.substr(0, whole.find(" #"));
    if (version.empty() && line.starts_with("apiVersion:")) {
      version = value_of(line);
    } else if (kind.empty() && line.starts_with("kind:")) {
      kind = value_of(line);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const bool ours = version.starts_with("cfkops/");
  if (version.empty() || kind.empty() || (!ours && kind == "Runbook")) {
    return Claim::Nothing;
  }
  if (!ours) {
    return Claim::Foreign;
  }
  return kind == "Runbook" ? Claim::Runbook : Claim::OtherOfOurs;
}

}  // namespace cfkops::runbook
