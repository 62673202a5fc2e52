#pragma once

#include "cfkops/runbook/value.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The tree of an expression. It is built by the parser, never changed afterwards, and at most
/// kMaxDepth deep, so that every walk over it may recurse.
namespace cfkops::runbook::ast {

inline constexpr int kMaxDepth = 100;

enum class Kind {
  Literal,      ///< `value`
  Name,         ///< `name`
  Member,       ///< child 0 `.name`, or `.?name` with `optional`
  Has,          ///< has(child 0 `.name`)
  Index,        ///< child 0 [child 1], or [?child 1] with `optional`
  List,         ///< all children
  Map,          ///< children: key, value, key, value …
  Maybe,        ///< ?child 0: an element, or a member's value, that is left out where it is none
  Negate,       ///< -child 0
  Not,          ///< !child 0
  Binary,       ///< child 0 `op` child 1
  And,          ///< all children, at least two
  Or,           ///< all children, at least two
  Conditional,  ///< child 0 ? child 1 : child 2
  Call,         ///< `name`(children), or with `method` child 0 .`name`(other children)
  Macro,        ///< child 0 .`name`(`variable` [, `second`], child 1 [, child 2])
};

enum class Operator {
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
};

/// As it is written: "+".
[[nodiscard]] std::string_view to_string(Operator op);

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  Kind kind = Kind::Literal;
  std::size_t begin = 0;  ///< the bytes of the source it covers
  std::size_t end = 0;
  std::size_t mark = 0;  ///< the byte to point at: an operator, a member's name
  Operator op = Operator::Add;
  bool method = false;
  bool optional = false;
  bool quoted = false;    ///< the member's name stands in backticks
  bool absolute = false;  ///< a name with a dot before it: no variable of a macro, in no container
  std::string name;
  std::string variable;
  std::string second;  ///< the other variable of a macro over positions or keys and values
  Value value;
  std::vector<NodePtr> children;
  int depth = 1;

  [[nodiscard]] const Node& child(std::size_t index) const { return *children[index]; }
};

/// The name of the member a node reads: of `a.name` and of `a['name']`; nullptr of anything else.
[[nodiscard]] const std::string* member_name(const Node& node);

/// The member chain a node is, {"steps", "roll", "restarted"}; empty where it is something else.
[[nodiscard]] std::vector<std::string> chain_of(const Node& node);

/// "a.b.c" of a name and the members behind it, which may be one name with dots; empty otherwise.
[[nodiscard]] std::string qualified_name(const Node& node);

/// The name that a member chain starts with, or nullptr.
[[nodiscard]] const Node* root_of(const Node& node);

/// The member chains that are there whenever the expression is `truth`, because it asks has().
[[nodiscard]] std::vector<std::vector<std::string>> proven_chains(const Node& node, bool truth);

}  // namespace cfkops::runbook::ast
