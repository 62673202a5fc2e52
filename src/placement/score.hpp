#pragma once

#include "fit.hpp"

#include <vector>

namespace cfkops::placement {

/// How the default scheduler would rate nodes: least allocated and balanced, spread of a pod's
/// peers, what it prefers. Near its own figures, not equal: images are not looked at, nor are
/// services. Borrows the world.
class Score {
 public:
  explicit Score(const World& world);

  /// A score for each of `nodes`, in their order; more is better, 100 is one point of one plugin.
  [[nodiscard]] std::vector<double> of(std::size_t mover,
                                       const std::vector<std::size_t>& nodes,
                                       const Spots& at) const;

 private:
  struct Load {
    double cpu = 0;
    double memory = 0;
  };

  /// How much one kind of pods in a domain counts against a node.
  struct Crowd {
    std::string topology = {};
    double skew = 1;
    std::vector<double> standing = {};  ///< by node
    std::vector<bool> others = {};      ///< by mover
  };

  struct Liking {
    std::string topology = {};
    double weight = 0;
    std::vector<double> standing = {};
    std::vector<bool> others = {};
  };

  [[nodiscard]] static Load load_of(const Amounts& amounts);
  void tell_crowds(std::size_t mover);
  void tell_likings(std::size_t mover);
  template <typename Means>
  void count(const Means& means, std::vector<double>& standing, std::vector<bool>& others) const;

  [[nodiscard]] double resources(std::size_t mover, std::size_t node, const Spots& at) const;
  [[nodiscard]] double in_domain(const std::string& topology,
                                 const std::vector<double>& standing,
                                 const std::vector<bool>& others,
                                 std::size_t node,
                                 const Spots& at) const;
  void add_spread(std::size_t mover,
                  const std::vector<std::size_t>& nodes,
                  const Spots& at,
                  std::vector<double>& scores) const;
  void add_liking(std::size_t mover,
                  const std::vector<std::size_t>& nodes,
                  const Spots& at,
                  std::vector<double>& scores) const;
  void add_fixed(std::size_t mover,
                 const std::vector<std::size_t>& nodes,
                 std::vector<double>& scores) const;

  const World& world_;
  std::vector<Load> room_ = {};
  std::vector<Load> used_ = {};
  std::vector<Load> need_ = {};
  std::vector<std::vector<Crowd>> crowds_ = {};
  std::vector<std::vector<Liking>> likings_ = {};
};

}  // namespace cfkops::placement
