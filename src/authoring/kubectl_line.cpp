#include "kubectl_line.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace cfkops::authoring {
namespace {

constexpr std::array<std::string_view, 25> kWithValue = {"namespace",
                                                         "output",
                                                         "selector",
                                                         "filename",
                                                         "container",
                                                         "timeout",
                                                         "for",
                                                         "patch",
                                                         "type",
                                                         "replicas",
                                                         "grace-period",
                                                         "sort-by",
                                                         "field-selector",
                                                         "since",
                                                         "tail",
                                                         "to-revision",
                                                         "context",
                                                         "cluster",
                                                         "kubeconfig",
                                                         "user",
                                                         "as",
                                                         "current-replicas",
                                                         "pod-selector",
                                                         "from-literal",
                                                         "from-file"};

constexpr std::array<std::pair<char, std::string_view>, 5> kShort = {{{'n', "namespace"},
                                                                      {'o', "output"},
                                                                      {'l', "selector"},
                                                                      {'f', "filename"},
                                                                      {'c', "container"}}};

bool has_value(std::string_view name) {
  return std::find(kWithValue.begin(), kWithValue.end(), name) != kWithValue.end();
}

/// The long name of a short flag that takes a value, or "".
std::string_view long_name(char letter, std::string_view verb) {
  if (letter == 'p' && verb == "patch") {
    return "patch";
  }
  // `kubectl logs -f` follows, and has no file.
  if (letter == 'f' && verb == "logs") {
    return {};
  }
  for (const auto& [short_name, name] : kShort) {
    if (short_name == letter) {
      return name;
    }
  }
  return {};
}

/// Reads words one after the other.
class Reader {
 public:
  explicit Reader(const std::vector<std::string>& words)
      : words_(words) {}

  KubectlLine run();

 private:
  void flag(const std::string& word);
  void letters(const std::string& word);
  void set(std::string_view name);

  const std::vector<std::string>& words_;
  std::size_t at_ = 1;
  KubectlLine line_;
};

KubectlLine Reader::run() {
  for (; at_ < words_.size(); ++at_) {
    const std::string& word = words_[at_];
    if (word == "--") {
      line_.program.assign(words_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, words_.end());
      break;
    }
    if (word.starts_with("-") && word.size() > 1) {
      flag(word);
    } else if (line_.verb.empty()) {
      line_.verb = word;
    } else if ((line_.verb == "rollout" || line_.verb == "create" || line_.verb == "set") &&
               line_.names.empty()) {
      line_.verb += " " + word;
    } else {
      line_.names.push_back(word);
    }
  }
  return std::move(line_);
}

void Reader::set(std::string_view name) {
  std::string value = "true";
  if (has_value(name) && at_ + 1 < words_.size()) {
    value = words_[++at_];
  }
  line_.flags[std::string(name)] = value;
}

void Reader::flag(const std::string& word) {
  if (!word.starts_with("--")) {
    letters(word);
    return;
  }
  const std::size_t sign = word.find('=');
  if (sign == std::string::npos) {
    set(word.substr(2));
  } else {
    line_.flags[word.substr(2, sign - 2)] = word.substr(sign + 1);
  }
}

void Reader::letters(const std::string& word) {
  const std::string_view name = long_name(word[1], line_.verb);
  if (name.empty()) {
    for (const char letter : word.substr(1)) {
      line_.flags[std::string(1, letter)] = "true";
    }
  } else if (word.size() > 2) {
    line_.flags[std::string(name)] = word.substr(word[2] == '=' ? 3 : 2);
  } else {
    set(name);
  }
}

}  // namespace

std::string KubectlLine::flag(const std::string& name) const {
  const auto found = flags.find(name);
  return found == flags.end() ? std::string() : found->second;
}

std::string KubectlLine::other_flag(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : flags) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return (name.size() == 1 ? "-" : "--") + name;
    }
  }
  return {};
}

std::optional<std::pair<std::string, std::string>> KubectlLine::object() const {
  if (names.size() == 1) {
    const std::size_t slash = names[0].find('/');
    if (slash != std::string::npos && slash > 0 && slash + 1 < names[0].size() &&
        names[0].find(',') == std::string::npos) {
      return std::pair(names[0].substr(0, slash), names[0].substr(slash + 1));
    }
  }
  if (names.size() == 2 && names[0].find('/') == std::string::npos &&
      names[0].find(',') == std::string::npos) {
    return std::pair(names[0], names[1]);
  }
  return std::nullopt;
}

KubectlLine read_kubectl(const std::vector<std::string>& words) {
  return Reader(words).run();
}

std::optional<std::string> unknown_verb(const KubectlLine& line) {
  static const std::vector<std::string> kVerbs = {
      "annotate",    "api-resources", "apply",    "attach",       "auth",  "autoscale",
      "certificate", "cluster-info",  "config",   "cordon",       "cp",    "create",
      "debug",       "delete",        "describe", "diff",         "drain", "edit",
      "events",      "exec",          "explain",  "expose",       "get",   "kustomize",
      "label",       "logs",          "patch",    "port-forward", "proxy", "replace",
      "rollout",     "run",           "scale",    "set",          "taint", "top",
      "uncordon",    "version",       "wait",     "confluent"};
  const std::string verb = line.verb.substr(0, line.verb.find(' '));
  if (std::find(kVerbs.begin(), kVerbs.end(), verb) != kVerbs.end()) {
    return std::nullopt;
  }
  return base::did_you_mean(verb, kVerbs);
}

}  // namespace cfkops::authoring
