// A backup is a folder: an object a file, as YAML that kubectl takes as well, and an index with the
// SHA-256 of each. Every file has mode 0600, since also what is no Secret may hold one.
//
//  1. The files are written, each whole or not at all.
//  2. The index is written. Only from here on it is a backup; what was cut short before is written
//     over by the next attempt.
#include "backup_folder.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml.hpp"
#include "cfkops/base/yaml_write.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <utility>

namespace cfkops::actions {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr const char* kKind = "ObjectsBackup";

std::filesystem::path in_folder(const std::string& folder, const std::string& file) {
  return std::filesystem::path(folder) / file;
}

/// "shop/deployments.apps/web.yaml"; names of some kinds may begin with a dot.
std::string file_of(const KeptObject& object) {
  const std::string ns = object.body.string_or("/metadata/namespace", "");
  const std::string name = object.body.string_or("/metadata/name", "");
  return (ns.empty() ? name : ns) + "/" + object.resource.full_name() + "/" + name + ".yaml";
}

/// It leads to no other folder.
bool stays_inside(const std::string& file) {
  const std::filesystem::path path(file);
  for (const std::filesystem::path& part : path) {
    if (part == "..") {
      return false;
    }
  }
  return !path.empty() && path.is_relative();
}

json list_of(const std::vector<LeftOut>& left_out) {
  json list = json::array();
  for (const LeftOut& one : left_out) {
    list.push_back({{"what", one.what}, {"why", one.why}});
  }
  return list;
}

Error no_index(const std::string& folder, Error error) {
  if (error.code == ErrorCode::NotFound) {
    error.message = folder + " holds no backup: " + std::string(kBackupIndex) + " is missing";
    error.hint =
        "name the folder that objects.backup has written; one without an index was cut short";
  }
  return error;
}

Error is_another(const std::string& what, const std::string& is, const std::string& wanted) {
  return make_error(ErrorCode::Refused,
                    what + " is not what was written: its SHA-256 is " + is + ", not " + wanted,
                    "take another copy of this backup: this one was changed or damaged");
}

/// One file, as the index has it. Errors: as `read_backup`.
Result<BackupEntry> read_entry(const base::Files& files,
                               const std::string& folder,
                               const Json& listed) {
  BackupEntry entry;
  CFKOPS_ASSIGN(entry.file, listed.string_at("/file"));
  CFKOPS_ASSIGN(entry.sha256, listed.string_at("/sha256"));
  entry.uid = listed.string_or("/uid", "");
  if (!stays_inside(entry.file)) {
    return make_error(ErrorCode::Refused,
                      base::printable(entry.file) + " leads out of the folder",
                      "an index of ours has no such file: find out who changed it");
  }
  const auto text = files.read(in_folder(folder, entry.file), base::kMostFileBytes);
  if (!text && text.error().code == ErrorCode::NotFound) {
    return make_error(ErrorCode::Refused,
                      base::printable(entry.file) + " is missing in " + folder,
                      "take another copy of this backup: this one is not whole");
  }
  if (!text) {
    return text.error();
  }
  if (const std::string is = base::sha256_hex(*text); is != entry.sha256) {
    return is_another(base::printable(entry.file), is, entry.sha256);
  }
  const auto tree = base::parse_yaml(*text, entry.file, base::YamlDialect::Lenient);
  if (!tree) {
    return tree.error().front();
  }
  entry.body = base::to_json(*tree);
  return entry;
}

Status write_objects(base::Files& files,
                     const std::string& folder,
                     const TakenObjects& taken,
                     json& listed) {
  for (const KeptObject& object : taken.objects) {
    const std::string file = file_of(object);
    const std::string text = to_yaml(object.body);
    CFKOPS_TRY(files.write(in_folder(folder, file), text));
    listed.push_back({{"file", file},
                      {"sha256", base::sha256_hex(text)},
                      {"apiVersion", object.body.string_or("/apiVersion", "")},
                      {"kind", object.body.string_or("/kind", "")},
                      {"namespace", object.body.string_or("/metadata/namespace", "")},
                      {"name", object.body.string_or("/metadata/name", "")},
                      {"uid", object.uid},
                      {"resourceVersion", object.resource_version}});
  }
  return {};
}

}  // namespace

Result<std::string> write_backup(base::Files& files,
                                 const std::string& folder,
                                 const BackupAbout& about,
                                 const TakenObjects& taken) {
  json listed = json::array();
  CFKOPS_TRY(write_objects(files, folder, taken, listed));
  const json index = {{"schemaVersion", kVersion},
                      {"kind", kKind},
                      {"run", about.run},
                      {"taken", about.taken},
                      {"server", about.server},
                      {"namespaces", about.namespaces},
                      {"selector", about.selector},
                      {"secrets", about.secrets},
                      {"objects", std::move(listed)},
                      {"left_out", list_of(taken.left_out)}};
  const std::string text = index.dump(2) + "\n";
  CFKOPS_TRY(files.write(in_folder(folder, std::string(kBackupIndex)), text));
  return base::sha256_hex(text);
}

Result<Backup> read_backup(const base::Files& files,
                           const std::string& folder,
                           const std::string& sha256) {
  auto text = files.read(in_folder(folder, std::string(kBackupIndex)), base::kMostFileBytes);
  if (!text) {
    return no_index(folder, std::move(text).error());
  }
  Backup backup;
  backup.sha256 = base::sha256_hex(*text);
  if (!sha256.empty() && backup.sha256 != base::lower(sha256)) {
    return is_another("the index of " + folder, backup.sha256, sha256);
  }
  const Result<Json> index = Json::parse(*text);
  if (!index || index->string_or("/kind", "") != kKind ||
      index->int_or("/schemaVersion", 0) != kVersion) {
    return make_error(ErrorCode::InvalidInput,
                      "the index of " + folder + " is none that this version can read",
                      "name the folder that objects.backup has written");
  }
  backup.about = {.run = index->string_or("/run", ""),
                  .taken = index->string_or("/taken", ""),
                  .server = index->string_or("/server", ""),
                  .namespaces = index->strings("/namespaces"),
                  .selector = index->string_or("/selector", ""),
                  .secrets = index->bool_or("/secrets", false)};
  for (const Json& one : index->items("/left_out")) {
    backup.left_out.push_back(
        {.what = one.string_or("/what", ""), .why = one.string_or("/why", "")});
  }
  for (const Json& listed : index->items("/objects")) {
    CFKOPS_ASSIGN(BackupEntry entry, read_entry(files, folder, listed));
    backup.entries.push_back(std::move(entry));
  }
  return backup;
}

}  // namespace cfkops::actions
