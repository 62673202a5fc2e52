#include "manifest_file.hpp"

#include "object_form.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20U;

bool is_border(std::string_view line) {
  return line.starts_with("---") && base::trim(line.substr(3)).empty();
}

/// The documents of a file, each behind as many empty lines as stand before it, so that places in
/// it are places in the file.
std::vector<std::string> documents_of(const std::string& text) {
  std::vector<std::string> documents(1);
  std::size_t lines = 0;
  for (const std::string& line : base::split(text, '\n')) {
    ++lines;
    if (is_border(line)) {
      documents.emplace_back(lines, '\n');
    } else {
      documents.back() += line + "\n";
    }
  }
  return documents;
}

bool says_nothing(const std::string& document) {
  const std::vector<std::string> lines = base::split(document, '\n');
  return std::ranges::all_of(lines, [](const std::string& line) {
    const std::string_view bare = base::trim(line);
    return bare.empty() || bare.starts_with('#');
  });
}

Status add_objects(const Json& document, const std::string& file, std::vector<Json>& objects) {
  if (document.string_or("/kind", "").ends_with("List") && document.has("/items")) {
    for (const Json& item : document.items("/items")) {
      CFKOPS_TRY(add_objects(item, file, objects));
    }
    return {};
  }
  if (document.string_or("/kind", "").empty() || document.string_or("/metadata/name", "").empty()) {
    return make_error(ErrorCode::InvalidInput,
                      file + " has a document without kind or metadata.name",
                      "write each object as kubectl takes it");
  }
  objects.push_back(document);
  return {};
}

/// What the server sets, and whom it says it is, is not the file's to say.
Json as_wanted(const Json& object, const std::string& ns) {
  nlohmann::json body = kept_form(kube::Object(object)).raw();
  if (ns.empty()) {
    body["metadata"].erase("namespace");
  } else {
    body["metadata"]["namespace"] = ns;
  }
  return Json(std::move(body));
}

}  // namespace

Result<std::vector<Json>> read_manifests(const base::Files& files, const std::string& file) {
  CFKOPS_ASSIGN(const std::string text, files.read(file, kMostBytes));
  std::vector<Json> objects;
  for (const std::string& document : documents_of(text)) {
    if (says_nothing(document)) {
      continue;
    }
    const auto tree = base::parse_yaml(document, file, base::YamlDialect::Strict);
    if (!tree) {
      return tree.error().front();
    }
    CFKOPS_TRY(add_objects(base::to_json(*tree), file, objects));
  }
  if (objects.empty()) {
    return make_error(
        ErrorCode::InvalidInput, file + " has no objects", "write them as kubectl takes them");
  }
  return objects;
}

Result<std::vector<WantedObject>> wanted_in_file(kube::Reader& reader,
                                                 const base::Files& files,
                                                 const std::string& file,
                                                 const std::string& ns) {
  CFKOPS_ASSIGN(const std::vector<Json> objects, read_manifests(files, file));
  std::vector<WantedObject> wanted;
  std::set<std::string> seen;
  for (const Json& object : objects) {
    CFKOPS_ASSIGN(kube::Resource resource, resource_of(reader, object));
    const std::string own =
        resource.namespaced ? object.string_or("/metadata/namespace", ns) : std::string();
    WantedObject one{
        .resource = std::move(resource), .ns = own, .body = as_wanted(object, own), .kept = false};
    if (!seen.insert(text_of(one.body)).second) {
      return make_error(ErrorCode::InvalidInput,
                        file + " has " + text_of(one.body) + " twice",
                        "leave one of them out");
    }
    wanted.push_back(std::move(one));
  }
  std::ranges::stable_sort(
      wanted, {}, [](const WantedObject& one) { return rank_of(one.resource.kind); });
  return wanted;
}

}  // namespace cfkops::actions
