#include "undo_patch.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace cfkops::actions {

namespace {

using nlohmann::json;

json undo_merge(const json* before, const json& patch) {
  json undo = json::object();
  for (const auto& [key, value] : patch.items()) {
    if (key.starts_with("$")) {
      continue;  // a directive of strategic merge, no field
    }
    const json* old = nullptr;
    if (before != nullptr && before->is_object() && before->contains(key)) {
      old = &before->at(key);
    }
    const bool both_maps = old != nullptr && old->is_object() && value.is_object();
    undo[key] = both_maps ? undo_merge(old, value) : old == nullptr ? json() : *old;
  }
  return undo;
}

/// Where the former state is kept for a change at `path`: the list, where it is an element of one.
std::string kept_at(const json& before, const std::string& path) {
  std::string here;
  const json* node = &before;
  std::size_t from = 1;
  while (from <= path.size()) {
    if (node->is_array()) {
      return here;
    }
    const std::size_t to = std::min(path.find('/', from), path.size());
    const json::json_pointer token("/" + path.substr(from, to - from));
    if (!node->is_object() || !node->contains(token)) {
      return path.substr(0, to);
    }
    node = &node->at(token);
    here = path.substr(0, to);
    from = to + 1;
  }
  return path;
}

json undo_operations(const json& before, const json& patch) {
  std::set<std::string> kept;
  json undo = json::array();
  for (const json& operation : patch) {
    for (const char* member : {"path", "from"}) {
      const bool moved_from =
          std::string_view(member) == "from" && operation.value("op", "") != "move";
      if (operation.value("op", "") == "test" || moved_from || !operation.contains(member)) {
        continue;
      }
      const std::string path = kept_at(before, operation.at(member).get<std::string>());
      if (!kept.insert(path).second) {
        continue;
      }
      const json::json_pointer pointer(path);
      if (before.contains(pointer)) {
        undo.insert(undo.begin(),
                    json::object({{"op", "add"}, {"path", path}, {"value", before.at(pointer)}}));
      } else {
        undo.insert(undo.begin(), json::object({{"op", "remove"}, {"path", path}}));
      }
    }
  }
  return undo;
}

}  // namespace

Json undo_patch(const Json& before, kube::PatchType type, const Json& patch) {
  if (type == kube::PatchType::Json) {
    return Json(undo_operations(before.raw(), patch.raw()));
  }
  return Json(undo_merge(&before.raw(), patch.raw()));
}

}  // namespace cfkops::actions
