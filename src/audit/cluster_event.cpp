// The API server's audit log: k8s.io/apiserver, pkg/apis/audit/v1/types.go.
#include "cluster_event.hpp"

#include "cfkops/base/json.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::audit {
namespace {

constexpr std::array<std::string_view, 5> kChanging = {
    "create", "update", "patch", "delete", "deletecollection"};

/// A browser's kind of upgrade makes them a `get`.
constexpr std::array<std::string_view, 3> kSessions = {"exec", "attach", "portforward"};

/// Questions that are asked with a POST.
constexpr std::array<std::string_view, 2> kReviews = {"authentication.k8s.io",
                                                      "authorization.k8s.io"};

struct VerbRow {
  std::string_view ours;
  std::string_view theirs;
};

constexpr auto kVerbs = std::to_array<VerbRow>({
    {"create", "create"},
    {"update", "update"},
    {"patch", "patch"},
    {"apply", "patch"},
    {"delete", "delete"},
    {"evict", "create"},
    {"scale", "patch"},
    {"exec", "get"},
    {"exec", "create"},
    {"port-forward", "get"},
    {"port-forward", "create"},
});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

bool is_dry_run(const std::string& uri) {
  return uri.find("?dryRun=All") != std::string::npos ||
         uri.find("&dryRun=All") != std::string::npos;
}

std::string in_words(std::string text,
                     const std::string& subresource,
                     const std::string& ns,
                     const std::string& name) {
  if (!subresource.empty()) {
    text += "/" + subresource;
  }
  if (!ns.empty() || !name.empty()) {
    text += " " + (ns.empty() ? name : ns + "/" + name);
  }
  return text;
}

}  // namespace

std::string ClusterEvent::text() const {
  const std::string full = group.empty() ? resource : resource + "." + group;
  return in_words(verb + " " + full, subresource, ns, name);
}

std::string JournalledMutation::text() const {
  return in_words(verb + " " + resource, subresource, ns, name);
}

Result<ReadEvent> read_event(std::string_view line) {
  const Result<Json> json = Json::parse(line);
  if (!json || json->string_or("/kind", "") != "Event" ||
      json->string_or("/apiVersion", "") != "audit.k8s.io/v1") {
    return make_error(ErrorCode::InvalidInput,
                      "this is no event of audit.k8s.io/v1",
                      "name the API server's audit log, one JSON event a line");
  }
  CFKOPS_ASSIGN(const WallTime time,
                base::parse_rfc3339(json->string_or("/requestReceivedTimestamp", "")));
  ReadEvent read;
  ClusterEvent& event = read.event;
  event.id = json->string_or("/auditID", "");
  event.verb = json->string_or("/verb", "");
  event.group = json->string_or("/objectRef/apiGroup", "");
  event.resource = json->string_or("/objectRef/resource", "");
  event.subresource = json->string_or("/objectRef/subresource", "");
  event.ns = json->string_or("/objectRef/namespace", "");
  event.name = json->string_or("/objectRef/name", "");
  event.user = json->string_or("/impersonatedUser/username", json->string_or("/user/username", ""));
  event.agent = json->string_or("/userAgent", "");
  event.dry_run = is_dry_run(json->string_or("/requestURI", ""));
  event.code = static_cast<int>(json->int_or("/responseStatus/code", 0));
  event.time = time;
  const std::string stage = json->string_or("/stage", "");
  read.complete = stage == "ResponseComplete" || stage == "Panic";
  return read;
}

bool is_change(const ClusterEvent& event) {
  if (event.dry_run || contains(kReviews, event.group)) {
    return false;
  }
  return contains(kChanging, event.verb) || contains(kSessions, event.subresource);
}

bool carries_out(const ClusterEvent& event, const JournalledMutation& mutation) {
  const bool verb = std::ranges::any_of(kVerbs, [&](const VerbRow& row) {
    return row.ours == mutation.verb && row.theirs == event.verb;
  });
  const std::string full =
      event.group.empty() ? event.resource : event.resource + "." + event.group;
  // What is created may be named in its body alone, which the log need not have.
  const bool unnamed = event.name.empty() && mutation.verb == "create";
  return verb && full == mutation.resource && event.subresource == mutation.subresource &&
         event.ns == mutation.ns && (unnamed || event.name == mutation.name);
}

}  // namespace cfkops::audit
