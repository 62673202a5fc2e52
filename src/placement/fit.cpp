#include "fit.hpp"

#include <algorithm>

namespace cfkops::placement {

namespace {

void say(std::string* why, std::string_view text) {
  if (why != nullptr) {
    *why = text;
  }
}

constexpr std::string_view kPorts = "host ports are taken";
constexpr std::string_view kAnti = "anti-affinity with pods there";
constexpr std::string_view kClaim = "another pod uses a claim that only one may use";
constexpr std::string_view kAffinity = "pods that affinity asks for are not there";
constexpr std::string_view kDisks = "no room for another volume";
constexpr std::string_view kSpread = "topology spread would be uneven";

std::string lack_of(const std::string& resource) {
  return resource == "pods" ? "too many pods" : "insufficient " + resource;
}

}  // namespace

Fits Fit::fits(std::size_t mover, std::size_t node, const Spots& at, std::string* why) const {
  const Tables& tables = movers_.at(mover);
  const Finding& hard = tables.hard.at(node);
  if (hard.fits == Fits::No) {
    say(why, hard.why);
    return Fits::No;
  }
  if (!tables.claim_foes.empty() || tables.blocked.at(node) || tables.port_taken.at(node)) {
    const bool claim = !tables.claim_foes.empty();
    say(why, claim ? kClaim : tables.blocked.at(node) ? kAnti : kPorts);
    return Fits::No;
  }
  if (std::string lack = resource_lack(mover, node, at); !lack.empty()) {
    say(why, lack_of(lack));
    return Fits::No;
  }
  if (!pairs_hold(mover, node, at, why)) {
    return Fits::No;
  }
  const Fits near = affinity_holds(mover, node, at);
  if (near == Fits::No || !rules_hold(mover, node, at)) {
    say(why, near == Fits::No ? kAffinity : kSpread);
    return Fits::No;
  }
  const Finding disks = disks_fit(mover, node, at);
  if (disks.fits != Fits::Yes) {
    say(why, disks.why);
    return disks.fits;
  }
  if (hard.fits == Fits::Maybe || near == Fits::Maybe) {
    say(why, hard.fits == Fits::Maybe ? hard.why : kAffinity);
    return Fits::Maybe;
  }
  return Fits::Yes;
}

std::string Fit::resource_lack(std::size_t mover, std::size_t node, const Spots& at) const {
  const std::vector<std::int64_t>& need = movers_.at(mover).need;
  for (std::size_t r = 0; r < need.size(); ++r) {
    if (need.at(r) == 0) {
      continue;
    }
    std::int64_t left = room_.at(node).at(r);
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (i != mover && at.at(i) == static_cast<int>(node)) {
        left -= movers_.at(i).need.at(r);
      }
    }
    if (need.at(r) > left) {
      return resources_.at(r);
    }
  }
  return {};
}

bool Fit::excludes(std::size_t one, std::size_t on, std::size_t other, std::size_t there) const {
  const Tables& tables = movers_.at(one);
  if (tables.shares.at(other) || (on == there && tables.clash.at(other))) {
    return true;
  }
  return std::ranges::any_of(tables.apart.at(other), [&](std::size_t key) {
    return domain(key, on) >= 0 && domain(key, on) == domain(key, there);
  });
}

bool Fit::pairs_hold(std::size_t mover, std::size_t node, const Spots& at, std::string* why) const {
  const Tables& tables = movers_.at(mover);
  for (std::size_t i = 0; i < at.size(); ++i) {
    const int place = place_of(at.at(i));
    if (i == mover || place < 0) {
      continue;
    }
    if (excludes(mover, node, i, static_cast<std::size_t>(place))) {
      const bool ports = tables.clash.at(i) && place == static_cast<int>(node);
      say(why, tables.shares.at(i) ? kClaim : ports ? kPorts : kAnti);
      return false;
    }
  }
  return true;
}

