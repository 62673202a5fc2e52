#include "kinds/volume_rules.hpp"

#include "kinds/checks.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::int64_t kShortestToken = 600;
constexpr std::int64_t kLongestToken = std::int64_t{1} << 32;

const std::vector<std::string> kHostPathTypes = {"",
                                                 "BlockDevice",
                                                 "CharDevice",
                                                 "Directory",
                                                 "DirectoryOrCreate",
                                                 "File",
                                                 "FileOrCreate",
                                                 "Socket"};

/// Sources of a volume in the order in which they are looked at, and what must be in them.
struct Source {
  std::string_view name;
  std::vector<std::string_view> required = {};
};

const std::vector<Source> kSources = {{"emptyDir"},
                                      {"hostPath"},
                                      {"gitRepo", {"repository"}},
                                      {"gcePersistentDisk", {"pdName"}},
                                      {"awsElasticBlockStore", {"volumeID"}},
                                      {"secret"},
                                      {"nfs"},
                                      {"iscsi", {"targetPortal", "iqn"}},
                                      {"glusterfs", {"endpoints", "path"}},
                                      {"flocker"},
                                      {"persistentVolumeClaim", {"claimName"}},
                                      {"rbd", {"monitors", "image"}},
                                      {"cinder", {"volumeID"}},
                                      {"cephfs", {"monitors"}},
                                      {"quobyte", {"registry", "volume"}},
                                      {"downwardAPI"},
                                      {"fc"},
                                      {"flexVolume", {"driver"}},
                                      {"configMap"},
                                      {"azureFile", {"secretName", "shareName"}},
                                      {"vsphereVolume", {"volumePath"}},
                                      {"photonPersistentDisk", {"pdID"}},
                                      {"portworxVolume", {"volumeID"}},
                                      {"azureDisk", {"diskName", "diskURI"}},
                                      {"storageos"},
                                      {"projected"},
                                      {"scaleIO", {"gateway", "system", "volumeName"}},
                                      {"csi", {"driver"}},
                                      {"ephemeral"},
                                      {"image"}};

void validate_key_paths(const Value& items, const std::string& path, FieldErrors& errors) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Value& item = items.at(i);
    const std::string here = element(path, i);
    for (const char* name : {"key", "path"}) {
      if (text_at(item, {name}).empty()) {
        errors.required(below(here, name));
      }
    }
    validate_unreserved_path(text_at(item, {"path"}), below(here, "path"), errors);
    validate_mode(item, "mode", here, errors);
  }
}

void validate_keyed(const Value& source,
                    std::string_view name,
                    const std::string& path,
                    FieldErrors& errors) {
  if (text_at(source, {name}).empty()) {
    errors.required(below(path, name));
  }
  validate_mode(source, "defaultMode", path, errors);
  validate_key_paths(list_at(source, {"items"}), below(path, "items"), errors);
}

void validate_downward_file(const Value& file, const std::string& path, FieldErrors& errors) {
  const std::string target = text_at(file, {"path"});
  if (target.empty()) {
    errors.required(below(path, "path"));
  }
  validate_unreserved_path(target, below(path, "path"), errors);
  const Value* field = find(file, {"fieldRef"});
  const Value* resource = find(file, {"resourceFieldRef"});
  if (field != nullptr) {
    validate_field_reference(*field, Downward::Volume, below(path, "fieldRef"), errors);
    if (resource != nullptr) {
      errors.invalid(path,
                     Value("resource"),
                     "fieldRef and resourceFieldRef can not be specified simultaneously");
    }
  } else if (resource != nullptr) {
    validate_resource_reference(
        *resource, Downward::Volume, below(path, "resourceFieldRef"), errors);
  } else {
    errors.required(path, "one of fieldRef and resourceFieldRef is required");
  }
  validate_mode(file, "mode", path, errors);
}

class Projection {
 public:
  Projection(std::string path, FieldErrors& errors)
      : path_(std::move(path)),
        errors_(errors) {}

