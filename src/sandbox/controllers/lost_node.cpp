#include "controllers/lost_node.hpp"

#include "controllers/cluster_objects.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kLost = "sandbox.cfkops.dev/lost";

}  // namespace

bool is_lost(const Value& node) {
  return text_at(node, {"metadata", "annotations", kLost}) == "true";
}

bool set_lost(Registry& registry, std::string_view node, bool lost) {
  return change_stored(
      registry,
      {"nodes", {}, std::string(node)},
      [&](Value& fresh) {
        if (lost) {
          make_at(fresh, {"metadata", "annotations", kLost}) = "true";
        } else {
          erase_at(fresh, {"metadata", "annotations", kLost});
        }
      },
      as_controller("sandbox"));
}

}  // namespace cfkops::sandbox
