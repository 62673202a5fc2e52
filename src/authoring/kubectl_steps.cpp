#include "kubectl_steps.hpp"

#include "patch_value.hpp"
#include "plain_text.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::authoring {
namespace {

using Use = Blanks::Use;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// `sts.apps` is `sts`.
std::string kind_word(const std::string& kind) {
  return base::lower(kind.substr(0, kind.find('.')));
}

bool is_stateful_set(const std::string& kind) {
  return is_one_of(kind_word(kind), {"statefulset", "statefulsets", "sts"});
}

bool is_secret(const std::string& kind) {
  return is_one_of(kind_word(kind), {"secret", "secrets"});
}

/// Lint takes the name of what is no broker for one, such as kafka-connect.
std::string ignored(const std::string& name, std::string codes, std::string_view because) {
  const std::string word = base::lower(name);
  const bool sounds = word.find("kafka") != std::string::npos ||
                      word.find("kraft") != std::string::npos ||
                      word.find("broker") != std::string::npos;
  if (sounds) {
    codes = codes.empty() ? "CFK-K001" : "CFK-K001, " + codes;
    because = because.empty() ? "by its name this is no broker" : because;
  }
  return codes.empty() ? codes : codes + " because " + std::string(because);
}

bool is_pod(const std::string& kind) {
  return is_one_of(kind_word(kind), {"pod", "pods", "po"});
}

bool is_workload(const std::string& kind) {
  return is_stateful_set(kind) ||
         is_one_of(kind_word(kind),
                   {"deployment", "deployments", "deploy", "daemonset", "daemonsets", "ds"});
}

/// What the name of an object of that kind is used for.
Use use_of(const std::string& kind, bool changes) {
  if (is_stateful_set(kind)) {
    return Use::StatefulSet;
  }
  if (is_one_of(kind_word(kind), {"kafka", "kafkas"})) {
    return Use::Kafka;
  }
  return changes ? Use::Name : Use::Any;
}

Translation steps(DraftStep one) {
  Translation translation;
  translation.kind = Translation::Kind::Steps;
  translation.steps.push_back(std::move(one));
  return translation;
}

/// "/status/phase" of "{.status.phase}", or "".
std::string pointer_of(std::string_view path) {
  const bool braces = path.starts_with("{.") && path.ends_with('}');
  if (!braces) {
    return {};
  }
  path = path.substr(1, path.size() - 2);
  if (path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") !=
          std::string_view::npos ||
      path.ends_with('.') || path.find("..") != std::string_view::npos) {
    return {};
  }
  std::string pointer(path);
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  return pointer;
}

/// What `--for` waits for, as arguments of object.wait; none where it is nothing that is known.
DraftArguments awaited(const std::string& wanted) {
  DraftArguments with;
  const std::size_t sign = wanted.find('=');
  const std::string kind = wanted.substr(0, sign);
  const std::string rest = sign == std::string::npos ? "" : wanted.substr(sign + 1);
  if (kind == "delete" && rest.empty()) {
    with.push_back({"deleted", DraftValue::plain("true")});
  } else if (kind == "condition" && !rest.empty()) {
    with.push_back({"condition", DraftValue::of(rest)});
  } else if (kind == "jsonpath") {
    const std::size_t end = rest.find("}=");
    const std::string pointer = end == std::string::npos ? "" : pointer_of(rest.substr(0, end + 1));
    if (!pointer.empty()) {
      with.push_back({"path", DraftValue::of(pointer)});
      with.push_back({"equals", DraftValue::of(rest.substr(end + 2))});
    }
  }
  return with;
}

}  // namespace

Translation task(std::string why, bool changes) {
  Translation translation;
  if (!why.empty()) {
    translation.comments.push_back(std::move(why));
  }
  translation.changes = changes;
  return translation;
}

void KubectlSteps::add_namespace(DraftArguments& with) const {
  const std::string ns = line_.flag("namespace");
  // A place to fill is the run's own namespace, which is what is left out.
  if (!ns.empty() && ns.find(kBlankBegin) == std::string::npos) {
    with.push_back({"namespace", DraftValue::of(ns)});
  }
}

DraftArguments KubectlSteps::object_arguments(const std::string& kind,
                                              const std::string& name,
                                              bool changes) {
  blanks_.note(kind, command_.line);
  blanks_.note(name, command_.line, use_of(kind, changes));
  DraftArguments with = {{"kind", DraftValue::of(kind)}, {"name", DraftValue::of(name)}};
  add_namespace(with);
  return with;
}

