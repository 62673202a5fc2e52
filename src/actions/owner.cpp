#include "owner.hpp"

namespace cfkops::actions {

Json controller_of(const kube::Object& object) {
  for (const Json& owner : object.json().items("/metadata/ownerReferences")) {
    if (owner.bool_or("/controller", false)) {
      return owner;
    }
  }
  return {};
}

std::string controller_name(const kube::Object& object, std::string_view kind) {
  const Json owner = controller_of(object);
  return owner.string_or("/kind", "") == kind ? owner.string_or("/name", "") : "";
}

std::optional<std::string> controller_text(const kube::Object& object) {
  const Json owner = controller_of(object);
  return owner.is_object()
             ? std::optional(owner.string_or("/kind", "") + " " + owner.string_or("/name", ""))
             : std::nullopt;
}

}  // namespace cfkops::actions
