#include "restore_set.hpp"

#include "object_form.hpp"

#include "cfkops/base/text.hpp"

#include <utility>

namespace cfkops::actions {

Result<std::vector<WantedObject>> wanted_of(kube::Reader& reader,
                                            const Backup& backup,
                                            const std::string& ns) {
  const std::vector<std::string>& from = backup.about.namespaces;
  if (!ns.empty() && from.size() != 1) {
    return make_error(ErrorCode::InvalidInput,
                      "the backup is of " + base::enumerate(from) +
                          ": only one of a single namespace can go into another one",
                      "leave namespace out, or make a backup for each");
  }
  std::vector<WantedObject> wanted;
  for (const BackupEntry& entry : backup.entries) {
    CFKOPS_ASSIGN(kube::Resource resource, resource_of(reader, entry.body));
    const bool moves = !ns.empty() && ns != from.front();
    WantedObject one{.resource = std::move(resource),
                     .ns = {},
                     .body = moves ? in_namespace(entry.body, from.front(), ns) : entry.body,
                     .kept = true};
    one.ns = one.body.string_or("/metadata/namespace", "");
    wanted.push_back(std::move(one));
  }
  return wanted;
}

}  // namespace cfkops::actions
