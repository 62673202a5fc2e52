#include "explore.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace cfkops::placement {

namespace {

constexpr std::size_t kMostStates = 20000;
constexpr std::size_t kMostChecks = 400000;

std::string text_of(const Spots& at) {
  std::string made;
  for (const int spot : at) {
    const auto shifted = static_cast<unsigned>(spot + 2);
    made.push_back(static_cast<char>(shifted & 0xFFU));
    made.push_back(static_cast<char>((shifted >> 8U) & 0xFFU));
  }
  return made;
}

class Walk {
 public:
  explicit Walk(const Fit& fit)
      : fit_(fit),
        count_(fit.world().movers.size()),
        twins_(twins(fit)) {
    found_.always.assign(count_, true);
    found_.sometimes.assign(count_, false);
    std::map<std::size_t, std::vector<std::size_t>> classes;
    for (std::size_t i = 0; i < count_; ++i) {
      std::vector<std::size_t>& alike = classes[twins_.at(i)];
      alike_before_.push_back(alike.empty() ? i : alike.back());
      alike.push_back(i);
    }
    for (auto& [first, alike] : classes) {
      if (alike.size() > 1) {
        alike_.push_back(std::move(alike));
      }
    }
  }

  Explored made() {
    visit(Spots(count_, fit_.order_matters() ? kHere : kGone));
    while (!open_.empty() && seen_.size() <= kMostStates && checks_ <= kMostChecks) {
      const Spots at = std::move(open_.back());
      open_.pop_back();
      expand(at);
    }
    found_.complete = open_.empty();
    share_among_twins();
    return std::move(found_);
  }

 private:
  void visit(Spots at) {
    // Pods that are alike may change places: only one of the arrangements is followed.
    for (const std::vector<std::size_t>& alike : alike_) {
      std::vector<int> spots;
      spots.reserve(alike.size());
      for (const std::size_t one : alike) {
        spots.push_back(at.at(one));
      }
      std::ranges::sort(spots);
      for (std::size_t i = 0; i < alike.size(); ++i) {
        at.at(alike.at(i)) = spots.at(i);
      }
    }
    if (seen_.insert(text_of(at)).second) {
      open_.push_back(std::move(at));
    }
  }

  void expand(const Spots& at) {
    bool ends = true;
    for (std::size_t i = 0; i < count_; ++i) {
      if (goes_as_another_did(at, i)) {
        continue;
      }
      if (at.at(i) == kHere) {
        ends = false;
        step(at, i, kGone);
      } else if (at.at(i) == kGone) {
        ends = !place(at, i) && ends;
      }
    }
    if (ends) {
      finish(at);
    }
  }

  /// One that is alike is in the same spot and comes before it: their steps are the same.
  [[nodiscard]] bool goes_as_another_did(const Spots& at, std::size_t mover) const {
    const std::size_t before = alike_before_.at(mover);
    return before != mover && at.at(before) == at.at(mover);
  }

  void step(const Spots& at, std::size_t mover, int to) {
    Spots next = at;
    next.at(mover) = to;
    visit(std::move(next));
  }

  bool place(const Spots& at, std::size_t mover) {
    bool any = false;
    bool sure = false;
    for (std::size_t node = 0; node < fit_.world().nodes.size(); ++node) {
      ++checks_;
      const Fits fits = fit_.fits(mover, node, at);
      sure = sure || fits == Fits::Yes;
      if (fits != Fits::No) {
        any = true;
        step(at, mover, static_cast<int>(node));
      }
    }
    if (any && !sure) {
      found_.always.at(mover) = false;
    }
    return any;
  }

  void finish(const Spots& at) {
    bool all = true;
    for (std::size_t i = 0; i < count_; ++i) {
      if (at.at(i) >= 0) {
        found_.sometimes.at(i) = true;
      } else {
        found_.always.at(i) = false;
        all = false;
      }
    }
    found_.all_once = found_.all_once || all;
  }

  void share_among_twins() {
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t j = 0; j < count_; ++j) {
        if (twins_.at(i) == twins_.at(j)) {
          found_.always.at(i) = found_.always.at(i) && found_.always.at(j);
          found_.sometimes.at(i) = found_.sometimes.at(i) || found_.sometimes.at(j);
        }
      }
    }
  }

  const Fit& fit_;
  std::size_t count_;
  std::vector<std::size_t> twins_;
  std::vector<std::vector<std::size_t>> alike_ = {};  ///< movers, where several are
  std::vector<std::size_t> alike_before_ = {};        ///< of each mover the last one, or itself
  Explored found_ = {};
  std::vector<Spots> open_ = {};
  std::unordered_set<std::string> seen_ = {};
  std::size_t checks_ = 0;
};

}  // namespace

std::vector<std::size_t> twins(const Fit& fit) {
  std::vector<std::size_t> made;
  for (std::size_t i = 0; i < fit.world().movers.size(); ++i) {
    std::size_t first = i;
    for (std::size_t j = 0; j < i && first == i; ++j) {
      if (made.at(j) == j && fit.alike(j, i)) {
        first = j;
      }
    }
    made.push_back(first);
  }
  return made;
}

Explored explore(const Fit& fit) {
  return Walk(fit).made();
}

}  // namespace cfkops::placement
