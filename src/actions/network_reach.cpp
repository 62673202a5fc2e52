// Who may connect to whom under a set of NetworkPolicies.
//
//  - Pods that no policy of a direction selects are open in that direction.
//  - Those that one selects let through what a rule of any such policy names.
//  - A connection needs both: the egress of where it begins, the ingress of where it ends.
//
// This is what the API says. Whether the network plug-in enforces policies, and what pods really
// connect to, cannot be read from the API server.
#include "network_reach.hpp"

#include "owner.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace cfkops::actions {

namespace {

constexpr const char* kOutside = "addresses outside the cluster";
constexpr std::array<std::string_view, 4> kOfOnePod = {"pod-template-hash",
                                                       "controller-revision-hash",
                                                       "apps.kubernetes.io/pod-index",
                                                       "batch.kubernetes.io/job-completion-index"};

enum class Direction { Ingress, Egress };

/// What makes the pod, as people call it: of a ReplicaSet of a Deployment the latter.
std::string maker_of(const Json& pod) {
  const Json owner = controller_of(kube::Object(pod));
  if (!owner.is_object()) {
    return pod.string_or("/metadata/name", "");
  }
  std::string name = owner.string_or("/name", "");
  const std::string hash = pod.string_or("/metadata/labels/pod-template-hash", "");
  if (!hash.empty() && name.ends_with("-" + hash)) {
    name.resize(name.size() - hash.size() - 1);
  }
  return name;
}

std::vector<PodPort> ports_of(const Json& pod) {
  std::set<PodPort> ports;
  for (const Json& container : pod.items("/spec/containers")) {
    for (const Json& port : container.items("/ports")) {
      ports.insert({.number = static_cast<int>(port.int_or("/containerPort", 0)),
                    .protocol = port.string_or("/protocol", "TCP"),
                    .name = port.string_or("/name", "")});
    }
  }
  if (ports.empty()) {
    ports.insert(PodPort{});
  }
  return {ports.begin(), ports.end()};
}

placement::Labels telling_labels(const Json& pod) {
  placement::Labels labels = placement::labels_of(pod);
  for (const std::string_view label : kOfOnePod) {
    const auto found = labels.find(label);
    if (found != labels.end()) {
      labels.erase(found);
    }
  }
  return labels;
}

bool is_over(const Json& pod) {
  const kube::Object object(pod);
  return object.deleting() || kube::pod_ended(object);
}

/// "10.0.0.0/8" of IPv4; nothing for anything else.
std::optional<std::pair<std::uint32_t, int>> range_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  in_addr address{};
  if (inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1) {
    return std::nullopt;
  }
  int bits = 32;
  if (slash != std::string::npos) {
    const std::string digits = text.substr(slash + 1);
    const bool number = !digits.empty() && digits.size() <= 2 &&
                        digits.find_first_not_of("0123456789") == std::string::npos;
    if (!number) {
      return std::nullopt;
    }
    bits = std::stoi(digits);
  }
  if (bits > 32) {
    return std::nullopt;
  }
  return std::pair(ntohl(address.s_addr), bits);
}

bool contains(const std::string& range, const std::string& address) {
  const auto all = range_of(range);
  const auto one = range_of(address);
  if (!all || !one) {
    return false;
  }
  const std::uint32_t mask =
      all->second == 0 ? 0U : ~0U << (32U - static_cast<unsigned>(all->second));
  return (all->first & mask) == (one->first & mask);
}

bool in_block(const Json& block, const PodGroup& group) {
  const std::string range = block.string_or("/cidr", "");
  const std::vector<Json> except = block.items("/except");
  if (group.outside) {
    return (range == "0.0.0.0/0" || range == "::/0") && except.empty();
  }
  return std::ranges::any_of(group.addresses, [&](const std::string& address) {
    const bool excepted = std::ranges::any_of(
        except, [&address](const Json& hole) { return contains(hole.string_or("", ""), address); });
    return contains(range, address) && !excepted;
  });
}

bool is_peer(const Json& peer, const std::string& ns, const PodGroup& group) {
  if (peer.has("/ipBlock")) {
    return in_block(peer.get("/ipBlock"), group);
  }
  if (group.outside) {
    return false;
  }
  const bool spaces = peer.has("/namespaceSelector");
  const bool right_space =
      spaces
          ? placement::LabelSelector::of(peer.get("/namespaceSelector")).matches(group.of_namespace)
          : group.ns == ns;
  return right_space &&
         (!peer.has("/podSelector") ||
          placement::LabelSelector::of(peer.get("/podSelector")).matches(group.labels));
}

bool is_port(const Json& wanted, const PodPort& port) {
  if (wanted.string_or("/protocol", "TCP") != port.protocol) {
    return false;
  }
  const Json value = wanted.get("/port");
  if (value.is_null()) {
    return true;
  }
  if (value.is_string()) {
    return value.string_or("", "") == port.name;
  }
  const std::int64_t first = wanted.int_or("/port", 0);
  return first <= port.number && port.number <= wanted.int_or("/endPort", first);
}

bool lets_through(const Json& rule,
                  const char* peers_at,
                  const std::string& ns,
                  const PodGroup& peer,
                  const PodPort& port) {
  const std::vector<Json> peers = rule.items(peers_at);
  const std::vector<Json> ports = rule.items("/ports");
  return (peers.empty() ||
          std::ranges::any_of(peers, [&](const Json& one) { return is_peer(one, ns, peer); })) &&
         (ports.empty() ||
          std::ranges::any_of(ports, [&port](const Json& one) { return is_port(one, port); }));
}

