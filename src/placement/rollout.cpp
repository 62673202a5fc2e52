#include "rollout.hpp"

#include <algorithm>

namespace cfkops::placement {

namespace {

constexpr int kExactRuns = 16;
constexpr int kNearRuns = 64;
// One plugin that is not simulated can make this much of a difference, ties count as equal anyway.
constexpr double kExact = 1;
constexpr double kNear = 100;
// Runs in a large world are fewer: that many checks altogether.
constexpr std::size_t kMostChecks = 600000;

/// A fixed sequence of numbers that look drawn (splitmix64).
class Sequence {
 public:
  explicit Sequence(std::uint64_t seed)
      : state_(seed) {}

  std::size_t below(std::size_t bound) {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t value = state_;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<std::size_t>((value ^ (value >> 31U)) % bound);
  }

 private:
  std::uint64_t state_;
};

/// One run from the first eviction to the last pod that finds a node.
class Run {
 public:
  Run(const Fit& fit, const Score& score, std::uint64_t seed, double margin)
      : fit_(fit),
        score_(score),
        sequence_(seed),
        in_order_(seed == 0),
        margin_(margin),
        at_(fit.world().movers.size(), fit.order_matters() ? kHere : kGone),
        unsure_(at_.size(), false) {}

  std::size_t go() {
    while (true) {
      std::vector<std::size_t> ready;
      for (std::size_t i = 0; i < at_.size(); ++i) {
        if (at_.at(i) < 0) {
          ready.push_back(i);
        }
      }
      if (!step(std::move(ready))) {
        return checks_;
      }
    }
  }

  const Spots& at() const { return at_; }

  bool surely_placed(std::size_t mover) const { return at_.at(mover) >= 0 && !unsure_.at(mover); }

 private:
  /// Evicts or places one of them; false where nothing can be done any more.
  bool step(std::vector<std::size_t> ready) {
    while (!ready.empty()) {
      const std::size_t chosen = in_order_ ? 0 : sequence_.below(ready.size());
      const std::size_t mover = ready.at(chosen);
      if (at_.at(mover) == kHere) {
        at_.at(mover) = kGone;
        return true;
      }
      if (place(mover)) {
        return true;
      }
      ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    return false;
  }

  bool place(std::size_t mover) {
    std::vector<std::size_t> nodes;
    bool sure = false;
    for (std::size_t node = 0; node < fit_.world().nodes.size(); ++node) {
      ++checks_;
      const Fits fits = fit_.fits(mover, node, at_);
      sure = sure || fits == Fits::Yes;
      if (fits != Fits::No) {
        nodes.push_back(node);
      }
    }
    if (nodes.empty()) {
      return false;
    }
    unsure_.at(mover) = !sure;
    const std::vector<double> scores = score_.of(mover, nodes, at_);
    const double best = *std::ranges::max_element(scores);
    std::vector<std::size_t> good;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (scores.at(i) >= best - margin_) {
        good.push_back(nodes.at(i));
      }
    }
    at_.at(mover) = static_cast<int>(good.at(sequence_.below(good.size())));
    return true;
  }

  const Fit& fit_;
  const Score& score_;
  Sequence sequence_;
  bool in_order_;
  double margin_;
  Spots at_;
  std::vector<bool> unsure_;
  std::size_t checks_ = 0;
};

}  // namespace

Rolled roll(const Fit& fit) {
  const Score score(fit.world());
  Rolled rolled;
  rolled.always.assign(fit.world().movers.size(), true);
  std::size_t checks = 0;
  for (int i = 0; i < kExactRuns + kNearRuns && (i < 2 * kExactRuns || checks < kMostChecks); ++i) {
    const bool exact = i % 5 == 0;
    Run run(fit, score, static_cast<std::uint64_t>(i), exact ? kExact : kNear);
    checks += run.go();
    for (std::size_t mover = 0; mover < rolled.always.size(); ++mover) {
      rolled.always.at(mover) = rolled.always.at(mover) && run.surely_placed(mover);
    }
    if (i == 0) {
      rolled.likely = run.at();
    }
  }
  return rolled;
}

}  // namespace cfkops::placement
