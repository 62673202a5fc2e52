#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/placement/selectors.hpp"

#include <compare>
#include <string>
#include <vector>

namespace cfkops::actions {

/// A port that a container says it listens on.
struct PodPort {
  int number = 0;  ///< 0: it says of none
  std::string protocol = "TCP";
  std::string name = {};

  friend auto operator<=>(const PodPort&, const PodPort&) = default;

  /// "9092/TCP", "any port"
  [[nodiscard]] std::string text() const;
};

/// Pods that no policy can tell apart.
struct PodGroup {
  std::string ns;
  std::string name;  ///< of what makes them: "web", or of the pod that nothing makes
  placement::Labels labels;
  placement::Labels of_namespace;  ///< the labels of their namespace
  std::vector<PodPort> ports;      ///< at least one
  std::vector<std::string> addresses;
  bool outside = false;  ///< stands for all addresses outside the cluster

  /// "shop/web"
  [[nodiscard]] std::string text() const;
};

/// Groups the pods that run, or will, without those on the host's network, to which no policy
/// applies; and one for all addresses outside the cluster.
[[nodiscard]] std::vector<PodGroup> groups_of(const std::vector<Json>& pods,
                                              const std::vector<Json>& namespaces);

/// These policies let connections from one to that port of the other: the egress policies of the
/// one, and the ingress policies of the other. Pure.
[[nodiscard]] bool reaches(const std::vector<Json>& policies,
                           const PodGroup& from,
                           const PodGroup& to,
                           const PodPort& port);

/// A connection.
struct Connection {
  std::string from;
  std::string to;
  std::string port;

  friend auto operator<=>(const Connection&, const Connection&) = default;

  /// "shop/api -> shop/web:80/TCP"
  [[nodiscard]] std::string text() const;
};

/// Connections that are possible after a change and were not before, and the other way round.
struct ReachShift {
  std::vector<Connection> opened;
  std::vector<Connection> cut;
};

/// Compares two sets of policies over all pairs of groups of which a policy that differs selects
/// one. Connections between pods outside the cluster are none. Pure.
[[nodiscard]] ReachShift shift_between(const std::vector<PodGroup>& groups,
                                       const std::vector<Json>& before,
                                       const std::vector<Json>& after);

/// A line for each end that is reached: "shop/web:80/TCP from shop/api, shop/job and 7 more".
[[nodiscard]] std::vector<std::string> lines_of(const std::vector<Connection>& connections);

/// The connection is meant by "FROM -> TO:PORT", in which `*` is any text.
[[nodiscard]] bool is_meant(const Connection& connection, std::string_view pattern);

}  // namespace cfkops::actions