DraftStep KubectlSteps::step(std::string action, DraftArguments with, bool changes) const {
  DraftStep step;
  step.wish = line_.verb + (line_.names.empty() ? "" : " " + line_.names.back());
  step.action = std::move(action);
  step.with = std::move(with);
  step.changes = changes;
  return step;
}

Translation KubectlSteps::read() {
  const auto object = line_.object();
  if (!object) {
    return task("");
  }
  const auto& [kind, name] = *object;
  if (is_secret(kind)) {
    return task(finding("CFK-Z004", "let a person look, who is allowed to"));
  }
  const std::string other = line_.other_flag({"namespace", "output"});
  if (!other.empty()) {
    return task("object.get has no " + other);
  }
  return steps(step("object.get", object_arguments(kind, name, false), false));
}

Translation KubectlSteps::wait() {
  const auto object = line_.object();
  const std::string other = line_.other_flag({"namespace", "for", "timeout"});
  DraftArguments wanted = awaited(line_.flag("for"));
  if (!object || !other.empty() || wanted.empty()) {
    return task(object ? "object.wait waits for a condition, a field or a deletion"
                       : "object.wait waits for one object");
  }
  DraftArguments with = object_arguments(object->first, object->second, false);
  for (DraftValue::Member& member : wanted) {
    blanks_.note(member.value.text, command_.line);
    with.push_back(std::move(member));
  }
  DraftStep one = step("object.wait", std::move(with), false);
  const auto timeout = base::parse_duration(line_.flag("timeout"));
  if (timeout && *timeout > Duration::zero()) {
    one.timeout = base::format_duration(*timeout);
  }
  return steps(std::move(one));
}

Translation KubectlSteps::status() {
  const auto object = line_.object();
  if (!object || !is_workload(object->first) ||
      !line_.other_flag({"namespace", "timeout", "watch"}).empty()) {
    return task("rollout.status waits for one StatefulSet, Deployment or DaemonSet");
  }
  if (around_.rolled && means_kafka(object->second, around_.kafka)) {
    Translation covered;
    covered.kind = Translation::Kind::Covered;
    covered.comments = {"kafka.roll waits for that itself, and until every replica is in sync"};
    return covered;
  }
  return steps(
      step("rollout.status", object_arguments(object->first, object->second, false), false));
}

Translation KubectlSteps::roll(Needs& needs, const std::string& name, std::string why) {
  needs.target = true;
  needs.roll = true;
  const std::string lower = base::lower(name);
  const bool controllers =
      lower.find("kraft") != std::string::npos || lower.find("controller") != std::string::npos;
  if (name.starts_with(kBlankBegin)) {
    blanks_.is_target(
        name.substr(kBlankBegin.size(), name.size() - kBlankBegin.size() - kBlankEnd.size()));
  }
  DraftArguments with = {{"target", DraftValue::plain("${params.target}")}};
  if (controllers) {
    with.push_back({"roles", DraftValue::of("controllers")});
  }
  DraftStep one = step("kafka.roll", std::move(with), true);
  one.wish = "roll";
  one.no_rollback = "a restarted process has nothing to take back";
  Translation translation = steps(std::move(one));
  translation.comments.push_back(std::move(why));
  return translation;
}

Translation KubectlSteps::restart(Needs& needs) {
  const auto object = line_.object();
  if (!object || !is_workload(object->first) || !line_.other_flag({"namespace"}).empty()) {
    return warned(task("rollout.restart restarts one StatefulSet, Deployment or DaemonSet", true));
  }
  const auto& [kind, name] = *object;
  if (means_kafka(name, around_.kafka)) {
    return roll(needs,
                name,
                finding("CFK-K001",
                        "kafka.roll looks at every partition before each process, which a rollout "
                        "does not"));
  }
  DraftStep one = step("rollout.restart", object_arguments(kind, name, true), true);
  one.ignore = ignored(name, "", "");
  Translation translation = steps(std::move(one));
  if (name.find(kBlankBegin) != std::string::npos) {
    translation.comments.push_back(
        finding("CFK-K001", "for Kafka and its controllers take kafka.roll in place of this"));
  }
  return translation;
}

Translation KubectlSteps::warned(Translation translation) const {
  if (around_.kafka || means_kafka(command_.text, false)) {
    translation.comments.push_back(
        finding("CFK-K001", "for Kafka and its controllers take kafka.roll in place of this"));
  }
  return translation;
}

