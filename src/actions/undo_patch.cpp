#include "undo_patch.hpp"

#include "difference.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace cfkops::actions {

namespace {

using nlohmann::json;
using Path = std::vector<std::string>;

std::string pointer_of(const Path& path) {
  std::string text;
  for (const std::string& key : path) {
    text += "/" + base::pointer_token(key);
  }
  return text;
}

Path path_of(std::string_view pointer) {
  const auto replace = [](std::string& text, std::string_view what, const char* with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
      text.replace(at, what.size(), with);
    }
  };
  Path path = base::split(pointer, '/');
  path.erase(path.begin());  // what stands before the first "/"
  for (std::string& key : path) {
    replace(key, "~1", "/");
    replace(key, "~0", "~");
  }
  return path;
}

Path begin_of(const Path& path, std::size_t length) {
  return {path.begin(), path.begin() + static_cast<std::ptrdiff_t>(length)};
}

/// What stands there, or nullptr; null is nothing.
const json* find(const json& root, const Path& path) {
  const json* node = &root;
  for (const std::string& key : path) {
    const auto member = node->is_object() ? node->find(key) : node->end();
    if (member == node->end()) {
      return nullptr;
    }
    node = &*member;
  }
  return node->is_null() ? nullptr : node;
}

bool same(const json* a, const json* b) {
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

/// The paths that a merge or strategic patch names.
void collect_paths(const json& patch, bool strategic, const Path& here, std::set<Path>& paths) {
  for (const auto& [key, value] : patch.items()) {
    Path path = here;
    if (strategic && key.starts_with('$')) {
      // A directive: "$setElementOrder/env" is about one member, "$patch" about the whole map.
      const std::size_t slash = key.find('/');
      if (slash != std::string::npos) {
        path.push_back(key.substr(slash + 1));
      }
      paths.insert(std::move(path));
      continue;
    }
    path.push_back(key);
    if (value.is_object() && !value.empty()) {
      collect_paths(value, strategic, path, paths);
    } else {
      paths.insert(std::move(path));
    }
  }
}

/// The paths that a JSON patch names.
void collect_operations(const json& patch, std::set<Path>& paths) {
  for (const Json& operation : Json(patch).items()) {
    const std::string op = operation.string_or("/op", "");
    if (op != "test") {
      paths.insert(path_of(operation.string_or("/path", "")));
    }
    if (op == "move") {
      paths.insert(path_of(operation.string_or("/from", "")));
    }
  }
}

/// Gathers the fields that differ between two states.
class Changes {
 public:
  Changes(const json& before, const json& after)
      : before_(before),
        after_(after) {}

  /// All below `path`; where it leads into a list, or through what is no map, all from there.
  void add(Path path) {
    for (std::size_t length = 1; length < path.size(); ++length) {
      const Path part = begin_of(path, length);
      const json* was = find(before_, part);
      const json* wrote = find(after_, part);
      if ((was != nullptr && !was->is_object()) || (wrote != nullptr && !wrote->is_object())) {
        path = part;
        break;
      }
      if (was == nullptr && wrote != nullptr) {
        made_.insert(part);
      }
    }
    compare(path, find(before_, path), find(after_, path));
  }

  [[nodiscard]] json take() && {
    json fields = json::array();
    for (auto& [path, field] : fields_) {
      fields.push_back(std::move(field));
    }
    return {{"fields", std::move(fields)}, {"made", made_}};
  }

 private:
  void compare(const Path& path, const json* was, const json* wrote) {
    if (same(was, wrote) || is_servers_own(pointer_of(path))) {
      return;
    }
    const bool maps = (was == nullptr || was->is_object()) &&
                      (wrote == nullptr || wrote->is_object()) &&
                      (wrote != nullptr || !was->empty());
    if (!maps) {
      keep(path, was, wrote);
      return;
    }
    if (was == nullptr) {
      made_.insert(path);
    }
    std::set<std::string> keys;
    for (const json* map : {was, wrote}) {
      if (map == nullptr) {
        continue;
      }
      for (const auto& [key, value] : map->items()) {
        keys.insert(key);
      }
    }
    for (const std::string& key : keys) {
      Path below = path;
      below.push_back(key);
      compare(below,
              was == nullptr ? nullptr : find(*was, {key}),
              wrote == nullptr ? nullptr : find(*wrote, {key}));
    }
  }

  void keep(const Path& path, const json* was, const json* wrote) {
    json field = {{"path", path}};
    if (was != nullptr) {
      field["was"] = *was;
    }
    if (wrote != nullptr) {
      field["wrote"] = *wrote;
    }
    fields_.insert_or_assign(path, std::move(field));
  }

  const json& before_;
  const json& after_;
  std::map<Path, json> fields_;
  std::set<Path> made_;
};

std::string shown(const json* value) {
  return value == nullptr ? "nothing" : shown_value(*value);
}

Path path_in(const Json& list) {
  Path path;
  for (const Json& key : list.items()) {
    path.push_back(key.string_or("", ""));
  }
  return path;
}

/// Puts a value into a merge patch; nullptr removes the field.
void put(json& patch, const Path& path, const json* value) {
  json* node = &patch;
  for (const std::string& key : path) {
    node = &(*node)[key];
  }
  *node = value == nullptr ? json() : *value;
}

}  // namespace

Json changes_of(const Json& before, const Json& after, kube::PatchType type, const Json& patch) {
  std::set<Path> paths;
  if (type == kube::PatchType::Json) {
    collect_operations(patch.raw(), paths);
  } else {
    collect_paths(patch.raw(), type == kube::PatchType::Strategic, {}, paths);
  }
  Changes changes(before.raw(), after.raw());
  for (const Path& path : paths) {
    changes.add(path);
  }
  return Json(std::move(changes).take());
}

std::vector<std::string> lines_of_undo(const Json& changes) {
  const auto text = [](const Json& value) {
    return value.is_null() ? std::nullopt : std::optional(shown_value(value.raw()));
  };
  std::vector<std::string> lines;
  for (const Json& field : changes.items("/fields")) {
    lines.push_back(difference_line(pointer_of(path_in(field.get("/path"))),
                                    text(field.get("/wrote")),
                                    text(field.get("/was"))));
  }
  return lines;
}

TakeBack take_back(const Json& changes, const Json& now) {
  TakeBack back;
  json undo = json::object();
  for (const Json& field : changes.items("/fields")) {
    const Path path = path_in(field.get("/path"));
    const json* was = find(field.raw(), {"was"});
    const json* wrote = find(field.raw(), {"wrote"});
    const json* is = find(now.raw(), path);
    if (same(is, was)) {
      continue;
    }
    if (same(is, wrote)) {
      put(undo, path, was);
    } else {
      back.foreign.push_back(pointer_of(path) + " was " + shown(was) + ", we wrote " +
                             shown(wrote) + ", now it is " + shown(is));
    }
  }
  // The inner ones first: a map whose only member is an empty map of ours is ours as well.
  std::vector<Json> made = changes.items("/made");
  std::reverse(made.begin(), made.end());
  for (const Json& map : made) {
    json then = now.raw();
    then.merge_patch(undo);
    const Path path = path_in(map);
    const json* left = find(then, path);
    if (left != nullptr && left->is_object() && left->empty()) {
      put(undo, path, nullptr);
    }
  }
  back.patch = Json(std::move(undo));
  return back;
}

}  // namespace cfkops::actions
