#pragma once

#include "world.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::placement {

/// Where a mover is: a node's index, or one of these.
constexpr int kHere = -2;  ///< still on the node that is drained
constexpr int kGone = -1;  ///< evicted, its copy waits

/// Handles of disks by driver.
using Attached = std::map<std::string, std::set<std::string>>;

/// Where every mover is.
using Spots = std::vector<int>;

/// The filters over one world, with what does not change counted beforehand. Borrows the world.
class Fit {
 public:
  explicit Fit(const World& world);

  /// The world that is judged.
  [[nodiscard]] const World& world() const { return world_; }

  /// Whether the mover's copy may go to the node while the others are where they are. `why` is
  /// written unless Yes.
  [[nodiscard]] Fits fits(std::size_t mover,
                          std::size_t node,
                          const Spots& at,
                          std::string* why = nullptr) const;

  /// Whether there is any way at all, wherever the other movers are. With `drop_below` standing
  /// pods on their way out and those of a lower priority are left out too. A No is final.
  [[nodiscard]] bool ever(std::size_t mover,
                          std::size_t node,
                          std::optional<std::int64_t> drop_below,
                          std::string* why = nullptr) const;

  /// Two movers cannot be on these two nodes together, whatever the order.
  [[nodiscard]] bool excludes(std::size_t one,
                              std::size_t on,
                              std::size_t other,
                              std::size_t there) const;

  /// It matters which movers are still on the drained node.
  [[nodiscard]] bool order_matters() const { return order_matters_; }

  /// The two are alike in all that filters look at, and may change places.
  [[nodiscard]] bool alike(std::size_t one, std::size_t other) const;

  /// What a mover needs and what a node has left, by the same positions.
  [[nodiscard]] const std::vector<std::int64_t>& need(std::size_t mover) const {
    return movers_.at(mover).need;
  }

  [[nodiscard]] const std::vector<std::int64_t>& room(std::size_t node) const {
    return room_.at(node);
  }

 private:
  /// A standing pod that keeps a mover out of its domain.
  struct Foe {
    std::size_t standing = 0;
    std::size_t key = 0;
  };

  struct Rule {
    std::size_t key = 0;
    std::int64_t max_skew = 1;
    std::int64_t min_domains = 1;
    std::int64_t own = 0;                     ///< 1 where the pod counts itself
    std::vector<bool> counted = {};           ///< by node
    std::map<int, std::int64_t> counts = {};  ///< by domain, of standing pods
    std::vector<bool> others = {};            ///< by mover
  };

  struct Tables {
    std::vector<std::int64_t> need = {};
    std::vector<Finding> hard = {};     ///< by node: what no move changes
    std::vector<bool> blocked = {};     ///< by node: by foes
    std::vector<bool> port_taken = {};  ///< by node
    std::vector<Foe> foes = {};
    std::vector<std::size_t> port_foes = {};       ///< standing pods
    std::vector<std::size_t> claim_foes = {};      ///< standing pods that use a claim for one pod
    std::vector<std::size_t> affinity = {};        ///< keys of its terms
    std::vector<std::set<int>> with_friends = {};  ///< by term: domains
    bool has_friends = false;
    bool friend_of_itself = false;
    std::vector<bool> friends = {};                 ///< by mover
    std::vector<std::set<std::size_t>> apart = {};  ///< by mover: keys
    std::vector<bool> clash = {};                   ///< by mover: ports
    std::vector<bool> shares = {};                  ///< by mover: a claim for one pod
    std::vector<Rule> rules = {};
  };

  std::size_t key_of(const std::string& topology);

  [[nodiscard]] int domain(std::size_t key, std::size_t node) const {
    return domains_.at(key).at(node);
  }

  void tell_resources();
  void tell_static(std::size_t mover);
  void tell_foes(std::size_t mover);
  void tell_friends(std::size_t mover);
  void tell_pairs(std::size_t mover);
  void tell_rules(std::size_t mover);
  void tell_disks();
  void tell_order();
  [[nodiscard]] Rule rule_of(std::size_t mover, const Spread& spread);

  [[nodiscard]] int place_of(int spot) const { return spot == kHere ? world_.drained : spot; }

  [[nodiscard]] std::string resource_lack(std::size_t mover,
                                          std::size_t node,
                                          const Spots& at) const;
  [[nodiscard]] bool pairs_hold(std::size_t mover,
                                std::size_t node,
                                const Spots& at,
                                std::string* why) const;
  [[nodiscard]] Fits affinity_holds(std::size_t mover, std::size_t node, const Spots& at) const;
  [[nodiscard]] bool rules_hold(std::size_t mover, std::size_t node, const Spots& at) const;
  [[nodiscard]] bool rule_holds(const Rule& rule, std::size_t node, const Spots& at) const;
  [[nodiscard]] std::int64_t seen_on(std::size_t node, const std::string& driver) const;
  [[nodiscard]] Finding disks_fit(std::size_t mover, std::size_t node, const Spots& at) const;
  [[nodiscard]] static bool goes(const Standing& standing, std::optional<std::int64_t> drop_below);
  [[nodiscard]] std::string lack_for_ever(std::size_t mover,
                                          std::size_t node,
                                          std::optional<std::int64_t> drop_below) const;
  [[nodiscard]] std::string_view kept_for_ever(std::size_t mover,
                                               std::size_t node,
                                               std::optional<std::int64_t> drop_below) const;
  [[nodiscard]] bool spread_ever(std::size_t mover,
                                 std::size_t node,
                                 bool drops,
                                 std::string* why) const;

  const World& world_;
  std::map<std::string, std::size_t> keys_ = {};
  std::vector<std::vector<int>> domains_ = {};  ///< by key and node; -1 without the label
  std::vector<std::string> resources_ = {};     ///< "pods" first
  std::vector<std::vector<std::int64_t>> room_ = {};
  std::vector<Tables> movers_ = {};
  std::vector<Attached> disks_ = {};                                      ///< by node
  std::map<std::string, std::map<std::string, std::int64_t>> seen_ = {};  ///< by type and driver
  bool order_matters_ = false;
};

}  // namespace cfkops::placement
