#pragma once

#include "cfkops/base/json.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::placement {

/// Labels of an object.
using Labels = std::map<std::string, std::string, std::less<>>;

/// One condition on a label or field.
struct Requirement {
  std::string key = {};
  std::string op = {};  ///< In NotIn Exists DoesNotExist Gt Lt
  std::vector<std::string> values = {};

  /// Holds for these labels; an unknown operator never does.
  [[nodiscard]] bool holds(const Labels& labels) const;
};

/// A metav1.LabelSelector: a missing one matches nothing, an empty one everything.
struct LabelSelector {
  bool given = false;
  std::vector<Requirement> requirements = {};

  /// Reads the one that is there, or a missing one.
  [[nodiscard]] static LabelSelector of(const Json& json);

  /// It is given and all requirements hold.
  [[nodiscard]] bool matches(const Labels& labels) const;
};

/// One term of a v1.NodeSelector: all of it must hold, an empty one never does.
struct NodeTerm {
  std::vector<Requirement> labels = {};
  std::vector<Requirement> fields = {};

  /// Reads a NodeSelectorTerm.
  [[nodiscard]] static NodeTerm of(const Json& json);

  /// Holds for a node of these labels and this name.
  [[nodiscard]] bool holds(const Labels& of_node, const std::string& name) const;
};

/// The labels at metadata.labels of an object.
[[nodiscard]] Labels labels_of(const Json& object);

/// The members of an object of strings.
[[nodiscard]] Labels strings_at(const Json& json, std::string_view pointer);

/// The terms of the v1.NodeSelector that is there.
[[nodiscard]] std::vector<NodeTerm> terms_of(const Json& node_selector);

/// One of the terms holds.
[[nodiscard]] bool any_holds(const std::vector<NodeTerm>& terms,
                             const Labels& of_node,
                             const std::string& name);

}  // namespace cfkops::placement
