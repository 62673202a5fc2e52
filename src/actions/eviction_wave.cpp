// Many evictions at once.
//
//   1. Hear what the watches tell: who is gone or going, what the budgets allow.
//   2. Of those that wait, send away whom no budget covers, and as many of each budget as it allows
//      by its last word, less what we have used of that. The server decides: whom it refuses is
//      asked for again when there is another version of the budget, so that a budget that frees is
//      used as soon as the watch tells of it.
//   3. When all are gone, end. A pod is gone when it is not on the node with this uid.
//   4. Every 30 s, list the pods, and ask for all that wait whatever the budgets say: a watch may
//      have missed something, and the server may know better.
//
// Properties kept: no eviction leaves without the uid of a pod that was judged; what has no answer
// is not taken for gone.
#include "eviction_wave.hpp"

#include "cluster_view.hpp"
#include "kafka_cluster.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using namespace std::chrono_literals;
using engine::Outcome;

constexpr Duration kHearEvery = 100ms;
constexpr Duration kTellEvery = 500ms;
constexpr Duration kListEvery = 30s;
constexpr Duration kAfterTrouble = 1s;
constexpr std::size_t kMostLines = 10;

/// The words of a disruption budget, where it was one that refused.
std::string words_of(const Error& error) {
  for (const ErrorCause& cause : error.causes) {
    if (cause.reason == "DisruptionBudget" && !cause.message.empty()) {
      return cause.message;
    }
  }
  return error.message;
}

bool has_two_budgets(const Error& error) {
  return error.code == ErrorCode::ServerError &&
         error.message.find("more than one PodDisruptionBudget") != std::string::npos;
}

bool namespace_ends(const Error& error) {
  return error.code == ErrorCode::Forbidden &&
         std::ranges::any_of(error.causes, [](const ErrorCause& cause) {
           return cause.reason == "NamespaceTerminating";
         });
}

}  // namespace

EvictionWave::EvictionWave(const engine::Context& context,
                           kube::Client& client,
                           const std::string& node,
                           const DrainOptions& options)
    : context_(context),
      client_(client),
      node_(node),
      options_(options),
      pods_(client.watch(kube::resources::pods(), "", pods_on(node, options))),
      budgets_(client.watch(kube::resources::pod_disruption_budgets(), "")) {}

std::optional<Outcome> EvictionWave::run(const std::vector<DrainPod>& pods, Wave wave) {
  entries_.clear();
  for (const DrainPod& pod : pods) {
    entries_.push_back({.pod = pod,
                        .state = pod.fate == PodFate::Going ? State::Going : State::Waiting,
                        .left = now()});
  }
  since_ = last_list_ = now();
  std::optional<Outcome> ended = entries_.empty() ? std::nullopt : sync();
  while (!ended && !all_gone()) {
    if (now() >= context_.deadline) {
      return overdue();
    }
    if (now() - last_told_ >= kTellEvery) {
      tell(wave);
    }
    ended = hear(std::min(now() + kHearEvery, context_.deadline));
    if (!ended && now() - last_list_ >= kListEvery) {
      ended = look_again();
    }
    if (!ended) {
      ended = send_due();
    }
  }
  return ended;
}

/// Both watches have begun, and the first evictions are sent.
std::optional<Outcome> EvictionWave::sync() {
  while (!pods_->trouble().empty() || !budgets_->trouble().empty()) {
    if (std::optional<Outcome> ended = hear(now() + kHearEvery)) {
      return ended;
    }
    if (now() >= context_.deadline) {
      return overdue();
    }
  }
  synced_ = true;
  if (std::optional<Outcome> ended = hear(now())) {
    return ended;
  }
  return send_due();
}

