#include "places.hpp"

namespace cfkops::runbook {

namespace {

using base::YamlNode;
using Visit = std::function<void(const YamlNode&, std::string_view)>;

class PlaceWalk {
 public:
  explicit PlaceWalk(const Visit& visit)
      : visit_(visit) {}

  void runbook(const YamlNode& root) {
    visit_(root, "runbook");
    for (const YamlNode::Member& member : root.members) {
      if (member.key == "params") {
        for (const YamlNode::Member& param : member.value.members) {
          map(param.value, "param");
        }
      } else if (member.key == "prerequisites" || member.key == "validation") {
        list(member.value, "check");
      } else if (member.key == "guard") {
        list(member.value, "guard");
      } else if (member.key == "windows") {
        list(member.value, "window");
      } else if (member.key == "steps" || member.key == "rollback") {
        steps(member.value);
      } else if (member.key == "settings") {
        map(member.value, "settings");
      }
    }
  }

 private:
  void map(const YamlNode& node, std::string_view where) {
    if (node.is_map()) {
      visit_(node, where);
    }
  }

  void list(const YamlNode& node, std::string_view where) {
    for (const YamlNode& item : node.items) {
      map(item, where);
    }
  }

  void steps(const YamlNode& node) {
    for (const YamlNode& item : node.items) {
      step(item);
    }
  }

  void step(const YamlNode& node) {
    map(node, "step");
    for (const YamlNode::Member& member : node.members) {
      if (member.key == "each" || member.key == "attempts") {
        map(member.value, member.key);
      } else if (member.key == "expect") {
        list(member.value, "check");
      } else if (member.key == "steps") {
        steps(member.value);
      } else if (member.key == "rollback") {
        map(member.value, member.key);
        steps(member.value);
      }
    }
  }

  const Visit& visit_;
};

void visit_scalars(const YamlNode& node, std::string_view key, const Visit& visit) {
  if (node.is_scalar()) {
    visit(node, key);
  }
  for (const YamlNode& item : node.items) {
    visit_scalars(item, key, visit);
  }
  for (const YamlNode::Member& member : node.members) {
    visit_scalars(member.value, member.key, visit);
  }
}

}  // namespace

void each_place(const YamlNode& root, const Visit& visit) {
  PlaceWalk(visit).runbook(root);
}

void each_scalar(const YamlNode& root, const Visit& visit) {
  visit_scalars(root, "", visit);
}

}  // namespace cfkops::runbook
