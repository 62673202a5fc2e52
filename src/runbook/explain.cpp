#include "evaluator.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

using ast::Kind;
using ast::Node;
using ast::NodePtr;

/// Collects the sub-expressions whose values a reader of a false condition asks for.
class Explainer {
 public:
  Explainer(const Expression& expression, const Bindings& bindings)
      : expression_(expression),
        bindings_(bindings) {}

  void visit(const Node& node) {
    switch (node.kind) {
      case Kind::Literal:
        return;
      case Kind::Name:
      case Kind::Member:
      case Kind::Index:
        return tell(node);
      case Kind::Call:
        return node.children.empty() || !about_names(node) ? visit_children(node) : tell(node);
      case Kind::Macro:
        return visit(node.child(0));
      default:
        return visit_children(node);
    }
  }

  [[nodiscard]] std::string text() const { return base::join(parts_, ", "); }

 private:
  static constexpr std::size_t kMostParts = 8;
  static constexpr std::size_t kMostBytes = 117;
  static constexpr std::uint32_t kMostWeight = 10'000;

  void visit_children(const Node& node) {
    for (const NodePtr& child : node.children) {
      visit(*child);
    }
  }

  /// A call on nothing but names and literals, which is short enough to stand for itself.
  static bool about_names(const Node& node) {
    bool names = false;
    for (const NodePtr& child : node.children) {
      const bool chain = !ast::chain_of(*child).empty();
      if (!chain && child->kind != Kind::Literal) {
        return false;
      }
      names = names || chain;
    }
    return names;
  }

  void tell(const Node& node) {
    const std::string source = expression_.source().substr(node.begin, node.end - node.begin);
    Evaluator evaluator(expression_, bindings_);
    const auto value = evaluator.value_of(node);
    if (!value && ast::chain_of(node).empty()) {
      return visit_children(node);
    }
    std::string part = fmt::format("`{}` {}", source, value ? "= " + shown(*value) : "is missing");
    if (parts_.size() < kMostParts &&
        std::find(parts_.begin(), parts_.end(), part) == parts_.end()) {
      parts_.push_back(std::move(part));
    }
  }

  static std::string shown(const Value& value) {
    if (value.weight() > kMostWeight && (value.list() != nullptr || value.map() != nullptr)) {
      return fmt::format("a large {}", value.type_name());
    }
    const bool quoted = value.as<std::string>() != nullptr;
    return shortened(quoted ? value.to_json().dump() : value.text(), kMostBytes);
  }

  const Expression& expression_;
  const Bindings& bindings_;
  std::vector<std::string> parts_;
};

}  // namespace

std::string explain_tree(const Node& root, const Expression& expression, const Bindings& bindings) {
  Explainer explainer(expression, bindings);
  explainer.visit(root);
  return explainer.text();
}

}  // namespace cfkops::runbook
