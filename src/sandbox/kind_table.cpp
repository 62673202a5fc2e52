#include "kind_table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cfkops::sandbox {

namespace {

template <class Matches>
const Kind* first_of(const std::vector<std::unique_ptr<Kind>>& kinds, const Matches& matches) {
  const auto found = std::ranges::find_if(
      kinds, [&matches](const std::unique_ptr<Kind>& kind) { return matches(*kind); });
  return found == kinds.end() ? nullptr : found->get();
}

}  // namespace

KindTable::KindTable()
    : kinds_(builtin_kinds()) {}

const Kind* KindTable::find(std::string_view group,
                            std::string_view version,
                            std::string_view plural) const {
  return first_of(kinds_, [&](const Kind& kind) {
    const kube::Resource& resource = kind.resource();
    return resource.plural == plural && resource.version == version && resource.group == group;
  });
}

const Kind* KindTable::find_kind(std::string_view api_version, std::string_view kind) const {
  return first_of(kinds_, [&](const Kind& one) {
    return one.resource().kind == kind && one.resource().api_version() == api_version;
  });
}

const Kind* KindTable::preferred(std::string_view group, std::string_view kind) const {
  return first_of(kinds_, [&](const Kind& one) {
    return one.resource().kind == kind && one.resource().group == group;
  });
}

const Kind* KindTable::of_bucket(std::string_view bucket) const {
  return first_of(kinds_, [&](const Kind& kind) {
    return kind.is_storage_version() && kind.bucket() == bucket;
  });
}

bool KindTable::has_group_version(std::string_view group, std::string_view version) const {
  return first_of(kinds_, [&](const Kind& kind) {
           return kind.resource().version == version && kind.resource().group == group;
         }) != nullptr;
}

std::vector<const Kind*> KindTable::all() const {
  std::vector<const Kind*> all;
  std::ranges::transform(kinds_, std::back_inserter(all), [](const std::unique_ptr<Kind>& kind) {
    return kind.get();
  });
  return all;
}

void KindTable::add(std::unique_ptr<Kind> kind) {
  kinds_.push_back(std::move(kind));
}

void KindTable::remove_group_kind(std::string_view group, std::string_view kind) {
  const auto stays = [&](const std::unique_ptr<Kind>& one) {
    return one->resource().kind != kind || one->resource().group != group;
  };
  const auto gone = std::stable_partition(kinds_.begin(), kinds_.end(), stays);
  std::move(gone, kinds_.end(), std::back_inserter(removed_));
  kinds_.erase(gone, kinds_.end());
}

}  // namespace cfkops::sandbox