Fits Fit::affinity_holds(std::size_t mover, std::size_t node, const Spots& at) const {
  const Tables& tables = movers_.at(mover);
  bool all_there = true;
  bool once_there = true;
  bool any_at_all = tables.has_friends;
  for (std::size_t t = 0; t < tables.affinity.size(); ++t) {
    const std::size_t key = tables.affinity.at(t);
    const int wanted = domain(key, node);
    if (wanted < 0) {
      return Fits::No;
    }
    bool there = tables.with_friends.at(t).contains(wanted);
    for (std::size_t i = 0; i < at.size(); ++i) {
      const int place = place_of(at.at(i));
      if (i == mover || place < 0 || !tables.friends.at(i)) {
        continue;
      }
      const int found = domain(key, static_cast<std::size_t>(place));
      any_at_all = any_at_all || found >= 0;
      there = there || found == wanted;
    }
    // The old pod counts until it is gone, and some controllers make the copy before that.
    const bool old =
        tables.friend_of_itself && domain(key, static_cast<std::size_t>(world_.drained)) == wanted;
    all_there = all_there && there;
    once_there = once_there && (there || old);
  }
  if (all_there || (!any_at_all && tables.friend_of_itself)) {
    return Fits::Yes;
  }
  return once_there ? Fits::Maybe : Fits::No;
}

bool Fit::rule_holds(const Rule& rule, std::size_t node, const Spots& at) const {
  const int wanted = domain(rule.key, node);
  if (wanted < 0) {
    return false;
  }
  std::map<int, std::int64_t> counts = rule.counts;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const int place = place_of(at.at(i));
    if (place >= 0 && rule.others.at(i) && rule.counted.at(static_cast<std::size_t>(place))) {
      ++counts.at(domain(rule.key, static_cast<std::size_t>(place)));
    }
  }
  std::int64_t least = 0;
  if (!counts.empty() && static_cast<std::int64_t>(counts.size()) >= rule.min_domains) {
    least =
        std::ranges::min_element(counts, {}, [](const auto& one) { return one.second; })->second;
  }
  const auto found = counts.find(wanted);
  const std::int64_t there = found == counts.end() ? 0 : found->second;
  return there + rule.own - least <= rule.max_skew;
}

bool Fit::rules_hold(std::size_t mover, std::size_t node, const Spots& at) const {
  return std::ranges::all_of(movers_.at(mover).rules,
                             [&](const Rule& rule) { return rule_holds(rule, node, at); });
}

bool Fit::ever(std::size_t mover,
               std::size_t node,
               std::optional<std::int64_t> drop_below,
               std::string* why) const {
  const Tables& tables = movers_.at(mover);
  if (tables.hard.at(node).fits == Fits::No) {
    say(why, tables.hard.at(node).why);
    return false;
  }
  const std::string lack = lack_for_ever(mover, node, drop_below);
  if (!lack.empty()) {
    say(why, lack_of(lack));
    return false;
  }
  if (const std::string_view kept = kept_for_ever(mover, node, drop_below); !kept.empty()) {
    say(why, kept);
    return false;
  }
  const bool drops = std::ranges::any_of(
      world_.standing, [&](const Standing& one) { return goes(one, drop_below); });
  if (!drops && disks_fit(mover, node, Spots(movers_.size(), kGone)).fits == Fits::No) {
    say(why, kDisks);
    return false;
  }
  return spread_ever(mover, node, drops, why);
}

bool Fit::goes(const Standing& standing, std::optional<std::int64_t> drop_below) {
  return drop_below && (standing.pod.terminating || standing.pod.priority < *drop_below);
}

std::string Fit::lack_for_ever(std::size_t mover,
                               std::size_t node,
                               std::optional<std::int64_t> drop_below) const {
  std::vector<std::int64_t> room = room_.at(node);
  for (const Standing& one : world_.standing) {
    if (one.node == static_cast<int>(node) && goes(one, drop_below)) {
      ++room.front();
      for (std::size_t r = 1; r < room.size(); ++r) {
        const auto held = one.pod.holds.find(resources_.at(r));
        room.at(r) += held == one.pod.holds.end() ? 0 : held->second;
      }
    }
  }
  const std::vector<std::int64_t>& need = movers_.at(mover).need;
  for (std::size_t r = 0; r < need.size(); ++r) {
    if (need.at(r) > 0 && need.at(r) > room.at(r)) {
      return resources_.at(r);
    }
  }
  return {};
}

