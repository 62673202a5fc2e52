#include "api/watch.hpp"

#include "registry_steps.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kBeforeTheEnd{2};
constexpr minutes kBetweenBookmarks{1};
constexpr std::int64_t kLeastSeconds = 1800;  // of a watch that names no end
constexpr std::string_view kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";

// What is known of a defined kind begins with its definition.
std::uint64_t oldest_of(const Store& store, const Kind& kind) {
  if (!kind.is_defined()) {
    return store.oldest();
  }
  const kube::Resource& resource = kind.resource();
  const Shared definition =
      store.get({std::string(kDefinitions), "", resource.plural + "." + resource.group});
  if (definition == nullptr) {
    return store.oldest();
  }
  const auto version = read_version(text_at(*definition, {"metadata", "resourceVersion"}));
  return std::max(store.oldest(), version.value_or(0));
}

}  // namespace

WatchHub::Watch::Watch(Registry& registry,
                       const Exchange& exchange,
                       ListOptions options,
                       Form form,
                       Responder& responder)
    : registry_(registry),
      request_(exchange.request),
      route_(exchange.route),
      query_(exchange.query),
      caller_(exchange.caller),
      warnings_(exchange.warnings),
      options_(std::move(options)),
      form_(form),
      responder_(responder) {}

WatchHub::Watch::~Watch() {
  registry_.timeline().cancel(end_timer_);
  registry_.timeline().cancel(bookmark_timer_);
}

void WatchHub::Watch::begin() {
  const std::uint64_t version = read_version(options_.version).value_or(0);
  const bool wants_state = options_.initial_events.value_or(version == 0);
  if (wants_state) {
    begin_with_what_is_there();
  } else {
    begin_after(version == 0 ? registry_.store().revision() : version);
  }
  Timeline& timeline = registry_.timeline();
  std::int64_t length = options_.timeout_seconds;
  if (length == 0) {
    length = kLeastSeconds + static_cast<std::int64_t>(registry_.random().below(kLeastSeconds));
  }
  deadline_ = timeline.now() + bounded_seconds(length);
  end_timer_ = timeline.after(bounded_seconds(length), [this] {
    flush();
    end();
  });
  if (options_.bookmarks) {
    plan_bookmark();
  }
  kube::Response head = respond_text(exchange(), 200, {});
  head.headers.front().value = form_.yaml ? "application/yaml" : "application/json";
  responder_.head(std::move(head));
}

void WatchHub::Watch::begin_with_what_is_there() {
  for (Shared& object : registry_.store().list(route_.kind->bucket(), route_.ns)) {
    initial_.push_back(std::move(object));
  }
  after_ = registry_.store().revision();
  initial_bookmark_ = options_.initial_events.value_or(false) && options_.bookmarks;
}

void WatchHub::Watch::begin_after(std::uint64_t revision) {
  const Store& store = registry_.store();
  const std::uint64_t oldest = oldest_of(store, *route_.kind);
  if (revision < oldest) {
    expired_ = {revision, oldest};
    return;
  }
  after_ = revision;
  for (const Change& change : store.since(revision).value_or(std::vector<Change>())) {
    note(change);
  }
}

void WatchHub::Watch::note(const Change& change) {
  const bool mine = change.key.bucket == route_.kind->bucket() &&
                    (route_.ns.empty() || change.key.ns == route_.ns);
  if (mine && change.revision > after_ && !ended_ && !expired_) {
    pending_.push_back(change);
  }
}

void WatchHub::Watch::flush() {
  if (ended_) {
    return;
  }
  if (expired_) {
    expire(expired_->first, expired_->second);
    return;
  }
  if (!is_served()) {
    end();
    return;
  }
  while (!ended_ && !initial_.empty()) {
    const Shared object = shown(*route_.kind, initial_.front());
    initial_.pop_front();
    if (selects(options_, *route_.kind, *object)) {
      tell_object("ADDED", object);
    }
  }
  if (!ended_ && std::exchange(initial_bookmark_, false)) {
    bookmark(true);
  }
  while (!ended_ && !pending_.empty()) {
    const Change change = std::move(pending_.front());
    pending_.pop_front();
    tell(change);
  }
}

