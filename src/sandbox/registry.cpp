#include "registry.hpp"

#include "registry_steps.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

Registry::Registry(Store& store, const KindTable& kinds, Timeline& timeline, Random& random)
    : store_(store),
      kinds_(kinds),
      timeline_(timeline),
      random_(random) {}

Answer<Shared> Registry::get(const Kind& kind, std::string_view ns, std::string_view name) const {
  const Shared stored =
      store_.get(kind.bucket(), kind.resource().namespaced ? ns : std::string_view(), name);
  if (stored == nullptr) {
    return refuse(missing(kind, name));
  }
  return shown(kind, stored);
}

std::vector<Shared> Registry::list(const Kind& kind, std::string_view ns) const {
  std::vector<Shared> objects = store_.list(kind.bucket(), ns);
  for (Shared& object : objects) {
    object = shown(kind, object);
  }
  return objects;
}

std::string Registry::timestamp() const {
  return base::format_rfc3339_seconds(timeline_.wall());
}

}  // namespace cfkops::sandbox
