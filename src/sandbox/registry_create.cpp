#include "registry.hpp"
#include "registry_steps.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr int kMostAttempts = 8;

// What only the server says.
void wipe_system_fields(Value& object) {
  for (const std::string_view name : {"creationTimestamp",
                                      "uid",
                                      "deletionTimestamp",
                                      "deletionGracePeriodSeconds",
                                      "selfLink"}) {
    erase_at(object, {"metadata", name});
  }
}

std::string generated_name(std::string prefix, Random& random) {
  constexpr std::size_t kMost = 58;  // what is left of 63 beside the suffix
  if (prefix.size() > kMost) {
    prefix.resize(kMost);
  }
  return prefix + random.suffix();
}

}  // namespace

Answer<Shared> Registry::create(const Kind& kind,
                                std::string_view ns,
                                Value object,
                                const WriteOptions& options) {
  wipe_system_fields(object);
  if (auto ensured = ensure_namespace(kind, ns, object); !ensured) {
    return refuse(std::move(ensured.error()));
  }
  const Write write{*this,
                    kind,
                    kind.resource().namespaced ? std::string(ns) : std::string(),
                    name_of(object),
                    options};
  kind.set_defaults(object);
  if (auto prepared = prepare_write(write, nullptr, object); !prepared) {
    return refuse(std::move(prepared.error()));
  }
  const std::string prefix = text_at(object, {"metadata", "generateName"});
  if (!write.name.empty() || prefix.empty()) {
    return store_new(write, std::move(object));
  }
  Answer<Shared> stored = refuse(internal_error("metadata.name was not generated"));
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    Value named = object;
    make_at(named, {"metadata", "name"}) = generated_name(prefix, random_);
    stored = store_new(write, std::move(named));
    if (stored || stored.error().reason != "AlreadyExists") {
      break;
    }
  }
  return stored;
}

}  // namespace cfkops::sandbox