void WatchHub::Watch::end() {
  if (!std::exchange(ended_, true)) {
    responder_.end();
  }
}

void WatchHub::Watch::expire() {
  if (!ended_) {
    tell_event("ERROR", expired("The resourceVersion for the provided watch is too old.").status());
    end();
  }
}

void WatchHub::Watch::break_off() {
  if (!std::exchange(ended_, true)) {
    responder_.break_off();
  }
}

// The kind may have gone with its definition.
bool WatchHub::Watch::is_served() const {
  const std::vector<const Kind*> kinds = registry_.kinds().all();
  return std::ranges::find(kinds, route_.kind) != kinds.end();
}

void WatchHub::Watch::expire(std::uint64_t revision, std::uint64_t oldest) {
  tell_event("ERROR",
             expired(fmt::format("too old resource version: {} ({})", revision, oldest)).status());
  end();
}

void WatchHub::Watch::tell(const Change& change) {
  const Kind& kind = *route_.kind;
  const Shared now = shown(kind, change.object);
  const Shared before = change.before == nullptr ? nullptr : shown(kind, change.before);
  const bool matched = before != nullptr && selects(options_, kind, *before);
  const bool gone = change.type == Change::Type::Deleted;
  const bool matches = !gone && selects(options_, kind, *now);
  if (matches) {
    tell_object(matched ? "MODIFIED" : "ADDED", now);
    return;
  }
  if (!matched) {
    return;
  }
  if (gone) {
    tell_object("DELETED", now);
    return;
  }
  // What does not match any more is told as it was, with the version of the change.
  Value last = *before;
  make_at(last, {"metadata", "resourceVersion"}) = std::to_string(change.revision);
  tell_object("DELETED", share(std::move(last)));
}

void WatchHub::Watch::tell_object(std::string_view type, const Shared& object) {
  if (form_.as == Form::As::Whole) {
    had_columns_ = true;
    std::string event = R"({"object":)";
    append_json(event, object);
    responder_.data(event.append(R"(,"type":")").append(type).append("\"}\n"));
    return;
  }
  const WallTime now = registry_.timeline().wall();
  const Value body = object_body(exchange(), form_, *route_.kind, object, now, !had_columns_);
  had_columns_ = true;
  tell_event(type, body);
}

void WatchHub::Watch::tell_event(std::string_view type, const Value& object) {
  const Value event = {{"type", type}, {"object", object}};
  responder_.data(event.dump(-1, ' ', false, Value::error_handler_t::replace) + "\n");
}

void WatchHub::Watch::bookmark(bool ends_initial_events) {
  const kube::Resource& resource = route_.kind->resource();
  Value object = {{"kind", resource.kind}, {"apiVersion", resource.api_version()}};
  make_at(object, {"metadata", "resourceVersion"}) =
      std::to_string(std::max(after_, registry_.store().revision()));
  if (ends_initial_events) {
    // What is told next came after this, so the version is that of the state.
    make_at(object, {"metadata", "resourceVersion"}) = std::to_string(after_);
    make_at(object, {"metadata", "annotations", "k8s.io/initial-events-end"}) = "true";
  }
  tell_object("BOOKMARK", share(std::move(object)));
}

void WatchHub::Watch::plan_bookmark() {
  Timeline& timeline = registry_.timeline();
  const MonoTime last = deadline_ - kBeforeTheEnd;
  MonoTime due = timeline.now() + kBetweenBookmarks;
  if (last > timeline.now() && last < due) {
    due = last;
  }
  if (due >= deadline_) {
    return;
  }
  bookmark_timer_ = timeline.after(due - timeline.now(), [this] {
    flush();
    if (!ended_) {
      bookmark(false);
      plan_bookmark();
    }
  });
}

}  // namespace cfkops::sandbox
