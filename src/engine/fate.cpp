#include "fate.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/kube/object.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::engine {
namespace {

using nlohmann::json;

/// How far our clock and the server's may be apart.
constexpr Duration kSkew = std::chrono::minutes(1);

/// Whether an object is as a change wanted it.
enum class Match { Yes, No, CannotTell };

Match both(Match a, Match b) {
  if (a == Match::CannotTell || b == Match::CannotTell) {
    return Match::CannotTell;
  }
  return a == Match::Yes && b == Match::Yes ? Match::Yes : Match::No;
}

Match matches(const json& sent, const json* live);

/// Every element that was sent is in the list, by its fields: lists may be merged by key.
Match elements_match(const json& sent, const json* live) {
  if (live == nullptr || !live->is_array()) {
    return Match::No;
  }
  Match all = Match::Yes;
  for (const json& wanted : sent) {
    Match best = Match::No;
    for (const json& there : *live) {
      const Match one = matches(wanted, &there);
      best = one == Match::Yes || best == Match::No ? one : best;
      if (best == Match::Yes) {
        break;
      }
    }
    all = both(all, best);
  }
  return all;
}

Match members_match(const json& sent, const json* live) {
  Match all = Match::Yes;
  for (const auto& [key, wanted] : sent.items()) {
    if (key.starts_with('$')) {
      return Match::CannotTell;  // a directive of a strategic merge patch
    }
    const bool there = live != nullptr && live->is_object() && live->contains(key);
    all = both(all, matches(wanted, there ? &live->at(key) : nullptr));
  }
  return all;
}

Match matches(const json& sent, const json* live) {
  if (sent.is_object()) {
    return members_match(sent, live);
  }
  if (sent.is_array()) {
    return elements_match(sent, live);
  }
  if (sent.is_string() &&
      sent.get_ref<const std::string&>().find(Redacted::text()) != std::string::npos) {
    return Match::CannotTell;
  }
  if (sent.is_null()) {
    return live == nullptr || live->is_null() ? Match::Yes : Match::No;
  }
  return live != nullptr && *live == sent ? Match::Yes : Match::No;
}

/// A JSON patch: what its operations have left behind.
Match operations_match(const Json& operations, const Json& live) {
  Match all = Match::Yes;
  for (const Json& operation : operations.items()) {
    const std::string op = operation.string_or("/op", "");
    const std::string path = operation.string_or("/path", "");
    if (op == "test") {
      continue;
    }
    if (op == "remove") {
      all = both(all, live.has(path) ? Match::No : Match::Yes);
    } else if ((op == "add" || op == "replace") && !path.ends_with("/-")) {
      const Json there = live.get(path);
      all = both(all, matches(operation.get("/value").raw(), &there.raw()));
    } else {
      return Match::CannotTell;
    }
  }
  return all;
}

/// What the server keeps for itself is not compared.
json wanted_fields(const Json& body) {
  json wanted = body.raw();
  if (wanted.is_object() && wanted.contains("metadata") && wanted["metadata"].is_object()) {
    for (const char* own : {"uid", "resourceVersion", "managedFields", "generation"}) {
      wanted["metadata"].erase(own);
    }
  }
  return wanted;
}

Match is_as_sent(const kube::Mutation& mutation, const kube::Object& live) {
  if (mutation.body.is_array()) {
    return operations_match(mutation.body, live.json());
  }
  if (!mutation.body.is_object()) {
    return Match::CannotTell;
  }
  json wanted = wanted_fields(mutation.body);
  if (mutation.subresource == "scale" && wanted.contains("spec")) {
    wanted = {{"spec", wanted["spec"]}};
  }
  return matches(wanted, &live.json().raw());
}

/// Somebody, whoever it was, may have written more than the status since.
bool written_since(const kube::Object& live, const std::string& time) {
  const auto sent = base::parse_rfc3339(time);
  if (!sent) {
    return true;
  }
  for (const Json& entry : live.json().items("/metadata/managedFields")) {
    const auto wrote = base::parse_rfc3339(entry.string_or("/time", ""));
    if (entry.string_or("/subresource", "") != "status" && (!wrote || *wrote >= *sent - kSkew)) {
      return true;
    }
  }
  return live.json().items("/metadata/managedFields").empty();
}

FoundFate fate_of_removal(const SentMutation& sent, const kube::Object& live) {
  const kube::Mutation& mutation = sent.mutation;
  if (!mutation.uid.empty() && live.uid() != mutation.uid) {
    return {Fate::Applied, "uid " + mutation.uid + " is gone, another has its name"};
  }
  if (live.deleting()) {
    return {Fate::Applied, "it is on its way out"};
  }
  if (!mutation.uid.empty()) {
    return {Fate::NotApplied, "uid " + mutation.uid + " is there still"};
  }
  return {Fate::Unknown, "there is one of that name, and which one was meant is not on record"};
}

FoundFate fate_of_creation(const SentMutation& sent, const kube::Object& live) {
  const auto made = base::parse_rfc3339(live.json().string_or("/metadata/creationTimestamp", ""));
  const auto time = base::parse_rfc3339(sent.time);
  if (made && time && *made < *time - kSkew) {
    return {Fate::NotApplied, "one of that name was there before"};
  }
  if (is_as_sent(sent.mutation, live) == Match::Yes) {
    return {Fate::Applied, "it is there as it was sent"};
  }
  return {Fate::Unknown, "one of that name is there, but not as it was sent"};
}

FoundFate fate_of_change(const SentMutation& sent, const kube::Object& live) {
  const kube::Mutation& mutation = sent.mutation;
  if (!mutation.uid.empty() && live.uid() != mutation.uid) {
    return {Fate::Unknown, "another object has its name now"};
  }
  if (!mutation.resource_version.empty() && live.resource_version() == mutation.resource_version) {
    return {Fate::NotApplied, "the object has not changed since"};
  }
  if (is_as_sent(mutation, live) == Match::Yes) {
    return {Fate::Applied, "its fields are as they were sent"};
  }
  if (!written_since(live, sent.time)) {
    return {Fate::NotApplied, "nobody has written to the object since"};
  }
  return {Fate::Unknown, "its fields are not as they were sent, but it has changed since"};
}

FoundFate fate_where_gone(const kube::Mutation& mutation) {
  if (mutation.verb == "evict" || mutation.verb == "delete") {
    return {Fate::Applied, "it is gone"};
  }
  if (mutation.verb == "create") {
    return {Fate::NotApplied, "there is none of that name"};
  }
  return {Fate::Unknown, "the object is gone"};
}

}  // namespace

Result<FoundFate> find_fate(kube::Reader& reader, const SentMutation& sent) {
  const kube::Mutation& mutation = sent.mutation;
  if (mutation.verb == "exec" || mutation.verb == "port-forward") {
    return FoundFate{Fate::Unknown, "what was done inside a pod is not to be seen from outside"};
  }
  if (mutation.name.empty() || mutation.resource.version.empty()) {
    return FoundFate{Fate::Unknown, "which object it was is not on record"};
  }
  const auto live = reader.get(mutation.resource, mutation.ns, mutation.name);
  if (!live && live.error().code == ErrorCode::NotFound) {
    return fate_where_gone(mutation);
  }
  if (!live) {
    Error error = live.error();
    error.code = error.code == ErrorCode::Cancelled ? error.code : ErrorCode::Unknown;
    return error;
  }
  if (mutation.verb == "evict" || mutation.verb == "delete") {
    return fate_of_removal(sent, *live);
  }
  return mutation.verb == "create" ? fate_of_creation(sent, *live) : fate_of_change(sent, *live);
}

}  // namespace cfkops::engine
