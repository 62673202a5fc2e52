#include "api/log_follows.hpp"

#include "api/log_source.hpp"
#include "api/log_text.hpp"
#include "api/pod_container.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr Duration kPause = std::chrono::milliseconds(500);

// How the run that is followed stands by now.
enum class Run { Goes, Ended, Replaced };

Run run_by_now(const LogSource& source, const Answer<Shared>& pod) {
  const Value* const status = pod ? container_status(**pod, source.container) : nullptr;
  if (status == nullptr || find(*status, {"state", "running"}) == nullptr) {
    return Run::Ended;
  }
  const bool same = uid_of(**pod) == uid_of(*source.pod) &&
                    number_at(*status, {"restartCount"}) == source.restarts;
  return same ? Run::Goes : Run::Replaced;
}

}  // namespace

struct LogFollows::Follow {
  const Kind& pods;
  LogSource source;
  LogText text;
  Responder& responder;
  bool closed = false;

  void say(const std::string& lines) const {
    if (!closed && !lines.empty()) {
      responder.data(lines);
    }
  }
};

LogFollows::LogFollows(Registry& registry, const Programs& programs)
    : registry_(registry),
      programs_(programs) {}

LogFollows::~LogFollows() {
  registry_.timeline().cancel(timer_);
}

Answer<void> LogFollows::open(Id id, const Exchange& exchange, Responder& responder) {
  const auto options = read_log_options(exchange, registry_.timeline().wall());
  if (!options) {
    return refuse(options.error());
  }
  auto source = find_log(registry_, exchange, options->previous);
  if (!source) {
    return refuse(std::move(source.error()));
  }
  kube::Response head = log_head(exchange, *source);
  if (source->unscheduled()) {
    responder.answer(std::move(head));
    return {};
  }
  LogText text(*options, source->begin);
  auto follow = std::make_shared<Follow>(
      Follow{*exchange.route.kind, *std::move(source), std::move(text), responder});
  open_.emplace(id, follow);
  responder.head(std::move(head));
  follow->say(follow->text.first(follow->source.text(programs_, follow->source.previous)));
  if (follow->source.running && !follow->text.full()) {
    plan();
  } else if (!follow->closed) {
    open_.erase(id);
    responder.end();
  }
  return {};
}

void LogFollows::close(Id id) {
  if (const auto found = open_.find(id); found != open_.end()) {
    found->second->closed = true;
    open_.erase(found);
  }
}

void LogFollows::plan() {
  if (timer_ == 0 && !open_.empty()) {
    timer_ = registry_.timeline().after(kPause, [this] {
      timer_ = 0;
      look();
      plan();
    });
  }
}

void LogFollows::look() {
  // A responder may close its follow from within.
  const std::map<Id, std::shared_ptr<Follow>> all = open_;
  for (const auto& [id, follow] : all) {
    if (!follow->closed && look_at(*follow) && !follow->closed) {
      open_.erase(id);
      follow->responder.end();
    }
  }
}

// Whether that was all.
bool LogFollows::look_at(Follow& follow) const {
  const LogSource& source = follow.source;
  const auto pod = registry_.get(follow.pods, namespace_of(*source.pod), name_of(*source.pod));
  const Run run = run_by_now(source, pod);
  follow.say(follow.text.more(source.text(programs_, run == Run::Replaced)));
  return run != Run::Goes || follow.text.full();
}

}  // namespace cfkops::sandbox
