#include "translate.hpp"

#include "kubectl_steps.hpp"
#include "plain_text.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::authoring {
namespace {

bool has_word(const std::vector<std::string>& words, std::string_view wanted) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return word == wanted || word.starts_with(std::string(wanted) + "=");
  });
}

bool contains_any(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string::npos;
  });
}

/// The tools of Kafka that only look, by one of their words.
bool only_looks(const std::vector<std::string>& words) {
  return has_word(words, "--describe") || has_word(words, "--list") ||
         has_word(words, "describe") || has_word(words, "--verify") || has_word(words, "--version");
}

/// What a tool of Kafka does that nobody should do without thought, or "".
std::string unsafe_tool(const std::string& program, const std::vector<std::string>& words) {
  if (program == "kafka-reassign-partitions" && has_word(words, "--execute") &&
      !has_word(words, "--throttle")) {
    return "unsafe: without --throttle the copies take all the bandwidth that clients need";
  }
  if (program == "kafka-delete-records" ||
      (program == "kafka-topics" && has_word(words, "--delete"))) {
    return "unsafe: what is deleted does not come back";
  }
  if (program == "kafka-leader-election" && has_word(words, "unclean")) {
    return "unsafe: an unclean election loses records";
  }
  return {};
}

}  // namespace

std::string finding(std::string_view code, std::string_view instead) {
  const runbook::RuleSpec* rule = runbook::find_rule(code);
  return fmt::format("{}: {}; {}", code, rule == nullptr ? "" : rule->summary, instead);
}

bool means_kafka(const std::string& name, bool kafka) {
  const std::string word = base::lower(name);
  if (contains_any(word, {"kraft", "broker"})) {
    return true;
  }
  const bool other = word == "kafka-rest" || contains_any(word,
                                                          {"connect",
                                                           "schema",
                                                           "ksql",
                                                           "control-center",
                                                           "controlcenter",
                                                           "prometheus",
                                                           "alertmanager",
                                                           "operator",
                                                           "kafka-rest-",
                                                           "rest-proxy",
                                                           "restproxy",
                                                           "exporter",
                                                           "replicator"});
  const bool said = contains_any(word, {"kafka"});
  return !other && (said || (kafka && word.find(kBlankBegin) != std::string::npos));
}

bool Translator::knows(std::string_view name) const {
  return runbook::find_spec(specs_, name) != nullptr;
}

DraftCheck Translator::kafka_check(const std::string& kind, const std::string& title) {
  needs_.target = true;
  return {
      .kind = kind, .title = title, .with = {{"target", DraftValue::plain("${params.target}")}}};
}

Translation Translator::translate(const Command& command, const Surroundings& around) {
  if (command.words.empty()) {
    return task("for a person: " + command.problem, true);
  }
  if (without_credentials(command.text) != command.text) {
    return task(finding("CFK-Z001", "what is secret is left out"), true);
  }
  const std::string_view program = program_of(command.words[0]);
  const Needs before = needs_;
  Translation translation;
  if (program == "kubectl" || program == "oc") {
    translation = kubectl(command, around);
  } else if (program.starts_with("kafka-")) {
    translation = kafka_tool(command.words);
  } else if (program == "helm") {
    translation = helm(command.words);
  } else {
    translation = task("", true);
  }
  const bool known =
      std::all_of(translation.steps.begin(),
                  translation.steps.end(),
                  [this](const DraftStep& step) { return knows(step.action); }) &&
      (translation.kind != Translation::Kind::Check || knows(translation.check.kind));
  if (known) {
    return translation;
  }
  needs_ = before;
  return task("no action does this yet", true);
}

Translation Translator::execute(const KubectlLine& line, KubectlSteps& steps) {
  if (!line.program.empty() && program_of(line.program[0]).starts_with("kafka-")) {
    Translation tool = kafka_tool(line.program);
    if (tool.kind == Translation::Kind::Check || !tool.comments.empty()) {
      return tool;
    }
  }
  return steps.execute();
}

Translation Translator::kubectl(const Command& command, const Surroundings& around) {
  const KubectlLine line = read_kubectl(command.words);
  if (const auto meant = unknown_verb(line)) {
    return task(fmt::format("kubectl has no '{}'{}", Blanks::as_written(line.verb), *meant), true);
  }
  KubectlSteps steps(line, command, around, blanks_);
  if (line.verb == "get" || line.verb == "describe") {
    return steps.read();
  }
  if (line.verb == "wait") {
    return steps.wait();
  }
  if (line.verb == "rollout status") {
    return steps.status();
  }
  if (line.verb == "rollout restart") {
    return steps.restart(needs_);
  }
  if (line.verb == "delete") {
    return steps.remove(needs_);
  }
  if (line.verb == "scale") {
    return steps.scale();
  }
  if (line.verb == "patch") {
    return steps.patch();
  }
  if (line.verb == "annotate" || line.verb == "label") {
    return steps.mark(line.verb == "label" ? "labels" : "annotations");
  }
  if (line.verb == "cordon" || line.verb == "uncordon") {
    return steps.cordon(line.verb == "cordon");
  }
  if (line.verb == "drain") {
    return steps.drain(needs_);
  }
  if (line.verb == "exec") {
    return execute(line, steps);
  }
  static constexpr std::array<std::string_view, 9> kReads = {"logs",
                                                             "top",
                                                             "events",
                                                             "explain",
                                                             "version",
                                                             "cluster-info",
                                                             "api-resources",
                                                             "auth",
                                                             "diff"};
  const bool reads = std::find(kReads.begin(), kReads.end(), line.verb) != kReads.end();
  Translation left = task("", !reads && line.verb != "rollout history");
  if (line.has("force-conflicts")) {
    left.comments.emplace_back(
        "unsafe: --force-conflicts takes fields from whoever else manages them");
  }
  return left;
}

Translation Translator::kafka_tool(const std::vector<std::string>& words) {
  const std::string program(program_of(words[0]));
  Translation translation;
  translation.kind = Translation::Kind::Check;
  const bool partitions = has_word(words, "--under-replicated-partitions") ||
                          has_word(words, "--under-min-isr-partitions") ||
                          has_word(words, "--at-min-isr-partitions") ||
                          has_word(words, "--unavailable-partitions");
  if (program == "kafka-broker-api-versions" || (program == "kafka-topics" && partitions)) {
    translation.check =
        kafka_check("kafka.replication", "Every broker runs, every partition is in sync");
    return translation;
  }
  if (program == "kafka-metadata-quorum" && has_word(words, "describe")) {
    translation.check =
        kafka_check("kafka.quorum", "The controllers agree on one leader and have all caught up");
    return translation;
  }
  return task(unsafe_tool(program, words), !only_looks(words));
}

Translation Translator::helm(const std::vector<std::string>& words) const {
  static constexpr std::array<std::string_view, 8> kReads = {
      "list", "ls", "status", "history", "get", "show", "search", "version"};
  const bool reads =
      words.size() > 1 && std::find(kReads.begin(), kReads.end(), words[1]) != kReads.end();
  return task("", !reads);
}

}  // namespace cfkops::authoring