Translation KubectlSteps::evict(const std::string& pod) {
  DraftArguments look = object_arguments("pod", pod, true);
  DraftStep before = step("object.get", std::move(look), false);
  before.wish = "find " + pod;
  before.title = "Look which pod it is";
  DraftArguments with = {{"pod", DraftValue::of(pod)}};
  add_namespace(with);
  with.push_back({"uid", DraftValue::plain("${uid}")});  // known once the step before has its id
  DraftStep one = step("pod.evict", std::move(with), true);
  one.wish = "evict " + pod;
  one.ignore = ignored(pod, "CFK-K005", "the eviction asks the budget of this one pod");
  one.no_rollback = "a pod that is gone does not come back; its controller makes another";
  Translation translation = steps(std::move(before));
  translation.steps.push_back(std::move(one));
  translation.comments.emplace_back(
      "evicted, not deleted: its disruption budget is asked; the uid keeps a replacement safe");
  return around_.kafka ? warned(std::move(translation)) : translation;
}

Translation KubectlSteps::remove(Needs& needs) {
  const auto object = line_.object();
  if (!object || !is_pod(object->first)) {
    return warned(task("no action deletes such objects", true));
  }
  const std::string other = line_.other_flag({"namespace", "force", "grace-period", "now", "wait"});
  if (!other.empty()) {
    return warned(task("pod.evict has no " + other, true));
  }
  const std::string& name = object->second;
  const bool forced = line_.has("force") || line_.has("now") || line_.has("grace-period");
  Translation translation =
      means_kafka(name, around_.kafka)
          ? roll(
                needs,
                name,
                finding("CFK-K001",
                        "kafka.roll takes one process at a time, when all partitions can spare it"))
          : evict(name);
  if (forced) {
    translation.comments.push_back(finding("CFK-X008", "what forces it is left out"));
  }
  return translation;
}

Translation KubectlSteps::scale() {
  const auto object = line_.object();
  const std::string replicas = line_.flag("replicas");
  const bool blank = replicas.starts_with(kBlankBegin);
  const bool number = !replicas.empty() &&
                      replicas.find_first_not_of("0123456789") == std::string::npos &&
                      replicas.size() < 5;
  if (!object || !line_.other_flag({"namespace", "replicas"}).empty() || (!blank && !number)) {
    return task("object.patch sets the replicas of one object", true);
  }
  const auto& [kind, name] = *object;
  if (means_kafka(name, around_.kafka) || means_kafka(kind, false)) {
    return task(
        "unsafe: the operator sets Kafka's replicas from its resource, and a broker that is "
        "taken away must have no partitions any more",
        true);
  }
  blanks_.note(replicas, command_.line, Use::Number);
  DraftArguments with = object_arguments(kind, name, true);
  with.push_back({"patch",
                  DraftValue::map("spec",
                                  DraftValue::map("replicas",
                                                  blank ? DraftValue::of(replicas)
                                                        : DraftValue::plain(replicas)))});
  return steps(step("object.patch", std::move(with), true));
}

Translation KubectlSteps::patch() {
  const auto object = line_.object();
  const std::string text = line_.flag("patch");
  if (!object || !line_.other_flag({"namespace", "patch", "type"}).empty()) {
    return task("object.patch changes one object, by a patch that stands in the line", true);
  }
  const std::string type = line_.flag("type").empty() ? "strategic" : line_.flag("type");
  const auto value = read_patch(text);
  if (!value || !is_one_of(type, {"strategic", "merge", "json"})) {
    return task("the patch cannot be read", true);
  }
  if (is_secret(object->first)) {
    return task(finding("CFK-Z004", "a person changes it where Secrets are kept"), true);
  }
  blanks_.note(text, command_.line);
  DraftArguments with = object_arguments(object->first, object->second, true);
  with.push_back({"type", DraftValue::of(type)});
  with.push_back({"patch", *value});
  return steps(step("object.patch", std::move(with), true));
}

namespace {

/// Of a key that is given twice the last one counts, as for kubectl.
void set_member(DraftValue& map, const std::string& key, DraftValue value) {
  const auto known = std::find_if(map.members.begin(),
                                  map.members.end(),
                                  [&key](const DraftValue::Member& one) { return one.key == key; });
  if (known == map.members.end()) {
    map.members.push_back({key, std::move(value)});
  } else {
    known->value = std::move(value);
  }
}

}  // namespace

