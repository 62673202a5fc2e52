#include "catalogue.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::kube {

namespace {

bool suffix_names(std::string_view suffix, const Resource& resource) {
  return suffix.empty() || suffix == resource.group ||
         suffix ==
             (resource.group.empty() ? resource.version : resource.version + "." + resource.group);
}

bool stem_names(std::string_view stem, const Catalogue::Entry& entry) {
  return stem == entry.resource.plural || stem == entry.singular ||
         stem == base::lower(entry.resource.kind);
}

bool short_names(std::string_view stem, const Catalogue::Entry& entry) {
  return std::find(entry.short_names.begin(), entry.short_names.end(), stem) !=
         entry.short_names.end();
}

}  // namespace

bool Catalogue::Entry::keeps_objects() const {
  const auto can = [this](const char* verb) {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
  };
  return can("list") && can("create");
}

void Catalogue::add_groups(const Json& list) {
  for (const Json& group : list.items("/items")) {
    const std::string group_name = group.string_or("/metadata/name", "");
    for (const Json& version : group.items("/versions")) {
      const std::string version_name = version.string_or("/version", "");
      if (version.string_or("/freshness", "") == "Stale") {
        silent.push_back(fmt::format("{}/{}", group_name, version_name));
      }
      for (const Json& item : version.items("/resources")) {
        entries.push_back({{group_name,
                            version_name,
                            item.string_or("/resource", ""),
                            item.string_or("/responseKind/kind", ""),
                            item.string_or("/scope", "") == "Namespaced"},
                           item.string_or("/singularResource", ""),
                           item.strings("/shortNames"),
                           item.strings("/verbs")});
      }
    }
  }
}

void Catalogue::add_group_version(const Json& list) {
  const std::string group_version = list.string_or("/groupVersion", "");
  const std::size_t slash = group_version.find('/');
  const bool core = slash == std::string::npos;
  const std::string group = core ? "" : group_version.substr(0, slash);
  const std::string version = core ? group_version : group_version.substr(slash + 1);
  for (const Json& item : list.items("/resources")) {
    const std::string plural = item.string_or("/name", "");
    if (plural.find('/') != std::string::npos) {
      continue;  // a subresource
    }
    entries.push_back(
        {{group, version, plural, item.string_or("/kind", ""), item.bool_or("/namespaced", false)},
         item.string_or("/singularName", ""),
         item.strings("/shortNames"),
         item.strings("/verbs")});
  }
}

std::vector<const Catalogue::Entry*> Catalogue::find(std::string_view word) const {
  const std::string lowered = base::lower(word);
  const std::string_view text = lowered;
  const std::size_t dot = text.find('.');
  const std::string_view stem = text.substr(0, dot);
  const std::string_view suffix =
      dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  std::vector<const Entry*> found;
  for (const auto& names : {stem_names, short_names}) {
    for (const Entry& entry : entries) {
      const bool group_known =
          std::any_of(found.begin(), found.end(), [&entry](const Entry* other) {
            return other->resource.group == entry.resource.group;
          });
      if (!group_known && names(stem, entry) && suffix_names(suffix, entry.resource)) {
        found.push_back(&entry);
      }
    }
    if (!found.empty()) {
      break;
    }
  }
  return found;
}

std::vector<std::string> Catalogue::words() const {
  std::vector<std::string> words;
  for (const Entry& entry : entries) {
    words.push_back(entry.resource.plural);
    words.push_back(base::lower(entry.resource.kind));
    words.insert(words.end(), entry.short_names.begin(), entry.short_names.end());
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace cfkops::kube
