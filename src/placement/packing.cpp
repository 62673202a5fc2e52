#include "explore.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace cfkops::placement {

namespace {

constexpr std::size_t kMostSteps = 100000;

/// Looks for any assignment at all. What depends on the order (affinity that other movers help
/// with, spread that they count in) is left out, so that what is not found here is nowhere.
class Packing {
 public:
  explicit Packing(const Fit& fit)
      : fit_(fit),
        count_(fit.world().movers.size()),
        twins_(twins(fit)),
        options_(count_),
        at_(count_, kGone) {
    for (std::size_t i = 0; i < fit.world().nodes.size(); ++i) {
      room_.push_back(fit.room(i));
    }
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t node = 0; node < room_.size(); ++node) {
        if (fit.ever(i, node, std::nullopt)) {
          options_.at(i).push_back(node);
        }
      }
    }
    order_.resize(count_);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, [&](std::size_t one, std::size_t other) {
      return options_.at(one).size() < options_.at(other).size();
    });
  }

  Fits made() {
    if (overfull()) {
      return Fits::No;
    }
    const bool found = place_from(0);
    return found || steps_ > kMostSteps ? Fits::Maybe : Fits::No;
  }

 private:
  bool overfull() const {
    for (std::size_t r = 0; r < fit_.need(0).size(); ++r) {
      const std::vector<std::int64_t> left = room_for(r);
      std::vector<std::int64_t> wanted;
      for (std::size_t i = 0; i < count_; ++i) {
        wanted.push_back(fit_.need(i).at(r));
      }
      std::ranges::sort(wanted, std::greater<>());
      if (std::accumulate(wanted.begin(), wanted.end(), std::int64_t{0}) >
              std::accumulate(left.begin(), left.end(), std::int64_t{0}) ||
          too_many(wanted, left)) {
        return true;
      }
    }
    return false;
  }

  /// What the nodes have left that anybody who asks for some of it may use.
  std::vector<std::int64_t> room_for(std::size_t resource) const {
    std::vector<std::int64_t> left(room_.size(), 0);
    for (std::size_t i = 0; i < count_; ++i) {
      for (const std::size_t node : options_.at(i)) {
        if (fit_.need(i).at(resource) > 0) {
          left.at(node) = std::max<std::int64_t>(0, room_.at(node).at(resource));
        }
      }
    }
    return left;
  }

  /// The n largest are more than can be had of their smallest.
  static bool too_many(const std::vector<std::int64_t>& wanted,
                       const std::vector<std::int64_t>& left) {
    for (std::size_t n = 0; n < wanted.size() && wanted.at(n) > 0; ++n) {
      std::int64_t places = 0;
      for (const std::int64_t room : left) {
        places += room / wanted.at(n);
      }
      if (static_cast<std::int64_t>(n) + 1 > places) {
        return true;
      }
    }
    return false;
  }

  bool place_from(std::size_t depth) {
    if (depth == count_) {
      return true;
    }
    const std::size_t mover = order_.at(depth);
    for (const std::size_t node : options_.at(mover)) {
      if (++steps_ > kMostSteps) {
        return false;
      }
      if (!can_take(mover, node, depth)) {
        continue;
      }
      take(mover, node, -1);
      at_.at(mover) = static_cast<int>(node);
      const bool found = place_from(depth + 1);
      at_.at(mover) = kGone;
      take(mover, node, 1);
      if (found) {
        return true;
      }
    }
    return false;
  }

  bool can_take(std::size_t mover, std::size_t node, std::size_t depth) const {
    const std::vector<std::int64_t>& need = fit_.need(mover);
    for (std::size_t r = 0; r < need.size(); ++r) {
      if (need.at(r) > 0 && need.at(r) > room_.at(node).at(r)) {
        return false;
      }
    }
    for (std::size_t i = 0; i < depth; ++i) {
      const std::size_t other = order_.at(i);
      const auto there = static_cast<std::size_t>(at_.at(other));
      // Pods that are alike are placed in the order of nodes only.
      if ((twins_.at(other) == twins_.at(mover) && there > node) ||
          fit_.excludes(mover, node, other, there)) {
        return false;
      }
    }
    return true;
  }

  void take(std::size_t mover, std::size_t node, std::int64_t sign) {
    const std::vector<std::int64_t>& need = fit_.need(mover);
    for (std::size_t r = 0; r < need.size(); ++r) {
      room_.at(node).at(r) += sign * need.at(r);
    }
  }

  const Fit& fit_;
  std::size_t count_;
  std::vector<std::size_t> twins_;
  std::vector<std::vector<std::size_t>> options_;
  std::vector<std::size_t> order_ = {};
  Spots at_;
  std::vector<std::vector<std::int64_t>> room_ = {};
  std::size_t steps_ = 0;
};

}  // namespace

Fits pack(const Fit& fit) {
  return fit.world().movers.empty() ? Fits::Maybe : Packing(fit).made();
}

}  // namespace cfkops::placement