  void check(const Value& source, const std::string& here) {
    int count = 0;
    for (const char* name : {"secret", "configMap"}) {
      if (const Value* keyed = find(source, {name})) {
        ++count;
        check_keyed(*keyed, below(here, name));
      }
    }
    if (const Value* downward = find(source, {"downwardAPI"})) {
      ++count;
      for (const Value& file : list_at(*downward, {"items"})) {
        validate_downward_file(file, below(here, "downwardAPI"), errors_);
        const std::string target = text_at(file, {"path"});
        take(target, target);
      }
    }
    if (const Value* token = find(source, {"serviceAccountToken"})) {
      ++count;
      check_token(*token, below(here, "serviceAccountToken"));
    }
    for (const char* name : {"clusterTrustBundle", "podCertificate"}) {
      count += find(source, {name}) != nullptr ? 1 : 0;
    }
    if (count > 1) {
      errors_.forbidden(here, "may not specify more than 1 volume type per source");
    }
  }

 private:
  void check_keyed(const Value& keyed, const std::string& here) {
    if (text_at(keyed, {"name"}).empty()) {
      errors_.required(below(here, "name"));
    }
    validate_key_paths(list_at(keyed, {"items"}), below(here, "items"), errors_);
    for (const Value& item : list_at(keyed, {"items"})) {
      take(text_at(item, {"path"}), text_at(keyed, {"name"}));
    }
  }

  void check_token(const Value& token, const std::string& here) {
    const std::int64_t seconds = number_at(token, {"expirationSeconds"});
    const std::string field = below(here, "expirationSeconds");
    if (seconds < kShortestToken) {
      errors_.invalid(field, Value(seconds), "may not specify a duration less than 10 minutes");
    }
    if (seconds > kLongestToken) {
      errors_.invalid(field, Value(seconds), "may not specify a duration larger than 2^32 seconds");
    }
    const std::string target = text_at(token, {"path"});
    if (target.empty()) {
      errors_.required(below(path_, "path"));
    } else {
      validate_unreserved_path(target, below(path_, "path"), errors_);
    }
  }

  void take(const std::string& target, const std::string& named) {
    if (!target.empty() && !taken_.insert(target).second) {
      errors_.invalid(path_, Value(named), "conflicting duplicate paths");
    }
  }

  std::string path_;
  FieldErrors& errors_;
  std::set<std::string> taken_;
};

void validate_projected(const Value& source, const std::string& path, FieldErrors& errors) {
  validate_mode(source, "defaultMode", path, errors);
  Projection projection(path, errors);
  const Value& sources = list_at(source, {"sources"});
  for (std::size_t i = 0; i < sources.size(); ++i) {
    projection.check(sources.at(i), element(below(path, "sources"), i));
  }
}

void validate_nfs(const Value& source, const std::string& path, FieldErrors& errors) {
  const std::string target = text_at(source, {"path"});
  if (text_at(source, {"server"}).empty()) {
    errors.required(below(path, "server"));
  }
  if (target.empty()) {
    errors.required(below(path, "path"));
  }
  if (!target.starts_with('/')) {
    errors.invalid(below(path, "path"), Value(target), "must be an absolute path");
  }
}

void validate_host_path(const Value& source, const std::string& path, FieldErrors& errors) {
  const std::string target = text_at(source, {"path"});
  if (target.empty()) {
    errors.required(below(path, "path"));
    return;
  }
  validate_no_backsteps(target, below(path, "path"), errors);
  const std::string type = text_at(source, {"type"});
  if (std::ranges::find(kHostPathTypes, type) == kHostPathTypes.end()) {
    errors.not_supported(below(path, "type"), Value(type), kHostPathTypes);
  }
}

void validate_downward_source(const Value& source, const std::string& path, FieldErrors& errors) {
  validate_mode(source, "defaultMode", path, errors);
  for (const Value& file : list_at(source, {"items"})) {
    validate_downward_file(file, path, errors);
  }
}

