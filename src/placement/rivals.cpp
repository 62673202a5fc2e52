#include "rivals.hpp"

#include <algorithm>
#include <limits>

namespace cfkops::placement {

namespace {

World with_rivals_as_movers(const World& world) {
  World made = world;
  made.movers = world.rivals;
  return made;
}

}  // namespace

bool looks_at(const World& world, const Pod& pod, const Pod& other) {
  const bool liked = std::ranges::any_of(
      pod.affinity, [&](const PodTerm& term) { return world.means(term, other); });
  return liked || std::ranges::any_of(pod.spread, [&](const Spread& spread) {
           return spread.hard && other.ns == pod.ns && spread.selector.matches(other.labels);
         });
}

Rivals::Rivals(const World& world)
    : world_(world) {
  if (world.rivals.empty()) {
    return;
  }
  const World others = with_rivals_as_movers(world);
  const Fit fit(others);
  for (std::size_t i = 0; i < others.movers.size(); ++i) {
    const Pod& rival = others.movers.at(i).pod;
    const bool untold = !rival.doubts.empty() || !rival.nominated.empty();
    const std::int64_t below =
        rival.may_preempt ? rival.priority : std::numeric_limits<std::int64_t>::min();
    std::vector<bool>& usable = usable_.emplace_back();
    for (std::size_t node = 0; node < others.nodes.size(); ++node) {
      usable.push_back(untold || fit.ever(i, node, below));
    }
  }
}

bool Rivals::related(const Pod& pod, const Pod& rival) const {
  const auto keeps_off = [&](const Pod& one, const Pod& other) {
    return std::ranges::any_of(one.anti,
                               [&](const PodTerm& term) { return world_.means(term, other); });
  };
  const bool shares = pod.ns == rival.ns && std::ranges::any_of(pod.claims, [&](const auto& name) {
                        return std::ranges::find(rival.claims, name) != rival.claims.end();
                      });
  return shares || keeps_off(pod, rival) || keeps_off(rival, pod) || looks_at(world_, pod, rival);
}

bool Rivals::matter_to(std::size_t mover, const Fit& fit, std::int64_t drop_below) const {
  for (std::size_t i = 0; i < usable_.size(); ++i) {
    const bool is_related = related(world_.movers.at(mover).pod, world_.rivals.at(i).pod);
    for (std::size_t node = 0; node < world_.nodes.size(); ++node) {
      if (usable_.at(i).at(node) && (is_related || fit.ever(mover, node, drop_below))) {
        return true;
      }
    }
  }
  return false;
}

bool Rivals::may_let_in(std::size_t mover) const {
  return std::ranges::any_of(world_.rivals, [&](const Mover& rival) {
    return looks_at(world_, world_.movers.at(mover).pod, rival.pod);
  });
}

}  // namespace cfkops::placement
