#include "ast.hpp"

#include <array>
#include <utility>

namespace cfkops::runbook::ast {

std::string_view to_string(Operator op) {
  constexpr std::array<std::string_view, 12> kTexts = {
      "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in"};
  return kTexts[static_cast<std::size_t>(op)];
}

const std::string* member_name(const Node& node) {
  if (node.optional) {
    return nullptr;
  }
  if (node.kind == Kind::Member) {
    return &node.name;
  }
  const bool literal = node.kind == Kind::Index && node.child(1).kind == Kind::Literal;
  return literal ? node.child(1).value.as<std::string>() : nullptr;
}

std::vector<std::string> chain_of(const Node& node) {
  if (node.kind == Kind::Name) {
    return {node.name};
  }
  const std::string* name = member_name(node);
  if (name == nullptr) {
    return {};
  }
  std::vector<std::string> chain = chain_of(node.child(0));
  if (!chain.empty()) {
    chain.push_back(*name);
  }
  return chain;
}

const Node* root_of(const Node& node) {
  const Node* root = &node;
  while (root->kind == Kind::Member && !root->optional && !root->quoted) {
    root = &root->child(0);
  }
  return root->kind == Kind::Name ? root : nullptr;
}

std::string qualified_name(const Node& node) {
  if (root_of(node) == nullptr) {
    return {};
  }
  return node.kind == Kind::Name ? node.name : qualified_name(node.child(0)) + "." + node.name;
}

std::vector<std::vector<std::string>> proven_chains(const Node& node, bool truth) {
  if (node.kind == Kind::Not) {
    return proven_chains(node.child(0), !truth);
  }
  if (node.kind == Kind::Has && truth) {
    std::vector<std::string> chain = chain_of(node.child(0));
    if (chain.empty()) {
      return {};
    }
    chain.push_back(node.name);
    return {std::move(chain)};
  }
  std::vector<std::vector<std::string>> chains;
  if (node.kind == (truth ? Kind::And : Kind::Or)) {
    for (const NodePtr& child : node.children) {
      for (std::vector<std::string>& chain : proven_chains(*child, truth)) {
        chains.push_back(std::move(chain));
      }
    }
  }
  return chains;
}

}  // namespace cfkops::runbook::ast