void validate_source(const Source& about,
                     const Value& source,
                     const std::string& path,
                     FieldErrors& errors) {
  if (about.name == "secret") {
    validate_keyed(source, "secretName", path, errors);
  } else if (about.name == "configMap") {
    validate_keyed(source, "name", path, errors);
  } else if (about.name == "hostPath") {
    validate_host_path(source, path, errors);
  } else if (about.name == "nfs") {
    validate_nfs(source, path, errors);
  } else if (about.name == "downwardAPI") {
    validate_downward_source(source, path, errors);
  } else if (about.name == "projected") {
    validate_projected(source, path, errors);
  } else if (about.name == "ephemeral" && find(source, {"volumeClaimTemplate"}) == nullptr) {
    errors.required(below(path, "volumeClaimTemplate"));
  }
  for (const std::string_view name : about.required) {
    const Value* there = find(source, {name});
    if (there == nullptr || there->empty() || text_at(source, {name}, "-").empty()) {
      errors.required(below(path, name));
    }
  }
}

void validate_sources(const Value& volume, const std::string& path, FieldErrors& errors) {
  int count = 0;
  for (const Source& about : kSources) {
    const Value* source = find(volume, {about.name});
    if (source == nullptr) {
      continue;
    }
    const std::string here = below(path, about.name);
    if (count++ > 0) {
      errors.forbidden(here, "may not specify more than 1 volume type");
    } else {
      validate_source(about, *source, here, errors);
    }
  }
  if (count == 0) {
    errors.required(path, "must specify a volume type");
  }
}

std::set<std::string> made_claims(const Value& volumes, const std::string& pod_name) {
  std::set<std::string> claims;
  for (const Value& volume : volumes) {
    if (!pod_name.empty() && find(volume, {"ephemeral"}) != nullptr) {
      claims.insert(pod_name + "-" + text_at(volume, {"name"}));
    }
  }
  return claims;
}

}  // namespace

void validate_no_backsteps(const std::string& target,
                           const std::string& path,
                           FieldErrors& errors) {
  if (("/" + target + "/").find("/../") != std::string::npos) {
    errors.invalid(path, Value(target), "must not contain '..'");
  }
}

void validate_descending_path(const std::string& target,
                              const std::string& path,
                              FieldErrors& errors) {
  if (target.starts_with('/')) {
    errors.invalid(path, Value(target), "must be a relative path");
  }
  validate_no_backsteps(target, path, errors);
}

void validate_unreserved_path(const std::string& target,
                              const std::string& path,
                              FieldErrors& errors) {
  validate_descending_path(target, path, errors);
  if (target.starts_with("..") && !target.starts_with("../")) {
    errors.invalid(path, Value(target), "must not start with '..'");
  }
}

void validate_volumes(const Value& volumes,
                      const std::string& pod_name,
                      const std::string& path,
                      PodContext& context,
                      FieldErrors& errors) {
  const std::set<std::string> claims = made_claims(volumes, pod_name);
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const Value& volume = volumes.at(i);
    const std::string here = element(path, i);
    const std::string name = text_at(volume, {"name"});
    const std::size_t before = errors.all().size();
    validate_sources(volume, here, errors);
    if (name.empty()) {
      errors.required(below(here, "name"));
    } else {
      validate_dns_label(name, below(here, "name"), errors);
    }
    if (context.volumes.contains(name)) {
      errors.duplicate(below(here, "name"), Value(name));
    }
    if (errors.all().size() == before) {
      context.volumes.insert(name);
      if (find(volume, {"persistentVolumeClaim"}) != nullptr ||
          find(volume, {"ephemeral"}) != nullptr) {
        context.blocks.insert(name);
      }
    }
    const std::string claim = text_at(volume, {"persistentVolumeClaim", "claimName"});
    if (claims.contains(claim)) {
      errors.invalid(below(here, "persistentVolumeClaim.claimName"),
                     Value(claim),
                     "must not reference a PVC that gets created for an ephemeral volume");
    }
  }
}

}  // namespace cfkops::sandbox
