#include "explore.hpp"
#include "fit.hpp"
#include "rivals.hpp"
#include "rollout.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/placement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

namespace cfkops::placement {

namespace {

using base::counted;

/// "2 nodes: insufficient memory", most nodes first.
std::vector<std::string> histogram(const std::map<std::string, int>& counts) {
  std::vector<std::pair<int, std::string>> sorted;
  sorted.reserve(counts.size());
  for (const auto& [reason, count] : counts) {
    sorted.emplace_back(count, reason);
  }
  std::ranges::stable_sort(sorted, std::greater<>(), &std::pair<int, std::string>::first);
  std::vector<std::string> made;
  made.reserve(sorted.size());
  for (const auto& [count, reason] : sorted) {
    made.push_back(fmt::format("{}: {}", counted(count, "node"), reason));
  }
  return made;
}

/// The pods of a node judged, in the order of these steps:
/// 1. What can become of them in every order and with every choice of nodes, where that can be
///    followed to the end: a pod that always finds a node is a Yes, one that never does a No.
/// 2. Otherwise a Yes where a scheduler like the default one always finds one, in many runs.
/// 3. A No also where no node fits even without the other pods, or no assignment of all exists.
/// 4. What the view does not tell takes the Yes or the No away.
class Judgement {
 public:
  explicit Judgement(const World& world)
      : world_(world),
        fit_(world),
        rivals_(world),
        explored_(explore(fit_)),
        rolled_(roll(fit_)) {}

  Forecast made() {
    Forecast forecast;
    bool all = true;
    bool none = false;
    for (std::size_t i = 0; i < world_.movers.size(); ++i) {
      Placement one = judge(i);
      all = all && one.verdict == Verdict::Yes;
      none = none || one.verdict == Verdict::No;
      forecast.pods.push_back(std::move(one));
    }
    if (!all && !none && !loose() && never_together()) {
      none = true;
      say_crowded(forecast);
    }
    forecast.verdict = none ? Verdict::No : all ? Verdict::Yes : Verdict::Unknown;
    return forecast;
  }

 private:
  const Pod& pod(std::size_t mover) const { return world_.movers.at(mover).pod; }

  bool always(std::size_t mover) const {
    return (explored_.complete && explored_.always.at(mover)) || rolled_.always.at(mover);
  }

  Placement judge(std::size_t mover) const {
    const Pod& of = pod(mover);
    Placement one{of.ns, of.name, Verdict::Unknown, {}, {}};
    if (!of.doubts.empty()) {
      one.why = of.doubts;
      return one;
    }
    std::map<std::string, int> reasons;
    if (never(mover, reasons)) {
      one.verdict = of.not_no.empty() ? Verdict::No : Verdict::Unknown;
      one.why = histogram(reasons);
      one.why.insert(one.why.end(), of.not_no.begin(), of.not_no.end());
      return one;
    }
    if (always(mover)) {
      return judge_fitting(mover, std::move(one));
    }
    one.why = why_unknown(mover);
    return one;
  }

  Placement judge_fitting(std::size_t mover, Placement one) const {
    one.why = pod(mover).not_yes;
    if (rivals_.matter_to(mover, fit_, drop_below(mover))) {
      one.why.emplace_back("pods that wait for a node already may take the room");
    }
    if (may_be_preempted(mover)) {
      one.why.emplace_back("a drained pod of higher priority may take its place");
    }
    if (one.why.empty()) {
      one.verdict = Verdict::Yes;
      const int node = rolled_.likely.at(mover);
      one.node = node >= 0 ? world_.nodes.at(static_cast<std::size_t>(node)).name : std::string();
    }
    return one;
  }

