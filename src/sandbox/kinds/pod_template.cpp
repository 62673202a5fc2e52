#include "kinds/pod_template.hpp"

#include "kinds/checks.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

namespace {

constexpr int kFileMode = 0644;
constexpr int kTokenSeconds = 3600;

/// The members of a volume that are not its source: the name alone.
bool has_source(const Value& volume) {
  return std::ranges::any_of(volume.items(), [](const auto& member) {
    return member.key() != "name" && !member.value().is_null();
  });
}

bool is_reference_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '.' ||
         letter == '_' || letter == '-' || letter == '/';
}

/// The tag of an image reference; "latest" where neither tag nor digest is given, "" where it is no
/// reference at all.
std::string image_tag(std::string_view image) {
  const std::size_t at = image.find('@');
  std::string_view name = image.substr(0, at);
  const std::size_t slash = name.rfind('/');
  const std::size_t colon = name.rfind(':');
  const bool tagged =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  const std::string_view tag = tagged ? name.substr(colon + 1) : std::string_view{};
  name = name.substr(0, tagged ? colon : std::string_view::npos);
  // What stands before the first slash may be a host and a port.
  const std::size_t first = name.find('/');
  const std::string_view path = first == std::string_view::npos ? name : name.substr(first + 1);
  if (path.empty() || !std::ranges::all_of(path, is_reference_letter)) {
    return {};
  }
  if (tagged) {
    return std::string(tag);
  }
  return at == std::string_view::npos ? "latest" : "";
}

std::string pull_policy(const std::string& image) {
  return image_tag(image) == "latest" ? "Always" : "IfNotPresent";
}

void default_text(Value& in, std::string_view name, const char* text) {
  if (text_at(in, {name}).empty()) {
    make_at(in, {name}) = text;
  }
}

void default_number(Value& in, std::string_view name, int number) {
  if (number_at(in, {name}) == 0) {
    make_at(in, {name}) = number;
  }
}

/// Calls `change` for each object of a list.
template <class Change>
void each_of(Value& in, Path list, const Change& change) {
  Value* elements = find(in, list);
  if (elements == nullptr || !elements->is_array()) {
    return;
  }
  for (Value& one : *elements) {
    if (one.is_object()) {
      change(one);
    }
  }
}

void default_field_reference(Value& holder) {
  Value* reference = find(holder, {"fieldRef"});
  if (reference != nullptr && reference->is_object()) {
    default_text(*reference, "apiVersion", "v1");
  }
}

void default_http(Value* action) {
  if (action != nullptr && action->is_object()) {
    default_text(*action, "path", "/");
    default_text(*action, "scheme", "HTTP");
  }
}

void default_probe(Value& container, std::string_view name) {
  Value* probe = find(container, {name});
  if (probe == nullptr || !probe->is_object()) {
    return;
  }
  default_number(*probe, "timeoutSeconds", 1);
  default_number(*probe, "periodSeconds", 10);
  default_number(*probe, "successThreshold", 1);
  default_number(*probe, "failureThreshold", 3);
  default_http(find(*probe, {"httpGet"}));
  if (find(*probe, {"grpc"}) != nullptr) {
    set_default(*probe, {"grpc", "service"}, "");
  }
}

void default_container(Value& container) {
  each_of(container, {"ports"}, [](Value& port) { default_text(port, "protocol", "TCP"); });
  each_of(container, {"env"}, [](Value& variable) {
    Value* from = find(variable, {"valueFrom"});
    if (from != nullptr && from->is_object()) {
      default_field_reference(*from);
    }
  });
  if (text_at(container, {"imagePullPolicy"}).empty()) {
    make_at(container, {"imagePullPolicy"}) = pull_policy(text_at(container, {"image"}));
  }
  default_text(container, "terminationMessagePath", "/dev/termination-log");
  default_text(container, "terminationMessagePolicy", "File");
  ensure_object(container, {"resources"});
  for (const char* name : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    default_probe(container, name);
  }
  default_http(find(container, {"lifecycle", "postStart", "httpGet"}));
  default_http(find(container, {"lifecycle", "preStop", "httpGet"}));
}

