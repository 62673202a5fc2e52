// How the names of an included runbook become those of the runbook that includes it. It is done to
// the trees of expressions: their sources and places stay, so that messages show what its author
// wrote.
#include "rename.hpp"

#include "ast.hpp"

#include "cfkops/runbook/include.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace cfkops::runbook {

namespace {

using ast::Kind;
using ast::Node;
using ast::NodePtr;

constexpr std::string_view kParams = "params";
constexpr std::string_view kBindingEnd = "/params";

bool is_owner(std::string_view name) {
  return name == "steps" || name == "checks";
}

std::string prefixed(const std::string& step, const std::string& id) {
  return step + "_" + id;
}

/// Copies a tree, and gives names another one on the way.
class Renamer {
 public:
  explicit Renamer(const std::string& step)
      : step_(step) {}

  NodePtr copy(const Node& node) {
    NodePtr made = copy_without_children(node);
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const std::size_t before = bound_.size();
      if (node.kind == Kind::Macro && i > 0) {
        bound_.push_back(node.variable);
        bound_.push_back(node.second);
      }
      made->children.push_back(i == 0 && names_member(node) ? copy_without_children(node.child(0))
                                                            : copy(node.child(i)));
      bound_.resize(before);
    }
    rename(*made);
    return made;
  }

  /// `steps` or `checks` was met without a member of it that is known.
  [[nodiscard]] bool met_whole() const { return whole_; }

 private:
  static NodePtr copy_without_children(const Node& node) {
    NodePtr made = std::make_unique<Node>();
    made->kind = node.kind;
    made->begin = node.begin;
    made->end = node.end;
    made->mark = node.mark;
    made->op = node.op;
    made->method = node.method;
    made->optional = node.optional;
    made->quoted = node.quoted;
    made->absolute = node.absolute;
    made->name = node.name;
    made->variable = node.variable;
    made->second = node.second;
    made->value = node.value;
    made->depth = node.depth;
    return made;
  }

  [[nodiscard]] bool is_global(const Node& node) const {
    return node.kind == Kind::Name &&
           (node.absolute || std::find(bound_.begin(), bound_.end(), node.name) == bound_.end());
  }

  /// "steps.x", "steps['x']", has(steps.x), with or without a question mark.
  [[nodiscard]] bool names_member(const Node& node) const {
    const bool member = node.kind == Kind::Member || node.kind == Kind::Has;
    const bool index = node.kind == Kind::Index && node.child(1).kind == Kind::Literal &&
                       node.child(1).value.as<std::string>() != nullptr;
    return (member || index) && is_global(node.child(0)) && is_owner(node.child(0).name);
  }

  void rename(Node& node) {
    if (names_member(node)) {
      if (node.kind == Kind::Index) {
        Value& key = node.children[1]->value;
        key = Value(prefixed(step_, *key.as<std::string>()));
      } else {
        node.name = prefixed(step_, node.name);
      }
    } else if (is_global(node)) {
      whole_ = whole_ || is_owner(node.name);
      if (node.name == kParams) {
        node.name = binding_of(step_);
      } else if (node.name.ends_with(kBindingEnd)) {
        node.name = prefixed(step_, node.name);
      }
    }
  }

  const std::string& step_;
  std::vector<std::string> bound_;
  bool whole_ = false;
};

ArgumentMap renamed(const ArgumentMap& map, const std::string& step) {
  ArgumentMap made;
  for (const ArgumentValue::Member& member : map) {
    made.push_back({member.name, included_by(member.value, step)});
  }
  return made;
}

CheckEntry renamed(CheckEntry entry, const std::string& step) {
  entry.id = prefixed(step, entry.id);
  entry.with = renamed(entry.with, step);
  entry.that = entry.that.included_by(step);
  entry.otherwise = entry.otherwise.included_by(step);
  entry.when = entry.when.included_by(step);
  return entry;
}

/// It stands among the checks of the run, where it has to say whose it is.
CheckEntry renamed_and_titled(CheckEntry entry, const std::string& step) {
  std::string title = entry.title;
  if (title.empty()) {
    title = entry.kind == "expr" ? entry.that.source() : entry.kind;
  }
  entry = renamed(std::move(entry), step);
  entry.title = step + ": " + title;
  return entry;
}

std::shared_ptr<const Included> renamed(const std::shared_ptr<const Included>& inner,
                                        const std::string& step) {
  if (inner == nullptr) {
    return nullptr;
  }
  auto made = std::make_shared<Included>(*inner);
  made->binding = prefixed(step, inner->binding);
  made->runbook = included_by(std::move(made->runbook), step);
  return made;
}

Step renamed(Step step, const std::string& by) {
  step.id = prefixed(by, step.id);
  step.with = renamed(step.with, by);
  step.steps = included_by(std::move(step.steps), by);
  step.when = step.when.included_by(by);
  if (step.each) {
    step.each->in = step.each->in.included_by(by);
  }
  for (CheckEntry& entry : step.expect) {
    entry = renamed(std::move(entry), by);
  }
  step.rollback = included_by(std::move(step.rollback), by);
  step.confirm = step.confirm.included_by(by);
  step.included = renamed(step.included, by);
  return step;
}

}  // namespace

Expression Expression::included_by(const std::string& step) const {
  Expression inside = *this;
  if (root_ != nullptr) {
    inside.root_ = Renamer(step).copy(*root_);
  }
  return inside;
}

bool Expression::takes_all_steps() const {
  if (root_ == nullptr) {
    return false;
  }
  const std::string nobody;
  Renamer renamer(nobody);
  static_cast<void>(renamer.copy(*root_));
  return renamer.met_whole();
}

Template Template::included_by(const std::string& step) const {
  Template inside = *this;
  for (Expression& expression : inside.expressions_) {
    expression = expression.included_by(step);
  }
  return inside;
}

ArgumentValue included_by(const ArgumentValue& value, const std::string& step) {
  ArgumentValue made = value;
  if (auto* text = std::get_if<Template>(&made.data)) {
    *text = text->included_by(step);
  } else if (auto* list = std::get_if<ArgumentValue::List>(&made.data)) {
    for (ArgumentValue& item : *list) {
      item = included_by(item, step);
    }
  } else if (auto* map = std::get_if<ArgumentValue::Map>(&made.data)) {
    *map = renamed(*map, step);
  }
  return made;
}

std::string binding_of(std::string_view step) {
  return std::string(step) + std::string(kBindingEnd);
}

std::vector<Step> included_by(std::vector<Step> steps, const std::string& step) {
  for (Step& one : steps) {
    one = renamed(std::move(one), step);
  }
  return steps;
}

Runbook included_by(Runbook runbook, const std::string& step) {
  runbook.steps.clear();
  for (auto* checks : {&runbook.prerequisites, &runbook.validation}) {
    for (CheckEntry& entry : *checks) {
      entry = renamed_and_titled(std::move(entry), step);
    }
  }
  for (Guard& guard : runbook.guards) {
    guard.check = renamed_and_titled(std::move(guard.check), step);
  }
  for (Template& lock : runbook.locks) {
    lock = lock.included_by(step);
  }
  runbook.rollback = included_by(std::move(runbook.rollback), step);
  return runbook;
}

}  // namespace cfkops::runbook
