#include "commands.hpp"
#include "exit_code.hpp"
#include "library.hpp"
#include "run_store.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/keys.hpp"
#include "cfkops/runbook/loader.hpp"

#include <algorithm>

namespace cfkops::cli {
namespace {

constexpr std::string_view kBash =
    R"SH(# bash completion for cfkops; to load it: source <(cfkops completion bash)
_cfkops() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "$(cfkops __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}

complete -o default -F _cfkops cfkops
)SH";

constexpr std::string_view kZsh = R"SH(#compdef cfkops
# zsh completion for cfkops; to load it: source <(cfkops completion zsh)
_cfkops() {
  local -a candidates
  candidates=("${(@f)$(cfkops __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- "${candidates[@]}"
}
compdef _cfkops cfkops
)SH";

constexpr std::string_view kFish =
    R"SH(# fish completion for cfkops; to load it: cfkops completion fish | source
function __cfkops_complete
  set -l words (commandline -opc)[2..-1] (commandline -ct)
  cfkops __complete -- $words 2>/dev/null
end
complete -c cfkops -f -a '(__cfkops_complete)'
)SH";

std::vector<std::string> runbook_names() {
  std::vector<std::string> names;
  for (const RunbookFile& file : all_runbooks()) {
    names.push_back(file.name);
  }
  return names;
}

std::vector<std::string> param_words(const std::string& runbook) {
  std::vector<std::string> words;
  const auto file = find_runbook(runbook);
  const auto loaded = file ? runbook::load_runbook(file->text, file->path)
                           : tl::expected<runbook::Runbook, std::vector<runbook::Diagnostic>>(
                                 tl::unexpect, std::vector<runbook::Diagnostic>());
  if (loaded) {
    for (const runbook::Param& param : loaded->params) {
      words.push_back(param.name + "=");
    }
  }
  return words;
}

std::vector<std::string> explain_words() {
  std::vector<std::string> words;
  for (const runbook::ActionSpec& spec : actions::specs()) {
    words.push_back(spec.name);
  }
  for (const runbook::KeySpec& key : runbook::all_keys()) {
    words.push_back(std::string(key.where) + "." + std::string(key.key));
  }
  return words;
}

/// What may stand where the last of `words` (perhaps empty) is being typed.
std::vector<std::string> candidates(std::vector<std::string> words) {
  const std::string last = words.empty() ? std::string() : words.back();
  if (!words.empty()) {
    words.pop_back();
  }
  std::vector<std::string> path;
  for (const std::string& word : words) {
    if (!word.starts_with("-")) {
      path.push_back(word);
    }
  }
  if (last.starts_with("-")) {
    return flag_names(path);
  }
  const std::string command = path.empty() ? std::string() : path.front();
  if (!words.empty() && (words.back() == "--param" || words.back() == "-p") && path.size() > 1) {
    return param_words(path[1]);
  }
  if (command == "run" || command == "plan" || command == "show" || command == "lint") {
    return runbook_names();
  }
  if (command == "explain") {
    return explain_words();
  }
  if (path.size() == 2 && (path[1] == "show" || path[1] == "verify")) {
    return run_ids();
  }
  if (command == "completion") {
    return {"bash", "fish", "zsh"};
  }
  return command_names(path);
}

}  // namespace

int completion_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string& shell = arguments.names.front();
  environment.terminal.out(shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish);
  return kOk;
}

int complete_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string last = arguments.names.empty() ? std::string() : arguments.names.back();
  std::string text;
  for (const std::string& candidate : candidates(arguments.names)) {
    if (candidate.starts_with(last)) {
      text += candidate + "\n";
    }
  }
  environment.terminal.out(text);
  return kOk;
}

}  // namespace cfkops::cli
