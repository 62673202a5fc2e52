#include "objects_taken.hpp"

#include "object_form.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace cfkops::actions {

namespace {

Status check_kind(const kube::Resource& resource) {
  if (!resource.namespaced) {
    return make_error(ErrorCode::InvalidInput,
                      resource.full_name() + " lie in no namespace: they cannot be kept",
                      "leave them out of kinds");
  }
  if (is_passing(resource)) {
    return make_error(ErrorCode::InvalidInput,
                      resource.full_name() +
                          " cannot be kept: they tell of a moment, would run again, or others make "
                          "them",
                      "leave them out of kinds");
  }
  return {};
}

Error not_listed(Error error, const kube::Resource& resource, const std::string& ns) {
  if (error.code == ErrorCode::Forbidden) {
    error.hint = "grant list on " + resource.full_name() + " in namespace " + ns +
                 ", or name in kinds what is to be kept";
  }
  return error;
}

class Taker {
 public:
  Taker(kube::Reader& reader, const WishedObjects& wish)
      : reader_(reader),
        wish_(wish) {}

  Status take_namespace(const std::string& ns) {
    CFKOPS_ASSIGN(const kube::Object object, reader_.get(kube::resources::namespaces(), "", ns));
    if (object.deleting()) {
      return make_error(ErrorCode::Refused,
                        object.text() + " is being deleted",
                        "wait until it is gone: nothing of it would be whole");
    }
    keep(kube::resources::namespaces(), object);
    return {};
  }

  Status take(const kube::Resource& resource, const std::string& ns) {
    auto listed =
        reader_.list(resource, ns, {.label_selector = wish_.selector, .field_selector = {}});
    if (!listed) {
      return not_listed(std::move(listed).error(), resource, ns);
    }
    for (const kube::Object& object : listed->items) {
      const std::string why = why_left_out(object);
      if (why.empty()) {
        keep(resource, object);
      } else {
        taken_.left_out.push_back({.what = object.text(), .why = why});
      }
    }
    return {};
  }

  TakenObjects result() && {
    const auto place = [](const KeptObject& one) {
      return std::tuple(rank_of(one.resource.kind),
                        one.resource.full_name(),
                        one.body.string_or("/metadata/namespace", ""),
                        one.body.string_or("/metadata/name", ""));
    };
    std::ranges::sort(taken_.objects, std::ranges::less(), place);
    return std::move(taken_);
  }

 private:
  void keep(const kube::Resource& resource, const kube::Object& object) {
    taken_.objects.push_back({.resource = resource,
                              .uid = object.uid(),
                              .resource_version = object.resource_version(),
                              .body = kept_form(object)});
  }

  kube::Reader& reader_;
  const WishedObjects& wish_;
  TakenObjects taken_;
};

}  // namespace

Result<std::vector<kube::Resource>> wished_resources(kube::Reader& reader,
                                                     const WishedObjects& wish) {
  std::vector<kube::Resource> resources;
  for (const std::string& kind : wish.kinds) {
    CFKOPS_ASSIGN(const kube::Resource resource, reader.discover(kind));
    CFKOPS_TRY(check_kind(resource));
    if (std::ranges::find(resources, resource) == resources.end()) {
      resources.push_back(resource);
    }
  }
  if (!wish.kinds.empty()) {
    return resources;
  }
  CFKOPS_ASSIGN(const std::vector<kube::Resource> served, reader.served());
  for (const kube::Resource& resource : served) {
    const bool kept = wish.secrets || resource != kube::resources::secrets();
    if (resource.namespaced && kept && !is_passing(resource)) {
      resources.push_back(resource);
    }
  }
  return resources;
}

Result<TakenObjects> take_objects(kube::Reader& reader,
                                  const WishedObjects& wish,
                                  const std::vector<kube::Resource>& resources) {
  Taker taker(reader, wish);
  for (const std::string& ns : wish.namespaces) {
    CFKOPS_TRY(taker.take_namespace(ns));
    for (const kube::Resource& resource : resources) {
      CFKOPS_TRY(taker.take(resource, ns));
    }
  }
  return std::move(taker).result();
}

}  // namespace cfkops::actions
