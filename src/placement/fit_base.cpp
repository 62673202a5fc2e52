#include "fit.hpp"

#include <algorithm>

namespace cfkops::placement {

namespace {

bool ports_clash(const Pod& one, const Pod& other) {
  return std::ranges::any_of(one.ports, [&](const HostPort& port) {
    return std::ranges::any_of(other.ports,
                               [&](const HostPort& taken) { return port.collides(taken); });
  });
}

/// Matched by every term.
bool is_friend(const World& world, const Pod& pod, const Pod& other) {
  return !pod.affinity.empty() && std::ranges::all_of(pod.affinity, [&](const PodTerm& term) {
    return world.means(term, other);
  });
}

bool uses(const Pod& pod, const std::string& claim) {
  return std::ranges::any_of(pod.claims,
                             [&](const std::string& name) { return pod.ns + "/" + name == claim; });
}

bool uses_any(const Pod& pod, const std::vector<std::string>& claims) {
  return std::ranges::any_of(claims, [&](const std::string& one) { return uses(pod, one); });
}

bool follows(const Spread& spread, const Pod& pod, const Pod& other) {
  return !spread.selector.requirements.empty() && other.ns == pod.ns &&
         spread.selector.matches(other.labels);
}

}  // namespace

Fit::Fit(const World& world)
    : world_(world) {
  movers_.resize(world.movers.size());
  tell_resources();
  tell_disks();
  for (std::size_t i = 0; i < movers_.size(); ++i) {
    tell_static(i);
    tell_foes(i);
    tell_friends(i);
    tell_pairs(i);
    tell_rules(i);
  }
  tell_order();
}

std::size_t Fit::key_of(const std::string& topology) {
  const auto [found, is_new] = keys_.emplace(topology, domains_.size());
  if (!is_new) {
    return found->second;
  }
  std::map<std::string, int> values;
  std::vector<int>& made = domains_.emplace_back();
  for (const Node& node : world_.nodes) {
    const auto label = node.labels.find(topology);
    made.push_back(
        label == node.labels.end()
            ? -1
            : values.emplace(label->second, static_cast<int>(values.size())).first->second);
  }
  return found->second;
}

void Fit::tell_resources() {
  std::set<std::string> names;
  for (const Mover& mover : world_.movers) {
    for (const auto& [name, amount] : mover.pod.requests) {
      if (amount > 0 && name != "pods") {
        names.insert(name);
      }
    }
  }
  resources_.assign(1, "pods");
  resources_.insert(resources_.end(), names.begin(), names.end());
  const auto dense = [&](const Amounts& amounts) {
    std::vector<std::int64_t> made;
    for (const std::string& name : resources_) {
      const auto found = amounts.find(name);
      made.push_back(found == amounts.end() ? 0 : found->second);
    }
    return made;
  };
  for (std::size_t i = 0; i < movers_.size(); ++i) {
    movers_.at(i).need = dense(world_.movers.at(i).pod.requests);
    movers_.at(i).need.front() = 1;
  }
  for (const Node& node : world_.nodes) {
    room_.push_back(dense(node.allocatable));
  }
  for (const Standing& standing : world_.standing) {
    std::vector<std::int64_t> taken = dense(standing.pod.holds);
    taken.front() = 1;
    std::vector<std::int64_t>& room = room_.at(static_cast<std::size_t>(standing.node));
    std::ranges::transform(room, taken, room.begin(), std::minus<>());
  }
}

void Fit::tell_static(std::size_t mover) {
  const Pod& pod = world_.movers.at(mover).pod;
  for (std::size_t i = 0; i < world_.nodes.size(); ++i) {
    const Node& node = world_.nodes.at(i);
    Finding found;
    if (static_cast<int>(i) == world_.drained) {
      found = {Fits::No, "is drained"};
    } else if (const Taint* taint = pod.repelled_by(node)) {
      found = {Fits::No, "taint " + taint->key + " is not tolerated"};
    } else if (!pod.selects(node)) {
      found = {Fits::No, "node selector or affinity does not match"};
    } else {
      found = volume_fit(world_.movers.at(mover).needs, node, world_.storage);
      if (found.fits != Fits::No && !node.doubt.empty()) {
        found = {Fits::Maybe, node.doubt};
      }
    }
    movers_.at(mover).hard.push_back(std::move(found));
  }
}

void Fit::tell_foes(std::size_t mover) {
  Tables& tables = movers_.at(mover);
  const Pod& pod = world_.movers.at(mover).pod;
  tables.blocked.assign(world_.nodes.size(), false);
  tables.port_taken.assign(world_.nodes.size(), false);
  for (std::size_t i = 0; i < world_.standing.size(); ++i) {
    const Standing& standing = world_.standing.at(i);
    for (const PodTerm& term : pod.anti) {
      if (world_.means(term, standing.pod)) {
        tables.foes.push_back({i, key_of(term.topology)});
      }
    }
    for (const PodTerm& term : standing.pod.anti) {
      if (world_.means(term, pod)) {
        tables.foes.push_back({i, key_of(term.topology)});
      }
    }
    if (ports_clash(pod, standing.pod)) {
      tables.port_taken.at(static_cast<std::size_t>(standing.node)) = true;
      tables.port_foes.push_back(i);
    }
    if (uses_any(standing.pod, world_.movers.at(mover).needs.one_pod)) {
      tables.claim_foes.push_back(i);
    }
  }
  for (const Foe& foe : tables.foes) {
    const auto where = static_cast<std::size_t>(world_.standing.at(foe.standing).node);
    const int there = domain(foe.key, where);
    for (std::size_t i = 0; there >= 0 && i < world_.nodes.size(); ++i) {
      if (domain(foe.key, i) == there) {
        tables.blocked.at(i) = true;
      }
    }
  }
}

void Fit::tell_friends(std::size_t mover) {
  Tables& tables = movers_.at(mover);
  const Pod& pod = world_.movers.at(mover).pod;
  for (const PodTerm& term : pod.affinity) {
    tables.affinity.push_back(key_of(term.topology));
  }
  tables.with_friends.resize(pod.affinity.size());
  tables.friend_of_itself = is_friend(world_, pod, pod);
  for (const Standing& standing : world_.standing) {
    if (!is_friend(world_, pod, standing.pod)) {
      continue;
    }
    for (std::size_t i = 0; i < tables.affinity.size(); ++i) {
      const int there = domain(tables.affinity.at(i), static_cast<std::size_t>(standing.node));
      if (there >= 0) {
        tables.with_friends.at(i).insert(there);
        tables.has_friends = true;
      }
    }
  }
}

void Fit::tell_pairs(std::size_t mover) {
  Tables& tables = movers_.at(mover);
  const Mover& mine = world_.movers.at(mover);
  tables.apart.resize(movers_.size());
  for (std::size_t i = 0; i < movers_.size(); ++i) {
    const Mover& other = world_.movers.at(i);
    tables.friends.push_back(is_friend(world_, mine.pod, other.pod));
    tables.clash.push_back(ports_clash(mine.pod, other.pod));
    tables.shares.push_back(i != mover && (uses_any(other.pod, mine.needs.one_pod) ||
                                           uses_any(mine.pod, other.needs.one_pod)));
    for (const PodTerm& term : mine.pod.anti) {
      if (world_.means(term, other.pod)) {
        tables.apart.at(i).insert(key_of(term.topology));
      }
    }
    for (const PodTerm& term : other.pod.anti) {
      if (world_.means(term, mine.pod)) {
        tables.apart.at(i).insert(key_of(term.topology));
      }
    }
  }
}

Fit::Rule Fit::rule_of(std::size_t mover, const Spread& spread) {
  const Pod& pod = world_.movers.at(mover).pod;
  Rule rule{key_of(spread.topology), spread.max_skew, spread.min_domains, 0, {}, {}, {}};
  rule.own = spread.selector.matches(pod.labels) ? 1 : 0;
  for (std::size_t i = 0; i < world_.nodes.size(); ++i) {
    const Node& node = world_.nodes.at(i);
    const bool has_all = std::ranges::all_of(pod.spread, [&](const Spread& one) {
      return !one.hard || node.labels.contains(one.topology);
    });
    const bool counted = has_all && (!spread.honor_affinity || pod.selects(node)) &&
                         (!spread.honor_taints || pod.repelled_by(node) == nullptr);
    rule.counted.push_back(counted);
    if (counted) {
      rule.counts.emplace(domain(rule.key, i), 0);
    }
  }
  for (const Standing& standing : world_.standing) {
    const auto node = static_cast<std::size_t>(standing.node);
    if (rule.counted.at(node) && !standing.pod.terminating && follows(spread, pod, standing.pod)) {
      ++rule.counts.at(domain(rule.key, node));
    }
  }
  for (const Mover& other : world_.movers) {
    rule.others.push_back(follows(spread, pod, other.pod));
  }
  return rule;
}

void Fit::tell_rules(std::size_t mover) {
  for (const Spread& spread : world_.movers.at(mover).pod.spread) {
    if (spread.hard) {
      Rule rule = rule_of(mover, spread);
      movers_.at(mover).rules.push_back(std::move(rule));
    }
  }
}

void Fit::tell_order() {
  const auto is_shared = [&](std::size_t key) {
    const std::vector<int>& domains = domains_.at(key);
    const int mine = domains.at(static_cast<std::size_t>(world_.drained));
    return mine >= 0 && std::ranges::count(domains, mine) > 1;
  };
  for (std::size_t i = 0; i < movers_.size(); ++i) {
    const Tables& tables = movers_.at(i);
    for (std::size_t j = 0; j < movers_.size(); ++j) {
      const bool counted =
          std::ranges::any_of(tables.rules, [&](const Rule& rule) { return rule.others.at(j); });
      const bool matters = tables.friends.at(j) || tables.shares.at(j) || counted ||
                           std::ranges::any_of(tables.apart.at(j), is_shared);
      order_matters_ = order_matters_ || (i != j && matters);
    }
  }
}

}  // namespace cfkops::placement