/// What happens to the budgets meanwhile is heard as soon as that moment is over.
std::optional<Outcome> EvictionWave::hear(MonoTime until) {
  const auto pods = pods_->next(until);
  if (!pods) {
    return end(Outcome::from(pods.error()));
  }
  const auto budgets = budgets_->next(now());
  if (!budgets) {
    return end(Outcome::from(budgets.error()));
  }
  if (synced_) {
    std::map<std::string, bool> leaving;
    for (const auto& [name, pod] : pods_->objects()) {
      leaving.emplace(pod.uid(), pod.deleting());
    }
    settle(leaving);
  }
  return std::nullopt;
}

/// Who is there still, by uid, and whether it is on its way out.
void EvictionWave::settle(const std::map<std::string, bool>& leaving) {
  for (Entry& entry : entries_) {
    if (entry.state == State::Gone) {
      continue;
    }
    const auto found = leaving.find(entry.pod.pod.uid());
    if (found == leaving.end()) {
      entry.state = State::Gone;
      gone_.push_back(entry.pod);
      context_.progress(fmt::format(
          "pod {} is gone after {}", entry.pod.name(), base::human_duration(now() - entry.left)));
    } else if (found->second) {
      entry.state = State::Going;
    }
  }
}

std::optional<Outcome> EvictionWave::look_again() {
  last_list_ = now();
  const auto listed = client_.list(kube::resources::pods(), "", pods_on(node_, options_));
  if (!listed) {
    return may_heal(listed.error()) ? std::nullopt
                                    : std::optional(end(Outcome::from(listed.error())));
  }
  std::map<std::string, bool> leaving;
  for (const kube::Object& pod : listed->items) {
    leaving.emplace(pod.uid(), pod.deleting());
  }
  settle(leaving);
  for (Entry& entry : entries_) {
    entry.ask_anyway = true;
  }
  return std::nullopt;
}

std::optional<Outcome> EvictionWave::send_due() {
  for (Entry& entry : entries_) {
    if (entry.state != State::Waiting || !may_go(entry)) {
      continue;
    }
    if (std::optional<Outcome> ended = send(entry)) {
      return ended;
    }
  }
  return std::nullopt;
}

std::vector<Json> EvictionWave::budgets_in(const std::string& ns) const {
  std::vector<Json> found;
  for (const auto& [name, budget] : budgets_->objects()) {
    if (budget.ns() == ns) {
      found.push_back(budget.json());
    }
  }
  return found;
}

std::string EvictionWave::version_of(const std::string& budget) const {
  const auto found = budgets_->objects().find(budget);
  return found == budgets_->objects().end() ? "" : found->second.resource_version();
}

/// Whether it is time to ask the server for it, by all that we know.
bool EvictionWave::may_go(Entry& entry) {
  if (std::exchange(entry.ask_anyway, false)) {
    return true;
  }
  const auto seen = pods_->objects().find(entry.pod.name());
  const Json& pod = seen == pods_->objects().end() ? entry.pod.pod.json() : seen->second.json();
  const placement::Disruption found =
      placement::disruption({pod}, budgets_in(entry.pod.pod.ns()), 1);
  if (!found.refused.empty()) {
    entry.why = found.refused.front();
    return false;
  }
  if (now() < entry.rests_until) {
    return false;
  }
  if (found.budgets.empty() || found.budgets.front().pods == 0) {
    return true;
  }
  const placement::BudgetUse& use = found.budgets.front();
  entry.budget = use.ns + "/" + use.name;
  if (use.verdict != placement::Verdict::Yes) {
    entry.why = line_of(use);
    return false;
  }
  const std::string version = version_of(entry.budget);
  if (entry.refused_at == version) {
    return false;
  }
  if (entry.holds == version) {
    return true;  // it may be gone, or may not have been asked for: either way it is counted
  }
  Spent& spent = spent_[entry.budget];
  if (spent.version != version) {
    spent = {.version = version};
  }
  if (spent.evictions >= use.allowed) {
    entry.why = fmt::format("budget {} lets {} go at a time", entry.budget, use.allowed);
    return false;
  }
  ++spent.evictions;
  entry.holds = version;
  return true;
}

