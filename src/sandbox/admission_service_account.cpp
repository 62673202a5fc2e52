#include "admission_plugins.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kVolumePrefix = "kube-api-access-";
constexpr std::string_view kMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

Value token_volume(const std::string& name) {
  const Value token = {{"expirationSeconds", 3607}, {"path", "token"}};
  const Value certificate = {{"name", "kube-root-ca.crt"},
                             {"items", Value::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})}};
  const Value own_namespace = {
      {"path", "namespace"},
      {"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}}}};
  Value sources = Value::array();
  sources.push_back({{"serviceAccountToken", token}});
  sources.push_back({{"configMap", certificate}});
  sources.push_back({{"downwardAPI", {{"items", Value::array({own_namespace})}}}});
  return {{"name", name}, {"projected", {{"defaultMode", 420}, {"sources", std::move(sources)}}}};
}

bool mounts_token(const Value& container) {
  return std::ranges::any_of(list_at(container, {"volumeMounts"}), [](const Value& mount) {
    return text_at(mount, {"mountPath"}) == kMountPath;
  });
}

// Whether any of them needs the volume.
bool mount_token(Value& pod, std::string_view containers, const std::string& volume) {
  Value* list = find(pod, {"spec", containers});
  if (list == nullptr || !list->is_array()) {
    return false;
  }
  bool needed = false;
  for (Value& container : *list) {
    if (mounts_token(container)) {
      continue;
    }
    Value& mounts = make_at(container, {"volumeMounts"});
    if (!mounts.is_array()) {
      mounts = Value::array();
    }
    mounts.push_back(
        {{"name", volume}, {"readOnly", true}, {"mountPath", std::string(kMountPath)}});
    needed = true;
  }
  return needed;
}

void mount_tokens(Value& pod, Random& random) {
  std::string volume;
  for (const Value& one : list_at(pod, {"spec", "volumes"})) {
    if (text_at(one, {"name"}).starts_with(kVolumePrefix)) {
      volume = text_at(one, {"name"});
      break;
    }
  }
  const bool has_volume = !volume.empty();
  if (!has_volume) {
    volume = std::string(kVolumePrefix) + random.suffix();
  }
  const bool by_first = mount_token(pod, "initContainers", volume);
  const bool by_main = mount_token(pod, "containers", volume);
  if (has_volume || (!by_first && !by_main)) {
    return;
  }
  Value& volumes = make_at(pod, {"spec", "volumes"});
  if (!volumes.is_array()) {
    volumes = Value::array();
  }
  volumes.push_back(token_volume(volume));
}

void give_pull_secrets(const Value& account, Value& pod) {
  if (!list_at(pod, {"spec", "imagePullSecrets"}).empty()) {
    return;
  }
  Value secrets = Value::array();
  for (const Value& secret : list_at(account, {"imagePullSecrets"})) {
    secrets.push_back({{"name", text_at(secret, {"name"})}});
  }
  if (!secrets.empty()) {
    make_at(pod, {"spec", "imagePullSecrets"}) = std::move(secrets);
  }
}

bool wants_token(const Value& account, const Value& pod) {
  return flag_at(pod,
                 {"spec", "automountServiceAccountToken"},
                 flag_at(account, {"automountServiceAccountToken"}, true));
}

}  // namespace

Answer<void> admit_service_account(Registry& registry, const Admitted& about, Value& pod) {
  if (find(pod, {"metadata", "annotations", "kubernetes.io/config.mirror"}) != nullptr) {
    return {};
  }
  std::string name = text_at(pod, {"spec", "serviceAccountName"});
  if (name.empty()) {
    name = text_at(pod, {"spec", "serviceAccount"});
  }
  if (name.empty()) {
    name = "default";
  }
  // The second name is the first one's older form.
  make_at(pod, {"spec", "serviceAccountName"}) = name;
  make_at(pod, {"spec", "serviceAccount"}) = name;
  const Shared account = registry.store().get({"serviceaccounts", std::string(about.ns), name});
  if (account == nullptr) {
    return refuse(not_admitted(about,
                               pod,
                               fmt::format("error looking up service account {}/{}: "
                                           "serviceaccount \"{}\" not found",
                                           about.ns,
                                           name,
                                           name)));
  }
  if (wants_token(*account, pod)) {
    mount_tokens(pod, registry.random());
  }
  give_pull_secrets(*account, pod);
  return {};
}

}  // namespace cfkops::sandbox
