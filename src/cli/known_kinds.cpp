#include "known_kinds.hpp"

#include "library.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

/// All definitions of a cluster with several operators are some ten MB.
constexpr std::size_t kLargest = std::size_t{32} << 20U;

Result<std::size_t> add_file(runbook::KindTypes& kinds, const std::string& path) {
  auto text = base::read_file(path, kLargest);
  if (!text) {
    return std::move(text).error().in("custom resource definitions");
  }
  return kinds.add_definitions(*text, path);
}

Status add_path(runbook::KindTypes& kinds, const std::string& path) {
  std::error_code ignored;
  std::vector<std::string> files = {path};
  if (fs::is_directory(path, ignored)) {
    CFKOPS_ASSIGN(files, yaml_files_below(path));
  }
  std::size_t definitions = 0;
  for (const std::string& file : files) {
    CFKOPS_ASSIGN(const std::size_t added, add_file(kinds, file));
    definitions += added;
  }
  return definitions > 0
             ? Status()
             : make_error(
                   ErrorCode::InvalidInput,
                   path + ": no CustomResourceDefinition is there",
                   "name a file or folder with some; a cluster's own: kubectl get crd -o yaml");
}

}  // namespace

Result<std::shared_ptr<const runbook::KindTypes>> known_kinds(std::vector<std::string> paths) {
  auto kinds = std::make_shared<runbook::KindTypes>();
  if (paths.empty()) {
    paths = base::split(base::environment("CFKOPS_CRDS"), ':');
    std::erase(paths, "");
  }
  for (const std::string& path : paths) {
    CFKOPS_TRY(add_path(*kinds, path));
  }
  return std::shared_ptr<const runbook::KindTypes>(std::move(kinds));
}

}  // namespace cfkops::cli