void default_projection(Value& source) {
  Value* token = find(source, {"serviceAccountToken"});
  if (token != nullptr && token->is_object()) {
    set_default(*token, {"expirationSeconds"}, kTokenSeconds);
  }
  each_of(source, {"downwardAPI", "items"}, default_field_reference);
}

void default_remote_source(Value& volume) {
  if (Value* iscsi = find(volume, {"iscsi"})) {
    default_text(*iscsi, "iscsiInterface", "default");
  }
  if (Value* rbd = find(volume, {"rbd"})) {
    default_text(*rbd, "pool", "rbd");
    default_text(*rbd, "user", "admin");
    default_text(*rbd, "keyring", "/etc/ceph/keyring");
  }
  if (Value* disk = find(volume, {"azureDisk"})) {
    set_default(*disk, {"cachingMode"}, "ReadWrite");
    set_default(*disk, {"kind"}, "Shared");
    set_default(*disk, {"fsType"}, "ext4");
    set_default(*disk, {"readOnly"}, false);
  }
  if (Value* scale = find(volume, {"scaleIO"})) {
    default_text(*scale, "storageMode", "ThinProvisioned");
    default_text(*scale, "fsType", "xfs");
  }
}

void default_volume(Value& volume) {
  if (!has_source(volume)) {
    volume["emptyDir"] = Value::object();
  }
  for (const char* name : {"secret", "configMap", "downwardAPI", "projected"}) {
    if (Value* source = find(volume, {name})) {
      set_default(*source, {"defaultMode"}, kFileMode);
    }
  }
  each_of(volume, {"downwardAPI", "items"}, default_field_reference);
  each_of(volume, {"projected", "sources"}, default_projection);
  if (find(volume, {"hostPath"}) != nullptr) {
    set_default(volume, {"hostPath", "type"}, "");
  }
  if (find(volume, {"ephemeral", "volumeClaimTemplate", "spec"}) != nullptr) {
    set_default(volume, {"ephemeral", "volumeClaimTemplate", "spec", "volumeMode"}, "Filesystem");
  }
  if (Value* image = find(volume, {"image"})) {
    if (text_at(*image, {"pullPolicy"}).empty()) {
      make_at(*image, {"pullPolicy"}) = pull_policy(text_at(*image, {"reference"}));
    }
  }
  default_remote_source(volume);
}

/// The account goes by two names, the old one and the new one, which wins.
void default_account(Value& spec) {
  std::string account = text_at(spec, {"serviceAccountName"});
  if (account.empty()) {
    account = text_at(spec, {"serviceAccount"});
  }
  if (!account.empty()) {
    spec["serviceAccountName"] = account;
    spec["serviceAccount"] = account;
  }
}

}  // namespace

void default_pod_template(Value& pod_template) {
  if (pod_template.is_object()) {
    ensure_object(pod_template, {"metadata"});
    default_pod_spec(ensure_object(pod_template, {"spec"}));
  }
}

void default_pod_spec(Value& spec) {
  if (!spec.is_object()) {
    return;
  }
  default_text(spec, "dnsPolicy", "ClusterFirst");
  default_text(spec, "restartPolicy", "Always");
  default_text(spec, "schedulerName", "default-scheduler");
  ensure_object(spec, {"securityContext"});
  set_default(spec, {"terminationGracePeriodSeconds"}, 30);
  set_default(spec, {"containers"}, nullptr);
  each_of(spec, {"volumes"}, default_volume);
  for (const char* name : {"containers", "initContainers", "ephemeralContainers"}) {
    each_of(spec, {name}, default_container);
  }
  default_account(spec);
}

}  // namespace cfkops::sandbox
