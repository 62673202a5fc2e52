#include "volume.hpp"

#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cfkops::actions {

namespace {

std::optional<base::Quantity> size_at(const kube::Object& claim, std::string_view pointer) {
  return base::Quantity::parse(claim.json().string_or(pointer, ""));
}

bool uses(const kube::Object& pod, const std::string& claim) {
  const std::vector<Json> volumes = pod.json().items("/spec/volumes");
  return std::ranges::any_of(volumes, [&](const Json& volume) {
    const std::string own = pod.name() + "-" + volume.string_or("/name", "");
    return volume.string_or("/persistentVolumeClaim/claimName", "") == claim ||
           (volume.has("/ephemeral") && own == claim);
  });
}

}  // namespace

std::vector<kube::Object> ClaimView::users_of(const kube::Object& claim) const {
  std::vector<kube::Object> users;
  std::ranges::copy_if(pods, std::back_inserter(users), [&claim](const kube::Object& pod) {
    return uses(pod, claim.name());
  });
  return users;
}

bool ClaimView::expandable(const kube::Object& claim) const {
  const auto found = classes.find(class_of(claim));
  return found != classes.end() && found->second.json().bool_or("/allowVolumeExpansion", false);
}

Result<ClaimView> read_claims(kube::Reader& reader, const std::string& ns) {
  ClaimView view;
  CFKOPS_ASSIGN(kube::ObjectList claims,
                reader.list(kube::resources::persistent_volume_claims(), ns));
  CFKOPS_ASSIGN(const kube::ObjectList classes,
                reader.list(kube::resources::storage_classes(), ""));
  CFKOPS_ASSIGN(kube::ObjectList pods, reader.list(kube::resources::pods(), ns));
  view.claims = std::move(claims.items);
  view.pods = std::move(pods.items);
  for (const kube::Object& one : classes.items) {
    view.classes.emplace(one.name(), one);
  }
  return view;
}

std::vector<kube::AccessQuestion> claim_permissions(const std::string& ns) {
  return {Subject{kube::resources::persistent_volume_claims(), ns, {}}.may("list"),
          Subject{kube::resources::storage_classes(), {}, {}}.may("list"),
          Subject{kube::resources::pods(), ns, {}}.may("list")};
}

std::string class_of(const kube::Object& claim) {
  const auto old = claim.annotation("volume.beta.kubernetes.io/storage-class");
  return old ? *old : claim.json().string_or("/spec/storageClassName", "");
}

std::optional<base::Quantity> requested_size(const kube::Object& claim) {
  return size_at(claim, "/spec/resources/requests/storage");
}

std::optional<base::Quantity> actual_size(const kube::Object& claim) {
  return size_at(claim, "/status/capacity/storage");
}

Growth growth_of(const kube::Object& claim, const base::Quantity& size) {
  const std::string told = claim.json().string_or("/status/allocatedResourceStatuses/storage", "");
  if (told.ends_with("Infeasible")) {
    const std::string error = kube::condition_message(claim, "NodeResizeError");
    const std::string why =
        error.empty() ? kube::condition_message(claim, "ControllerResizeError") : error;
    return {.never = true, .why = "its storage cannot: " + (why.empty() ? told : why)};
  }
  const auto now = actual_size(claim);
  if (now && *now >= size) {
    return {.done = true, .why = "it is " + now->text};
  }
  if (kube::condition(claim, "FileSystemResizePending") == "True") {
    return {.restart = true,
            .why =
                "its volume is larger, its file system grows when the node sees to it, at the "
                "latest when its pod starts anew"};
  }
  for (const char* error : {"ControllerResizeError", "NodeResizeError"}) {
    if (const std::string why = kube::condition_message(claim, error); !why.empty()) {
      return {.why = "the last attempt failed: " + why};
    }
  }
  return {.why = kube::condition(claim, "Resizing") == "True"
                     ? "its volume is growing"
                     : "it is " + (now ? now->text : std::string("of no size yet")) +
                           ", and nothing says yet that it grows"};
}

std::string line_of_claim(const ClaimView& view, const kube::Object& claim) {
  const std::string storage_class = class_of(claim);
  const auto wanted = requested_size(claim);
  const auto now = actual_size(claim);
  std::string text = claim.text() + ": " + claim.json().string_or("/status/phase", "Pending") +
                     ", " +
                     (now      ? now->text
                      : wanted ? wanted->text
                               : std::string("no size"));
  text += storage_class.empty() ? " of no class" : " of class " + storage_class;
  text += view.expandable(claim) ? " (can grow)" : " (cannot grow)";
  std::vector<std::string> users;
  for (const kube::Object& pod : view.users_of(claim)) {
    users.push_back(pod.name());
  }
  text += users.empty() ? ", used by no pod" : ", used by pod " + base::enumerate(users);
  if (now && wanted && *now < *wanted) {
    text += fmt::format(", is to be {}: {}", wanted->text, growth_of(claim, *wanted).why);
  }
  return text;
}

}  // namespace cfkops::actions