  /// What keeps it from each node at the end of the likely run; from there, all that is left.
  std::vector<std::string> why_unknown(std::size_t mover) const {
    std::map<std::string, int> reasons;
    Spots at = rolled_.likely;
    const bool placed = at.at(mover) >= 0;
    at.at(mover) = kGone;
    for (std::size_t node = 0; node < world_.nodes.size(); ++node) {
      std::string why;
      if (static_cast<int>(node) != world_.drained &&
          fit_.fits(mover, node, at, &why) != Fits::Yes) {
        ++reasons[why];
      }
    }
    std::vector<std::string> made = histogram(reasons);
    if (placed && !std::ranges::any_of(made, [](const std::string& one) {
          return one.find("known") != std::string::npos;
        })) {
      made.emplace_back("whether it fits depends on where the others go");
    }
    if (preempts(mover)) {
      made.emplace_back("it may preempt pods of lower priority");
    }
    return made;
  }

  bool preempts(std::size_t mover) const {
    const Pod& of = pod(mover);
    return of.may_preempt && (std::ranges::any_of(world_.standing,
                                                  [&](const Standing& one) {
                                                    return one.pod.priority < of.priority;
                                                  }) ||
                              std::ranges::any_of(world_.movers, [&](const Mover& one) {
                                return one.pod.priority < of.priority;
                              }));
  }

  bool may_be_preempted(std::size_t mover) const {
    for (std::size_t i = 0; i < world_.movers.size(); ++i) {
      if (pod(i).may_preempt && pod(i).priority > pod(mover).priority && !always(i)) {
        return true;
      }
    }
    return false;
  }

  /// Pods below this priority may be gone when the mover's turn comes.
  std::int64_t drop_below(std::size_t mover) const {
    const Pod& of = pod(mover);
    std::int64_t below = of.may_preempt ? of.priority : std::numeric_limits<std::int64_t>::min();
    for (std::size_t i = 0; i < world_.movers.size(); ++i) {
      if (i != mover && pod(i).may_preempt && !always(i)) {
        below = std::max(below, pod(i).priority);
      }
    }
    return below;
  }

  bool never(std::size_t mover, std::map<std::string, int>& reasons) const {
    const std::int64_t below = drop_below(mover);
    bool none = true;
    for (std::size_t node = 0; node < world_.nodes.size(); ++node) {
      std::string why;
      if (static_cast<int>(node) == world_.drained) {
        continue;
      }
      if (fit_.ever(mover, node, below, &why)) {
        none = false;
      } else {
        ++reasons[why];
      }
    }
    if (none) {
      return !rivals_.may_let_in(mover);
    }
    if (!explored_.complete || explored_.sometimes.at(mover) || loose() ||
        rivals_.may_let_in(mover)) {
      return false;
    }
    reasons.clear();
    for (std::size_t node = 0; node < world_.nodes.size(); ++node) {
      std::string why;
      if (static_cast<int>(node) != world_.drained &&
          fit_.fits(mover, node, rolled_.likely, &why) == Fits::No) {
        ++reasons[why];
      }
    }
    return true;
  }

  /// Something may give way, or is not known: only what concerns one pod alone can be proved.
  bool loose() const {
    const bool moving = std::ranges::any_of(
        world_.standing, [](const Standing& one) { return one.pod.terminating; });
    if (moving) {
      return true;
    }
    for (std::size_t i = 0; i < world_.movers.size(); ++i) {
      if (!pod(i).doubts.empty() || !pod(i).not_no.empty() || rivals_.may_let_in(i) ||
          (preempts(i) && !always(i))) {
        return true;
      }
    }
    return false;
  }

  bool never_together() const {
    return explored_.complete ? !explored_.all_once : pack(fit_) == Fits::No;
  }

  void say_crowded(Forecast& forecast) const {
    for (Placement& one : forecast.pods) {
      if (one.verdict == Verdict::Unknown) {
        one.why.push_back(
            fmt::format("the {} do not all fit at once",
                        counted(static_cast<long long>(world_.movers.size()), "pod")));
      }
    }
  }

  const World& world_;
  Fit fit_;
  Rivals rivals_;
  Explored explored_;
  Rolled rolled_;
};

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Yes:
      return "Yes";
    case Verdict::No:
      return "No";
    case Verdict::Unknown:
      break;
  }
  return "Unknown";
}

Forecast drain(const View& view, const std::string& node) {
  const World world = read_world(view, node);
  if (world.drained < 0) {
    return {};
  }
  return Judgement(world).made();
}

}  // namespace cfkops::placement
