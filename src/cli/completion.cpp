#include "candidates.hpp"
#include "commands.hpp"
#include "exit_code.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// A shell reads nothing into it, wherever it is put.
bool is_plain(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.=/").find(c) != std::string_view::npos;
  });
}

/// The words of an unfinished command line.
struct Typed {
  std::vector<std::string> before;
  std::string last;      ///< the one that is being typed
  std::size_t done = 0;  ///< how much of that the shell takes for words before it
};

/// bash gives `a=b` as three words, and wants only what comes behind the sign.
Typed typed_of(std::span<const std::string> words) {
  std::vector<std::string> whole;
  bool open = false;
  bool cut = false;
  for (const std::string& word : words) {
    const bool sign = word == "=" && !whole.empty();
    cut = sign || open;
    if (cut) {
      whole.back() += word;
    } else {
      whole.push_back(word);
    }
    open = sign;
  }
  Typed typed;
  if (!whole.empty()) {
    typed.last = std::move(whole.back());
    whole.pop_back();
  }
  typed.done = cut ? typed.last.rfind('=') + 1 : 0;
  typed.before = std::move(whole);
  return typed;
}

}  // namespace

int completion_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string& shell = arguments.names.front();
  environment.terminal.out(shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish);
  return kOk;
}

int complete_command(const Arguments& arguments, const AppEnvironment& environment) {
  const Typed typed = typed_of(arguments.names);
  const Candidates found = candidates(typed.before, typed.last, environment);
  std::string text;
  for (const std::string& candidate : found.words) {
    if (candidate.starts_with(typed.last) && is_plain(candidate)) {
      text += candidate.substr(typed.done) + "\n";
    }
  }
  environment.terminal.out(found.files ? text + std::string(kFiles) + "\n" : text);
  return kOk;
}

}  // namespace cfkops::cli
