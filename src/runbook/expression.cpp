#include "cfkops/runbook/expression.hpp"

#include "ast.hpp"
#include "check.hpp"
#include "evaluate.hpp"
#include "parser.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

using ast::Kind;
using ast::Node;
using Chains = std::vector<std::vector<std::string>>;

/// The longest member chains below `node` that start at a name no macro binds.
void collect(const Node& node, std::vector<std::string>& bound, Chains& chains) {
  std::vector<std::string> chain = ast::chain_of(node);
  if (node.kind == Kind::Has && !ast::chain_of(node.child(0)).empty()) {
    chain = ast::chain_of(node.child(0));
    chain.push_back(node.name);
  }
  if (!chain.empty()) {
    const bool local = std::find(bound.begin(), bound.end(), chain.front()) != bound.end();
    if (!local && std::find(chains.begin(), chains.end(), chain) == chains.end()) {
      chains.push_back(std::move(chain));
    }
    return;
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const std::size_t before = bound.size();
    if (node.kind == Kind::Macro && i > 0) {
      bound.push_back(node.variable);
      bound.push_back(node.second);
    }
    collect(node.child(i), bound, chains);
    bound.resize(before);
  }
}

}  // namespace

Result<Expression> Expression::parse(std::string_view source, const SourcePos& pos) {
  CFKOPS_ASSIGN(ast::NodePtr root, parse_expression(source, pos));
  Expression expression;
  expression.source_ = source;
  expression.pos_ = pos;
  expression.root_ = std::move(root);
  return expression;
}

Expression Expression::within(std::string container) const {
  Expression inside = *this;
  inside.container_ = std::move(container);
  return inside;
}

Result<Type> Expression::check(const Scope& scope) const {
  return root_ == nullptr ? Result<Type>(Type())
                          : check_tree(*root_, *this, scope, Missing::Refused);
}

Result<Type> Expression::check_passing(const Scope& scope) const {
  return root_ == nullptr ? Result<Type>(Type())
                          : check_tree(*root_, *this, scope, Missing::PassedOn);
}

Result<Value> Expression::evaluate(const Bindings& bindings) const {
  return root_ == nullptr ? Result<Value>(Value()) : evaluate_tree(*root_, *this, bindings);
}

std::string Expression::explain(const Bindings& bindings) const {
  return root_ == nullptr ? std::string() : explain_tree(*root_, *this, bindings);
}

std::vector<std::string> Expression::names() const {
  std::vector<std::string> names;
  for (const std::vector<std::string>& chain : chains()) {
    if (std::find(names.begin(), names.end(), chain.front()) == names.end()) {
      names.push_back(chain.front());
    }
  }
  return names;
}

Chains Expression::chains() const {
  Chains chains;
  std::vector<std::string> bound;
  if (root_ != nullptr) {
    collect(*root_, bound, chains);
  }
  return chains;
}

std::vector<std::string> Expression::chain() const {
  return root_ == nullptr ? std::vector<std::string>() : ast::chain_of(*root_);
}

Chains Expression::proves() const {
  return root_ == nullptr ? Chains() : ast::proven_chains(*root_, true);
}

}  // namespace cfkops::runbook