Translation KubectlSteps::mark(std::string_view field) {
  KubectlLine about = line_;
  DraftValue marks = DraftValue::none(DraftValue::Kind::Map);
  std::erase_if(about.names, [&](const std::string& name) {
    const std::size_t sign = name.find('=');
    const bool removes = name.ends_with('-') && name.size() > 1;
    if (sign != std::string::npos && sign > 0) {
      set_member(marks, name.substr(0, sign), DraftValue::of(name.substr(sign + 1)));
      blanks_.note(name.substr(sign + 1), command_.line);
    } else if (removes) {
      set_member(marks, name.substr(0, name.size() - 1), DraftValue::plain("${null}"));
    }
    return (sign != std::string::npos && sign > 0) || removes;
  });
  const auto object = about.object();
  const bool plain_keys =
      std::all_of(marks.members.begin(), marks.members.end(), [](const DraftValue::Member& member) {
        return member.key.find(kBlankBegin) == std::string::npos;
      });
  if (!object || marks.members.empty() || !plain_keys ||
      !line_.other_flag({"namespace", "overwrite"}).empty()) {
    return task(fmt::format("object.patch sets {} of one object", field), true);
  }
  if (is_secret(object->first)) {
    return task(finding("CFK-Z004", "a person changes it where Secrets are kept"), true);
  }
  DraftArguments with = object_arguments(object->first, object->second, true);
  with.push_back(
      {"patch",
       DraftValue::map("metadata", DraftValue::map(std::string(field), std::move(marks)))});
  DraftStep one = step("object.patch", std::move(with), true);
  one.wish = line_.verb + " " + object->second;
  return steps(std::move(one));
}

Translation KubectlSteps::cordon(bool away) {
  if (line_.names.size() != 1 || !line_.other_flag({"namespace"}).empty()) {
    return task("object.patch changes one node", true);
  }
  blanks_.note(line_.names[0], command_.line, Use::Name);
  DraftArguments with = {
      {"kind", DraftValue::of("node")},
      {"name", DraftValue::of(line_.names[0])},
      {"patch",
       DraftValue::map(
           "spec", DraftValue::map("unschedulable", DraftValue::plain(away ? "true" : "false")))}};
  return steps(step("object.patch", std::move(with), true));
}

Translation KubectlSteps::drain(Needs& needs) {
  Translation translation = task("no action drains nodes yet", true);
  if (line_.names.size() != 1) {
    return translation;
  }
  needs.drained.push_back(line_.names[0]);
  blanks_.note(line_.names[0], command_.line, Use::Name);
  translation.comments.push_back(
      finding("CFK-K005", "capacity and disruption are asked before anything is touched"));
  std::vector<std::string> left_out;
  std::vector<std::string> kept;
  for (const std::string& word : command_.words) {
    const std::string flag = word.substr(0, word.find('='));
    const bool unsafe = is_one_of(flag,
                                  {"--force",
                                   "--delete-emptydir-data",
                                   "--delete-local-data",
                                   "--disable-eviction",
                                   "--grace-period"});
    (unsafe ? left_out : kept).push_back(word);
  }
  if (!left_out.empty()) {
    translation.instead = base::join(kept, " ");
    translation.comments.push_back(
        fmt::format("unsafe: {} left out; where the drain then stops, look at the pod it names",
                    base::enumerate(left_out)));
  }
  return translation;
}

Translation KubectlSteps::execute() {
  const std::string other =
      line_.other_flag({"namespace", "container", "stdin", "tty", "i", "t", "quiet"});
  const bool one_pod = line_.names.size() == 1 && line_.names[0].find('/') == std::string::npos;
  if (line_.program.empty() || !one_pod || !other.empty()) {
    return task("pod.exec runs one program with its arguments, in one pod", true);
  }
  const std::string program(program_of(line_.program[0]));
  if (is_one_of(program, {"sh", "bash", "ash", "dash", "ksh", "zsh"})) {
    return task(finding("CFK-X009", "name the program itself: then pod.exec runs it"), true);
  }
  for (const std::string& word : line_.program) {
    blanks_.note(word, command_.line);
  }
  blanks_.note(line_.names[0], command_.line, Use::Name);
  DraftArguments with = {{"pod", DraftValue::of(line_.names[0])}};
  add_namespace(with);
  if (line_.has("container")) {
    blanks_.note(line_.flag("container"), command_.line, Use::Name);
    with.push_back({"container", DraftValue::of(line_.flag("container"))});
  }
  with.push_back({"argv", DraftValue::list(line_.program)});
  DraftStep one = step("pod.exec", std::move(with), true);
  one.wish = "exec " + program;
  return steps(std::move(one));
}

}  // namespace cfkops::authoring