std::string_view Fit::kept_for_ever(std::size_t mover,
                                    std::size_t node,
                                    std::optional<std::int64_t> drop_below) const {
  const Tables& tables = movers_.at(mover);
  const auto stands = [&](std::size_t standing) {
    return !goes(world_.standing.at(standing), drop_below);
  };
  for (const Foe& foe : tables.foes) {
    const auto where = static_cast<std::size_t>(world_.standing.at(foe.standing).node);
    if (domain(foe.key, node) >= 0 && domain(foe.key, node) == domain(foe.key, where) &&
        stands(foe.standing)) {
      return kAnti;
    }
  }
  for (const std::size_t one : tables.port_foes) {
    if (world_.standing.at(one).node == static_cast<int>(node) && stands(one)) {
      return kPorts;
    }
  }
  return std::ranges::any_of(tables.claim_foes, stands) ? kClaim : std::string_view();
}

bool Fit::spread_ever(std::size_t mover, std::size_t node, bool drops, std::string* why) const {
  const Tables& tables = movers_.at(mover);
  const Spots gone(movers_.size(), kGone);
  const bool has_keys =
      std::ranges::all_of(tables.affinity, [&](std::size_t key) { return domain(key, node) >= 0; });
  const bool helped = std::ranges::find(tables.friends, true) != tables.friends.end();
  if (!has_keys || (!helped && affinity_holds(mover, node, gone) == Fits::No)) {
    say(why, kAffinity);
    return false;
  }
  for (const Rule& rule : tables.rules) {
    bool helps = drops;
    for (std::size_t i = 0; i < rule.others.size(); ++i) {
      helps = helps || (i != mover && rule.others.at(i));
    }
    if (domain(rule.key, node) < 0 || (!helps && !rule_holds(rule, node, gone))) {
      say(why, kSpread);
      return false;
    }
  }
  return true;
}

bool Fit::alike(std::size_t one, std::size_t other) const {
  const Tables& mine = movers_.at(one);
  const Tables& theirs = movers_.at(other);
  const auto same_static = [&] {
    return mine.need == theirs.need && mine.blocked == theirs.blocked &&
           mine.port_taken == theirs.port_taken && mine.claim_foes == theirs.claim_foes &&
           mine.affinity == theirs.affinity && mine.with_friends == theirs.with_friends &&
           mine.friend_of_itself == theirs.friend_of_itself &&
           mine.rules.size() == theirs.rules.size() && world_.movers.at(one).needs.disks.empty() &&
           world_.movers.at(other).needs.disks.empty() &&
           std::ranges::equal(mine.hard, theirs.hard, {}, &Finding::fits, &Finding::fits);
  };
  if (!same_static()) {
    return false;
  }
  // Positions of the two swapped, all else equal.
  const auto swapped = [&](std::size_t i) { return i == one ? other : i == other ? one : i; };
  for (std::size_t i = 0; i < movers_.size(); ++i) {
    const std::size_t twin = swapped(i);
    const Tables& third = movers_.at(i);
    if (mine.apart.at(i) != theirs.apart.at(twin) || mine.clash.at(i) != theirs.clash.at(twin) ||
        mine.shares.at(i) != theirs.shares.at(twin) ||
        mine.friends.at(i) != theirs.friends.at(twin) ||
        (i != one && i != other && third.friends.at(one) != third.friends.at(other))) {
      return false;
    }
    for (std::size_t r = 0; r < mine.rules.size(); ++r) {
      if (mine.rules.at(r).others.at(i) != theirs.rules.at(r).others.at(twin)) {
        return false;
      }
    }
    for (const Rule& rule : third.rules) {
      if (rule.others.at(one) != rule.others.at(other)) {
        return false;
      }
    }
  }
  return std::ranges::equal(mine.rules, theirs.rules, [](const Rule& left, const Rule& right) {
    return left.key == right.key && left.max_skew == right.max_skew &&
           left.min_domains == right.min_domains && left.own == right.own &&
           left.counted == right.counted && left.counts == right.counts;
  });
}

}  // namespace cfkops::placement
