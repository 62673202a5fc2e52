#include "commands.hpp"
#include "exit_code.hpp"
#include "library.hpp"
#include "run_store.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/keys.hpp"
#include "cfkops/runbook/loader.hpp"

#include <algorithm>
#include <span>

namespace cfkops::cli {
namespace {

/// What `cfkops __complete` ends with where a file may stand as well.
constexpr std::string_view kFiles = ":files";

// The shells take the lines as they are: a word list that the shell expands again (compgen -W)
// would run what stands in a file's name.
constexpr std::string_view kBash =
    R"SH(# bash completion for cfkops; to load it: source <(cfkops completion bash)
_cfkops() {
  mapfile -t COMPREPLY < <(cfkops __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  local last=$((${#COMPREPLY[@]} - 1))
  if [[ $last -ge 0 && ${COMPREPLY[last]} == :files ]]; then
    unset 'COMPREPLY[last]'
    compopt -o default
  fi
  if [[ ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace
  fi
}

complete -F _cfkops cfkops
)SH";

constexpr std::string_view kZsh = R"SH(#compdef cfkops
# zsh completion for cfkops; to load it: source <(cfkops completion zsh)
_cfkops() {
  local -a candidates
  local found=1
  candidates=("${(@f)$(cfkops __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${candidates[-1]} == :files ]]; then
    candidates[-1]=()
    _files && found=0
  fi
  compadd -S '' -- ${(M)candidates:#*=} && found=0
  compadd -- ${candidates:#*=} && found=0
  return found
}
compdef _cfkops cfkops
)SH";

constexpr std::string_view kFish =
    R"SH(# fish completion for cfkops; to load it: cfkops completion fish | source
function __cfkops_complete
  set -l words (commandline -opc)[2..-1] (commandline -ct)
  for line in (cfkops __complete -- $words 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c cfkops -f -a '(__cfkops_complete)'
)SH";

/// What may stand at a place.
struct Candidates {
  std::vector<std::string> words;
  bool files = false;
};

std::vector<std::string> param_words(const std::string& runbook) {
  std::vector<std::string> words;
  const auto file = find_runbook(runbook);
  const auto loaded = file ? runbook::load_runbook(file->text, file->place.path)
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
  words.emplace_back("expressions");
  return words;
}

/// What `explain` has below the path that is being typed: keys within keys, and the arguments and
/// outputs of an action.
std::vector<std::string> explain_words_after(std::string_view typed) {
  const std::size_t dot = typed.rfind('.');
  const std::string above(typed.substr(0, dot == std::string_view::npos ? 0 : dot));
  std::vector<std::string> words;
  const auto add = [&](std::string_view name) {
    words.push_back(above);
    (words.back() += '.') += name;
  };
  if (const runbook::ActionSpec* spec = runbook::find_spec(actions::specs(), above)) {
    for (const runbook::ArgumentSpec& argument : spec->arguments) {
      add(argument.name);
    }
    for (const runbook::OutputSpec& output : spec->outputs) {
      add(output.name);
    }
  } else if (const runbook::KeyPath path = runbook::follow_keys(above); path.found) {
    for (const std::string& next : path.next) {
      add(next);
    }
  }
  return words.empty() ? explain_words() : words;
}

bool takes_file(std::string_view flag) {
  return flag == "--kubeconfig" || flag == "--certificate-authority" ||
         flag == "--client-certificate" || flag == "--client-key" || flag == "--kubeconfig-out" ||
         flag == "--audit-log" || flag == "--cluster-log" || flag == "--key" ||
         flag == "--snapshot" || flag == "--faults" || flag == "--out" || flag == "--dir" ||
         flag == "--crds";
}

Candidates values_of(const TypedPlace& place) {
  if (place.flag == "--output") {
    const bool nested = place.path.size() > 1 && place.path.front() == "runs";
    return {.words = output_forms(place.path.empty() ? ""
                                  : nested           ? place.path[0] + " " + place.path[1]
                                                     : place.path[0])};
  }
  if (place.flag == "--profile") {
    return {.words = {"basic", "ci", "production"}};
  }
  if (place.flag == "--param" && place.path.size() > 1) {
    return {.words = param_words(place.path[1])};
  }
  if (place.flag == "--from") {
    return {.words = runbook_names(), .files = true};
  }
  return {.words = {}, .files = takes_file(place.flag)};
}

Candidates arguments_of(const std::vector<std::string>& path, std::string_view typed) {
  const std::string& command = path.front();
  if (command == "test" || (command == "import" && path.size() == 1)) {
    return {.words = {}, .files = true};
  }
  if (command == "lint" || (path.size() == 1 && (command == "run" || command == "plan" ||
                                                 command == "show" || command == "rehearse"))) {
    return {.words = runbook_names(), .files = true};
  }
  if (path.size() == 1 && command == "explain") {
    return {.words = explain_words_after(typed)};
  }
  if (command == "fmt") {
    return {.words = {}, .files = true};
  }
  if (path.size() == 1 && command == "completion") {
    return {.words = {"bash", "fish", "zsh"}};
  }
  const std::string nested = path.size() > 1 ? command + " " + path[1] : "";
  const bool one_run = nested == "runs show" || nested == "runs export" || nested == "audit join";
  if (nested == "audit verify" || (one_run && path.size() == 2)) {
    return {.words = run_ids(), .files = true};
  }
  return {.words = path.size() == 1 ? command_names(path) : std::vector<std::string>()};
}

/// What may stand after `before` where `last` is being typed.
Candidates candidates(std::span<const std::string> before, std::string_view last) {
  const TypedPlace place = place_after(before);
  if (!place.flag.empty()) {
    return values_of(place);
  }
  if (last.starts_with("-")) {
    return {.words = flag_names(place.path)};
  }
  return place.path.empty() ? Candidates{.words = command_names(place.path)}
                            : arguments_of(place.path, last);
}

/// A shell reads nothing into it, wherever it is put.
bool is_plain(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.=").find(c) != std::string_view::npos;
  });
}

}  // namespace

int completion_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string& shell = arguments.names.front();
  environment.terminal.out(shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish);
  return kOk;
}

int complete_command(const Arguments& arguments, const AppEnvironment& environment) {
  std::span<const std::string> words = arguments.names;
  std::string last;
  if (!words.empty() && words.back() != "=") {
    last = words.back();
    words = words.first(words.size() - 1);
  }
  const Candidates found = candidates(words, last);
  std::string text;
  for (const std::string& candidate : found.words) {
    if (candidate.starts_with(last) && is_plain(candidate)) {
      text += candidate + "\n";
    }
  }
  environment.terminal.out(found.files ? text + std::string(kFiles) + "\n" : text);
  return kOk;
}

}  // namespace cfkops::cli