std::optional<Outcome> EvictionWave::send(Entry& entry) {
  const kube::Object& pod = entry.pod.pod;
  const Status evicted = client_.evict(pod.ns(), pod.name(), {.uid = pod.uid()});
  if (!evicted && evicted.error().code != ErrorCode::NotFound) {
    return after_error(entry, evicted.error());
  }
  evicted_ = evicted_ || evicted.has_value();
  entry.state = State::Going;
  entry.left = now();
  entry.why.clear();
  context_.progress(evicted ? fmt::format("pod {} evicted (uid {})", entry.pod.name(), pod.uid())
                            : fmt::format("pod {} had gone already", entry.pod.name()));
  return std::nullopt;
}

/// Back to waiting, unless it will never be let go.
std::optional<Outcome> EvictionWave::after_error(Entry& entry, const Error& error) {
  evicted_ = evicted_ || error.outcome_unknown();
  entry.why = words_of(error);
  if (error.code == ErrorCode::TooManyRequests && !entry.budget.empty()) {
    entry.refused_at = version_of(entry.budget);
    return std::nullopt;
  }
  entry.rests_until = now() + kAfterTrouble;
  if (!error.outcome_unknown()) {
    give_back(entry);
  }
  if (has_two_budgets(error)) {
    return end(Outcome::refused(fmt::format("pod {}: {}", entry.pod.name(), error.message)));
  }
  if (may_heal(error) || namespace_ends(error)) {
    return std::nullopt;
  }
  return end(Outcome::from(error));
}

/// It was not let go: what it has taken of its budget is there for the next one.
void EvictionWave::give_back(Entry& entry) {
  const auto spent = spent_.find(entry.budget);
  if (!entry.holds.empty() && spent != spent_.end() && spent->second.version == entry.holds) {
    --spent->second.evictions;
  }
  entry.holds.clear();
}

bool EvictionWave::all_gone() const {
  return std::ranges::all_of(entries_,
                             [](const Entry& entry) { return entry.state == State::Gone; });
}

std::vector<std::string> EvictionWave::waiting_lines() const {
  std::vector<std::string> lines;
  std::size_t more = 0;
  for (const Entry& entry : entries_) {
    if (entry.state == State::Gone) {
      continue;
    }
    if (lines.size() == kMostLines) {
      ++more;
    } else if (entry.state == State::Going) {
      lines.push_back(fmt::format("pod {} is on its way out", entry.pod.name()));
    } else {
      lines.push_back(fmt::format(
          "pod {} is not evicted{}", entry.pod.name(), entry.why.empty() ? "" : ": " + entry.why));
    }
  }
  if (more > 0) {
    lines.push_back(fmt::format("and {}", base::counted(static_cast<long long>(more), "more pod")));
  }
  return lines;
}

void EvictionWave::tell(Wave wave) {
  const auto count = [this](State state) {
    return std::ranges::count(entries_, state, &Entry::state);
  };
  engine::WaitState state;
  state.what = fmt::format("the {} pods of node {} to be gone", to_string(wave), node_);
  state.why = fmt::format("{} on the way out, {} not let go yet, {} gone",
                          count(State::Going),
                          count(State::Waiting),
                          count(State::Gone));
  state.details = waiting_lines();
  state.elapsed = now() - since_;
  context_.waiting(state);
  last_told_ = now();
}

Outcome EvictionWave::overdue() const {
  const std::string why = "the step's time is up: " + base::join(waiting_lines(), "; ");
  if (!evicted_) {
    return Outcome::refused(why);
  }
  return end(Outcome::from(make_error(ErrorCode::Timeout, why)));
}

Outcome EvictionWave::end(Outcome outcome) const {
  const std::vector<std::string> lines = waiting_lines();
  outcome.left.insert(outcome.left.end(), lines.begin(), lines.end());
  return outcome;
}

}  // namespace cfkops::actions
