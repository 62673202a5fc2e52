#include "shell_program.hpp"

#include "shell_script.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr Duration kStartDelay = std::chrono::milliseconds(300);
constexpr Duration kFastest = std::chrono::milliseconds(20);  // that a process takes
constexpr Duration kLongRun = std::chrono::minutes(1);
constexpr Duration kNever = std::chrono::hours(24);
constexpr int kNotSimulated = 126;

bool is_busybox(std::string_view image) {
  const std::size_t slash = image.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? image : image.substr(slash + 1);
  return name.substr(0, name.find(':')) == "busybox";
}

std::vector<std::string> texts(const Value& words) {
  std::vector<std::string> all;
  for (const Value& word : words) {
    all.push_back(word.is_string() ? word.get<std::string>() : std::string());
  }
  return all;
}

/// What the kubelet starts in it; the image's own command is `sh`.
std::vector<std::string> command_of(const Value& container) {
  std::vector<std::string> command = texts(list_at(container, {"command"}));
  const std::vector<std::string> arguments = texts(list_at(container, {"args"}));
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command.empty() ? std::vector<std::string>{"sh"} : command;
}

ShellPlace place_of(const Value& pod, const Value& container) {
  ShellPlace place{.host = text_at(pod, {"spec", "hostname"}, name_of(pod))};
  for (const Value& mount : list_at(container, {"volumeMounts"})) {
    place.mounts.push_back(text_at(mount, {"mountPath"}));
  }
  return place;
}

std::optional<ShellRun> run_of(const Value& pod, const Value& container) {
  if (!is_busybox(text_at(container, {"image"}))) {
    return std::nullopt;
  }
  auto run = run_shell(command_of(container), place_of(pod, container));
  if (run) {
    run->end = std::max(run->end, kFastest);
  }
  return run;
}

/// The first end of its containers; none: not all are simulated.
std::optional<ShellRun> first_end(const Value& pod) {
  std::optional<ShellRun> first;
  const Value& containers = list_at(pod, {"spec", "containers"});
  for (const Value& container : containers) {
    auto run = run_of(pod, container);
    if (!run || (containers.size() > 1 && run->end < kLongRun)) {
      return std::nullopt;
    }
    if (!first || run->end < first->end) {
      first = std::move(run);
    }
  }
  return first;
}

const Value* container_named(const Value& pod, std::string_view name) {
  for (const Value& container : list_at(pod, {"spec", "containers"})) {
    if (text_at(container, {"name"}) == name) {
      return &container;
    }
  }
  return nullptr;
}

class ShellProgram final : public Program {
 public:
  ShellProgram(Timeline& timeline, const Programs& programs)
      : timeline_(timeline),
        programs_(programs) {}

  [[nodiscard]] bool runs_in(const Value& pod) const override { return first_end(pod).has_value(); }

  [[nodiscard]] Duration start_delay(const Value& /*pod*/) const override { return kStartDelay; }

  [[nodiscard]] bool passes_probes() const override { return true; }

  void start(const Value& pod) override {
    const auto run = first_end(pod);
    if (!run) {
      return;
    }
    const std::string uid = uid_of(pod);
    Process& process = processes_[uid];
    if (process.ended) {
      process.last_ran = *process.ended - process.begun;
    }
    process.begun = timeline_.now();
    process.ended.reset();
    process.timer = timeline_.after(
        run->end, [this, uid, code = run->code, ns = namespace_of(pod), name = name_of(pod)] {
          if (const auto found = processes_.find(uid); found != processes_.end()) {
            found->second.code = code;
            programs_.changed(ns, name);
          }
        });
  }

  Duration stop(const Value& /*pod*/) override { return kNever; }

  void end(const Value& pod) override {
    const auto found = processes_.find(uid_of(pod));
    if (found == processes_.end()) {
      return;
    }
    Process& process = found->second;
    timeline_.cancel(process.timer);
    process.code.reset();
    process.ended = timeline_.now();
    if (find(pod, {"metadata", "deletionTimestamp"}) != nullptr) {
      processes_.erase(found);
    }
  }

  [[nodiscard]] bool is_ready(const Value& pod) const override {
    const auto found = processes_.find(uid_of(pod));
    return found != processes_.end() && !found->second.code && !found->second.ended;
  }

  [[nodiscard]] std::optional<int> exited(const Value& pod) const override {
    const auto found = processes_.find(uid_of(pod));
    return found == processes_.end() ? std::nullopt : found->second.code;
  }

  [[nodiscard]] std::string log(const Value& pod,
                                std::string_view container,
                                bool previous) const override {
    const Value* const named = container_named(pod, container);
    const auto found = processes_.find(uid_of(pod));
    const auto run = named == nullptr ? std::nullopt : run_of(pod, *named);
    if (found == processes_.end() || !run) {
      return {};
    }
    const Process& process = found->second;
    return run->log(previous ? process.last_ran
                             : process.ended.value_or(timeline_.now()) - process.begun);
  }

  [[nodiscard]] std::optional<kube::Response> serve(const Value& /*pod*/,
                                                    int /*port*/,
                                                    const kube::Request& /*request*/) override {
    return std::nullopt;
  }

  [[nodiscard]] std::optional<ExecResult> exec(const Value& pod,
                                               std::string_view container,
                                               const std::vector<std::string>& command) override {
    const Value* const named = container_named(pod, container);
    if (named == nullptr || command.empty() || !is_applet(command.front())) {
      return std::nullopt;
    }
    if (auto result = run_at_once(command, place_of(pod, *named))) {
      return result;
    }
    return ExecResult{
        .code = kNotSimulated,
        .error = command.front() +
                 ": the sandbox does not simulate this command, only echo, true, false, "
                 "hostname, cat of what is not there, and sh -c with these and exit\n"};
  }

 private:
  struct Process {
    MonoTime begun = {};
    std::optional<MonoTime> ended = {};
    Duration last_ran = {};
    std::optional<int> code = {};  ///< has ended by itself
    Timeline::TimerId timer = 0;
  };

  Timeline& timeline_;
  const Programs& programs_;
  std::map<std::string, Process> processes_;  ///< by the pod's uid
};

}  // namespace

std::unique_ptr<Program> shell_program(Timeline& timeline, const Programs& programs) {
  return std::make_unique<ShellProgram>(timeline, programs);
}

}  // namespace cfkops::sandbox
