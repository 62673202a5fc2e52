#include "score.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace cfkops::placement {

namespace {

constexpr std::string_view kHost = "kubernetes.io/hostname";
constexpr std::string_view kZone = "topology.kubernetes.io/zone";
constexpr double kMost = 100;

// The weights of the default profile.
constexpr double kSpreadWeight = 2;
constexpr double kLikingWeight = 2;
constexpr double kNodeWeight = 2;
constexpr double kTaintWeight = 3;

const std::string* label_of(const Node& node, const std::string& key) {
  const auto found = node.labels.find(key);
  return found == node.labels.end() ? nullptr : &found->second;
}

bool same_domain(const Node& one, const Node& other, const std::string& key) {
  const std::string* mine = label_of(one, key);
  const std::string* theirs = label_of(other, key);
  return mine != nullptr && theirs != nullptr && *mine == *theirs;
}

/// Adds `values` brought to 0…100, best for the highest, or for the lowest where `reverse`.
void add_normalized(std::vector<double>& scores,
                    const std::vector<double>& values,
                    double weight,
                    bool reverse) {
  const double most = *std::ranges::max_element(values);
  for (std::size_t i = 0; i < values.size() && (most > 0 || reverse); ++i) {
    const double share = most > 0 ? values.at(i) / most * kMost : 0;
    scores.at(i) += weight * (reverse ? kMost - share : share);
  }
}

}  // namespace

Score::Load Score::load_of(const Amounts& amounts) {
  const auto at = [&](std::string_view name) {
    const auto found = amounts.find(name);
    return found == amounts.end() ? 0.0 : static_cast<double>(found->second);
  };
  return {at("cpu"), at("memory")};
}

Score::Score(const World& world)
    : world_(world) {
  // A pod that asks for nothing is counted as if it asked for this much.
  const auto at_least = [](Load load) {
    return Load{load.cpu > 0 ? load.cpu : 100, load.memory > 0 ? load.memory : 209715200};
  };
  for (const Node& node : world.nodes) {
    room_.push_back(load_of(node.allocatable));
  }
  used_.resize(world.nodes.size());
  for (const Standing& standing : world.standing) {
    const Load load = at_least(load_of(standing.pod.holds));
    Load& used = used_.at(static_cast<std::size_t>(standing.node));
    used.cpu += load.cpu;
    used.memory += load.memory;
  }
  crowds_.resize(world.movers.size());
  likings_.resize(world.movers.size());
  for (std::size_t i = 0; i < world.movers.size(); ++i) {
    need_.push_back(at_least(load_of(world.movers.at(i).pod.requests)));
    tell_crowds(i);
    tell_likings(i);
  }
}

template <typename Means>
void Score::count(const Means& means,
                  std::vector<double>& standing,
                  std::vector<bool>& others) const {
  standing.assign(world_.nodes.size(), 0);
  for (const Standing& one : world_.standing) {
    standing.at(static_cast<std::size_t>(one.node)) += means(one.pod) ? 1 : 0;
  }
  for (const Mover& one : world_.movers) {
    others.push_back(means(one.pod));
  }
}

void Score::tell_crowds(std::size_t mover) {
  const Pod& pod = world_.movers.at(mover).pod;
  std::vector<Crowd>& crowds = crowds_.at(mover);
  for (const Spread& spread : pod.spread) {
    if (!spread.hard) {
      Crowd crowd{spread.topology, static_cast<double>(spread.max_skew), {}, {}};
      count(
          [&](const Pod& other) {
            return !other.terminating && other.ns == pod.ns &&
                   spread.selector.matches(other.labels);
          },
          crowd.standing,
          crowd.others);
      crowds.push_back(std::move(crowd));
    }
  }
  if (!pod.spread.empty()) {
    return;
  }
  // The scheduler's own constraints, over the pods that have the same controller.
  for (const auto& [topology, skew] : {std::pair(kHost, 3.0), std::pair(kZone, 5.0)}) {
    Crowd crowd{std::string(topology), skew, {}, {}};
    count(
        [&](const Pod& other) {
          return !other.terminating && other.owner.kind == pod.owner.kind &&
                 other.owner.uid == pod.owner.uid;
        },
        crowd.standing,
        crowd.others);
    crowds.push_back(std::move(crowd));
  }
}

void Score::tell_likings(std::size_t mover) {
  for (const PodTerm& term : world_.movers.at(mover).pod.liked) {
    Liking liking{term.topology, static_cast<double>(term.weight), {}, {}};
    count([&](const Pod& other) { return world_.means(term, other); },
          liking.standing,
          liking.others);
    likings_.at(mover).push_back(std::move(liking));
  }
}