bool is_about(const Json& policy, Direction direction) {
  const std::vector<std::string> types = policy.strings("/spec/policyTypes");
  if (types.empty()) {
    return direction == Direction::Ingress || policy.has("/spec/egress");
  }
  const char* wanted = direction == Direction::Ingress ? "Ingress" : "Egress";
  return std::ranges::find(types, wanted) != types.end();
}

bool selects(const Json& policy, const PodGroup& group) {
  return !group.outside && policy.string_or("/metadata/namespace", "") == group.ns &&
         placement::LabelSelector::of(policy.get("/spec/podSelector")).matches(group.labels);
}

bool is_open(const std::vector<Json>& policies,
             Direction direction,
             const PodGroup& group,
             const PodGroup& peer,
             const PodPort& port) {
  const bool in = direction == Direction::Ingress;
  bool selected = false;
  for (const Json& policy : policies) {
    if (!is_about(policy, direction) || !selects(policy, group)) {
      continue;
    }
    selected = true;
    const std::vector<Json> rules = policy.items(in ? "/spec/ingress" : "/spec/egress");
    if (std::ranges::any_of(rules, [&](const Json& rule) {
          return lets_through(rule, in ? "/from" : "/to", group.ns, peer, port);
        })) {
      return true;
    }
  }
  return !selected;
}

/// The policies of one set that are not in the other as they are.
std::vector<Json> only_in(const std::vector<Json>& one, const std::vector<Json>& other) {
  std::vector<Json> only;
  for (const Json& policy : one) {
    const bool same = std::ranges::any_of(other, [&policy](const Json& there) {
      return there.get("/metadata/namespace") == policy.get("/metadata/namespace") &&
             there.get("/metadata/name") == policy.get("/metadata/name") &&
             there.get("/spec") == policy.get("/spec");
    });
    if (!same) {
      only.push_back(policy);
    }
  }
  return only;
}

bool is_concerned(const std::vector<Json>& changed, const PodGroup& group) {
  return std::ranges::any_of(changed,
                             [&group](const Json& policy) { return selects(policy, group); });
}

bool matches_glob(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) {
    return text.empty();
  }
  if (pattern.front() != '*') {
    return !text.empty() && text.front() == pattern.front() &&
           matches_glob(text.substr(1), pattern.substr(1));
  }
  for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
    if (matches_glob(text.substr(skipped), pattern.substr(1))) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string PodPort::text() const {
  return number == 0 ? "any port" : std::to_string(number) + "/" + protocol;
}

std::string PodGroup::text() const {
  return outside ? kOutside : ns + "/" + name;
}

std::string Connection::text() const {
  return from + " -> " + to + ":" + port;
}

std::vector<PodGroup> groups_of(const std::vector<Json>& pods,
                                const std::vector<Json>& namespaces) {
  std::map<std::string, placement::Labels> spaces;
  for (const Json& ns : namespaces) {
    spaces[ns.string_or("/metadata/name", "")] = placement::labels_of(ns);
  }
  std::map<std::tuple<std::string, std::string, placement::Labels>, PodGroup> groups;
  for (const Json& pod : pods) {
    if (is_over(pod) || pod.bool_or("/spec/hostNetwork", false)) {
      continue;
    }
    PodGroup group{.ns = pod.string_or("/metadata/namespace", ""),
                   .name = maker_of(pod),
                   .labels = telling_labels(pod),
                   .of_namespace = {},
                   .ports = ports_of(pod),
                   .addresses = {}};
    group.of_namespace = spaces[group.ns];
    auto& kept = groups.try_emplace({group.ns, group.name, group.labels}, group).first->second;
    if (const std::string address = pod.string_or("/status/podIP", ""); !address.empty()) {
      kept.addresses.push_back(address);
    }
  }
  std::vector<PodGroup> list;
  for (auto& [key, group] : groups) {
    list.push_back(std::move(group));
  }
  PodGroup outside;
  outside.outside = true;
  outside.ports = {PodPort{}};
  list.push_back(std::move(outside));
  return list;
}

bool reaches(const std::vector<Json>& policies,
             const PodGroup& from,
             const PodGroup& to,
             const PodPort& port) {
  return is_open(policies, Direction::Egress, from, to, port) &&
         is_open(policies, Direction::Ingress, to, from, port);
}

ReachShift shift_between(const std::vector<PodGroup>& groups,
                         const std::vector<Json>& before,
                         const std::vector<Json>& after) {
  std::vector<Json> changed = only_in(before, after);
  const std::vector<Json> fresh = only_in(after, before);
  changed.insert(changed.end(), fresh.begin(), fresh.end());
  std::set<Connection> opened;
  std::set<Connection> cut;
  for (const PodGroup& to : groups) {
    const bool end_concerned = is_concerned(changed, to);
    for (const PodGroup& from : groups) {
      if (&from == &to || (!end_concerned && !is_concerned(changed, from))) {
        continue;
      }
      for (const PodPort& port : to.ports) {
        const bool was = reaches(before, from, to, port);
        if (was != reaches(after, from, to, port)) {
          (was ? cut : opened).insert({.from = from.text(), .to = to.text(), .port = port.text()});
        }
      }
    }
  }
  return {.opened = {opened.begin(), opened.end()}, .cut = {cut.begin(), cut.end()}};
}

std::vector<std::string> lines_of(const std::vector<Connection>& connections) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> by_end;
  for (const Connection& one : connections) {
    by_end[{one.to, one.port}].push_back(one.from);
  }
  std::vector<std::string> lines;
  for (const auto& [end, from] : by_end) {
    lines.push_back(base::printable(
        fmt::format("{}:{} from {}", end.first, end.second, base::enumerate(from, 8))));
  }
  return lines;
}

bool is_meant(const Connection& connection, std::string_view pattern) {
  return matches_glob(connection.text(), pattern);
}

}  // namespace cfkops::actions