double Score::resources(std::size_t mover, std::size_t node, const Spots& at) const {
  Load used = used_.at(node);
  const auto add = [&](const Load& load) {
    used.cpu += load.cpu;
    used.memory += load.memory;
  };
  add(need_.at(mover));
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (i != mover && at.at(i) == static_cast<int>(node)) {
      add(need_.at(i));
    }
  }
  const Load& room = room_.at(node);
  const auto share = [](double part, double whole) {
    return whole > 0 ? std::min(1.0, part / whole) : 1.0;
  };
  const double cpu = share(used.cpu, room.cpu);
  const double memory = share(used.memory, room.memory);
  const double least = kMost * (2 - cpu - memory) / 2;
  return least + kMost * (1 - std::fabs(cpu - memory) / 2);
}

double Score::in_domain(const std::string& topology,
                        const std::vector<double>& standing,
                        const std::vector<bool>& others,
                        std::size_t node,
                        const Spots& at) const {
  const Node& mine = world_.nodes.at(node);
  double sum = 0;
  for (std::size_t i = 0; i < world_.nodes.size(); ++i) {
    if (standing.at(i) > 0 && same_domain(mine, world_.nodes.at(i), topology)) {
      sum += standing.at(i);
    }
  }
  for (std::size_t i = 0; i < at.size(); ++i) {
    const int place = at.at(i) == kHere ? world_.drained : at.at(i);
    if (others.at(i) && place >= 0 &&
        same_domain(mine, world_.nodes.at(static_cast<std::size_t>(place)), topology)) {
      sum += 1;
    }
  }
  return sum;
}

void Score::add_spread(std::size_t mover,
                       const std::vector<std::size_t>& nodes,
                       const Spots& at,
                       std::vector<double>& scores) const {
  std::vector<double> counts(nodes.size(), 0);
  for (const Crowd& crowd : crowds_.at(mover)) {
    std::set<std::string> domains;
    for (const std::size_t node : nodes) {
      if (const std::string* label = label_of(world_.nodes.at(node), crowd.topology)) {
        domains.insert(*label);
      }
    }
    const double weight = std::log(static_cast<double>(domains.size()) + 2);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (label_of(world_.nodes.at(nodes.at(i)), crowd.topology) != nullptr) {
        const double there =
            in_domain(crowd.topology, crowd.standing, crowd.others, nodes.at(i), at);
        counts.at(i) += there * weight + crowd.skew - 1;
      }
    }
  }
  const double most = *std::ranges::max_element(counts);
  const double least = *std::ranges::min_element(counts);
  for (std::size_t i = 0; i < nodes.size() && most > 0; ++i) {
    scores.at(i) += kSpreadWeight * kMost * (most + least - counts.at(i)) / most;
  }
}

void Score::add_liking(std::size_t mover,
                       const std::vector<std::size_t>& nodes,
                       const Spots& at,
                       std::vector<double>& scores) const {
  std::vector<double> sums(nodes.size(), 0);
  for (const Liking& liking : likings_.at(mover)) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      sums.at(i) += liking.weight *
                    in_domain(liking.topology, liking.standing, liking.others, nodes.at(i), at);
    }
  }
  const double most = *std::ranges::max_element(sums);
  const double least = *std::ranges::min_element(sums);
  for (std::size_t i = 0; i < nodes.size() && most > least; ++i) {
    scores.at(i) += kLikingWeight * kMost * (sums.at(i) - least) / (most - least);
  }
}

void Score::add_fixed(std::size_t mover,
                      const std::vector<std::size_t>& nodes,
                      std::vector<double>& scores) const {
  const Pod& pod = world_.movers.at(mover).pod;
  std::vector<double> preferred;
  std::vector<double> disliked;
  for (const std::size_t index : nodes) {
    const Node& node = world_.nodes.at(index);
    double sum = 0;
    for (const NodePreference& one : pod.preferred) {
      sum += one.term.holds(node.labels, node.name) ? static_cast<double>(one.weight) : 0;
    }
    preferred.push_back(sum);
    disliked.push_back(
        static_cast<double>(std::ranges::count_if(node.taints, [&](const Taint& one) {
          return one.effect == "PreferNoSchedule" && !pod.tolerates(one);
        })));
  }
  add_normalized(scores, preferred, kNodeWeight, false);
  add_normalized(scores, disliked, kTaintWeight, true);
}

std::vector<double> Score::of(std::size_t mover,
                              const std::vector<std::size_t>& nodes,
                              const Spots& at) const {
  std::vector<double> scores;
  if (nodes.empty()) {
    return scores;
  }
  for (const std::size_t node : nodes) {
    scores.push_back(resources(mover, node, at));
  }
  add_spread(mover, nodes, at, scores);
  add_liking(mover, nodes, at, scores);
  add_fixed(mover, nodes, scores);
  return scores;
}

}  // namespace cfkops::placement
