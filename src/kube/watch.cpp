// A collection kept up to date, after the rules of client-go's reflector.
//
// 1. List, page by page, as of one resourceVersion; the difference to what was known becomes
// events.
// 2. Watch from there with bookmarks; each event and bookmark moves the resourceVersion on.
// 3. A normal end, or a lost connection, is followed by a watch from the last resourceVersion.
// 4. 410, as answer or as ERROR event, goes back to 1.
// 5. Failures in a row wait 0.8 s, 1.6 s, … 30 s, or as long as the server asks; an event ends the
// row.
//
// Kept: events of one object come in the server's order, none is lost between list and watch, and
// `objects` is what the events delivered add up to.
#include "cfkops/kube/watch.hpp"

#include "list_page.hpp"
#include "query.hpp"
#include "status_body.hpp"
#include "watch_decoder.hpp"
#include "write_request.hpp"

#include "cfkops/kube/api_status.hpp"
#include "cfkops/kube/reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::kube {

namespace {

constexpr Duration kFirstWait = std::chrono::milliseconds(800);
constexpr Duration kLongestWait = std::chrono::seconds(30);

/// The server ends a watch after this long; we end it if the server forgets to.
constexpr int kWatchSeconds = 300;
constexpr Duration kWatchGrace = std::chrono::seconds(30);

/// A watch that ends sooner than this without an event counts as a failure.
constexpr Duration kShortWatch = std::chrono::seconds(1);

bool heals_by_waiting(ErrorCode code) {
  switch (code) {
    case ErrorCode::Unauthorized:
    case ErrorCode::Forbidden:
    case ErrorCode::NotFound:
    case ErrorCode::Invalid:
    case ErrorCode::InvalidInput:
    case ErrorCode::Tls:
      return false;
    default:
      return true;
  }
}

std::string key_of(const Object& object) {
  return object.ns().empty() ? object.name() : object.ns() + "/" + object.name();
}

}  // namespace

struct Watch::State final : StreamSink {
  State(Reader& the_reader, Resource the_resource, std::string the_ns, const ListOptions& options)
      : reader(the_reader),
        resource(std::move(the_resource)),
        ns(std::move(the_ns)),
        query{resource.path(ns), options},
        what(describe("watch", resource, ns)) {}

  void on_head(const Response& answer) override;
  void on_data(std::string_view bytes) override;
  void on_end(const Status& outcome) override;

  /// Starts what is due; called outside the transport's callbacks only.
  void step();

  [[nodiscard]] bool resting() const { return flight == 0; }

  [[nodiscard]] bool ready() const { return !pending.empty() || fatal.has_value(); }

  [[nodiscard]] MonoTime now() const { return reader.loop_.clock().now(); }

  void start_list();
  void start_watch();
  void list_answered(Result<Response> outcome);
  void take_page(const Response& response);
  void take_list();
  Status take_event(std::string_view text);
  void take_object(const std::string& type, Object object);
  void emit(WatchEvent::Type type, Object object);
  void fail(Error error);

  Reader& reader;
  Resource resource;
  std::string ns;
  ListQuery query;
  std::string what;

  std::map<std::string, Object> objects;
  std::vector<WatchEvent> pending;
  std::string resource_version;
  std::string trouble = "the first list has not been answered yet";
  std::optional<Error> fatal;

  ExchangeId flight = 0;
  MonoTime not_before;
  int failures = 0;     ///< in a row
  int expirations = 0;  ///< ditto, of the resourceVersion
  bool needs_list = true;
  std::optional<Pager> pager;
  std::vector<Object> listed;

  // of the watch in flight
  Response head;
  WatchDecoder decoder;
  MonoTime started;
  bool heard = false;
  std::optional<Error> broken;  ///< why it is to be ended; set in a callback, done in `step`
};

void Watch::State::step() {
  if (flight != 0 && broken) {
    reader.loop_.transport().cancel(std::exchange(flight, 0));
    fail(*std::exchange(broken, std::nullopt));
  }
  if (flight != 0 || fatal || now() < not_before) {
    return;
  }
  if (needs_list) {
    start_list();
  } else {
    start_watch();
  }
}

void Watch::State::start_list() {
  if (!pager) {
    listed.clear();
    pager.emplace(query, Pager::Stale::StartOver);
  }
  Request request{.target = pager->target()};
  reader.prepare(request, reader.next_audit_id());
  flight = reader.loop_.transport().submit(std::move(request), [this](Result<Response> outcome) {
    flight = 0;
    list_answered(outcome ? genuine(*std::move(outcome), Body::Any) : std::move(outcome));
  });
}

void Watch::State::list_answered(Result<Response> outcome) {
  if (!outcome) {
    fail(std::move(outcome).error());
    return;
  }
  reader.note_warnings(*outcome);
  if (outcome->status < 400) {
    take_page(*outcome);
    return;
  }
  switch (pager->recover(*outcome)) {
    case Pager::Recovery::Restart:
      listed.clear();
      break;
    case Pager::Recovery::Continue:
      break;
    case Pager::Recovery::None:
      fail(error_of(*outcome, what));
      break;
  }
}

void Watch::State::take_page(const Response& response) {
  Result<ListPage> page = parse_list_page(response.body, resource);
  if (!page) {
    fail(std::move(page).error());
    return;
  }
  std::move(page->items.begin(), page->items.end(), std::back_inserter(listed));
  Status turned = pager->turn(page->next, page->resource_version);
  if (!turned) {
    fail(std::move(turned).error());
  } else if (pager->done()) {
    take_list();
  }
}

void Watch::State::take_list() {
  reader.tell_read(resource, listed);
  std::map<std::string, Object> known = std::exchange(objects, {});
  for (Object& object : std::exchange(listed, {})) {
    objects.insert_or_assign(key_of(object), std::move(object));
  }
  for (const auto& [key, old] : known) {
    const auto found = objects.find(key);
    if (found == objects.end() || found->second.uid() != old.uid()) {
      emit(WatchEvent::Type::Deleted, old);
    }
  }
  for (const auto& [key, object] : objects) {
    const auto old = known.find(key);
    if (old == known.end() || old->second.uid() != object.uid()) {
      emit(WatchEvent::Type::Added, object);
    } else if (old->second.resource_version() != object.resource_version()) {
      emit(WatchEvent::Type::Modified, object);
    }
  }
  resource_version = pager->resource_version();
  pager.reset();
  needs_list = false;
  failures = 0;
  trouble.clear();
}

void Watch::State::start_watch() {
  Query parameters;
  parameters.add("watch", "true")
      .add("resourceVersion", resource_version)
      .add("allowWatchBookmarks", "true")
      .add("timeoutSeconds", std::to_string(kWatchSeconds))
      .add_if("labelSelector", query.options.label_selector)
      .add_if("fieldSelector", query.options.field_selector);
  // A compressed watch may come as several gzip members, of which libcurl reads the first only.
  Request request{.target = query.path + parameters.text(),
                  .headers = {{"Accept-Encoding", "identity"}},
                  .timeout = std::chrono::seconds(kWatchSeconds) + kWatchGrace};
  reader.prepare(request, reader.next_audit_id());
  head = {};
  decoder = WatchDecoder();
  started = now();
  heard = false;
  flight = reader.loop_.transport().stream(std::move(request), *this);
}

void Watch::State::on_head(const Response& answer) {
  head = answer;
  reader.note_warnings(answer);
  if (Result<Response> checked = genuine(answer, Body::Any); !checked) {
    broken = std::move(checked).error();
  } else if (answer.status < 400) {
    trouble.clear();
  }
}

void Watch::State::on_data(std::string_view bytes) {
  if (head.status >= 400) {
    add_error_body(head, bytes);
    return;
  }
  if (broken) {
    return;
  }
  Status fed = decoder.feed(bytes, [this](std::string_view text) { return take_event(text); });
  if (!fed) {
    broken = std::move(fed).error();
  }
}

void Watch::State::on_end(const Status& outcome) {
  flight = 0;
  if (now() - started >= kLongestWait) {
    failures = 0;
    expirations = 0;
  }
  if (broken) {
    fail(*std::exchange(broken, std::nullopt));
  } else if (head.status >= 400) {
    fail(error_of(head, what));
  } else if (!outcome) {
    fail(outcome.error());
  } else if (!decoder.at_border()) {
    fail(make_error(ErrorCode::ConnectionLost, "the watch ended in the middle of an event"));
  } else if (!heard && now() - started < kShortWatch) {
    fail(make_error(ErrorCode::ConnectionLost, "the server ended the watch at once"));
  } else {
    failures = 0;
    expirations = 0;
    not_before = now();
  }
}

Status Watch::State::take_event(std::string_view text) {
  CFKOPS_ASSIGN(const Json event, Json::parse(text));
  const std::string type = event.string_or("/type", "");
  const Json object = event.get("/object");
  if (type == "ERROR") {
    return error_of_status(object.dump(), what);
  }
  if (!object.is_object()) {
    return make_error(ErrorCode::Protocol, "/object: expected object in a watch event");
  }
  heard = true;
  failures = 0;
  expirations = 0;
  resource_version = object.string_or("/metadata/resourceVersion", resource_version);
  if (type != "BOOKMARK") {
    take_object(type, Object(object));
  }
  return {};
}

void Watch::State::take_object(const std::string& type, Object object) {
  const std::string key = key_of(object);
  const auto known = objects.find(key);
  const bool same = known != objects.end() && known->second.uid() == object.uid();
  if (type == "DELETED") {
    if (same) {
      objects.erase(known);
      emit(WatchEvent::Type::Deleted, std::move(object));
    }
    return;
  }
  if (type != "ADDED" && type != "MODIFIED") {
    return;
  }
  if (known != objects.end() && !same) {
    emit(WatchEvent::Type::Deleted, known->second);
  }
  if (same && known->second.resource_version() == object.resource_version()) {
    return;
  }
  objects.insert_or_assign(key, object);
  emit(same ? WatchEvent::Type::Modified : WatchEvent::Type::Added, std::move(object));
}

void Watch::State::emit(WatchEvent::Type type, Object object) {
  pending.push_back({type, std::move(object)});
}

void Watch::State::fail(Error error) {
  pager.reset();
  if (!heals_by_waiting(error.code)) {
    trouble = error.message;
    fatal = error.context.empty() ? std::move(error).in(what) : std::move(error);
    return;
  }
  const bool expired = error.code == ErrorCode::Gone;
  needs_list = needs_list || expired;
  trouble = error.message;
  const int in_a_row = expired ? expirations++ - 1 : failures++;
  Duration wait = in_a_row < 0 ? Duration::zero()
                               : std::min(kLongestWait, kFirstWait * (1 << std::min(in_a_row, 6)));
  if (error.retry_after) {
    wait = std::max<Duration>(wait, *error.retry_after);
  }
  not_before = now() + wait;
}

Watch::Watch(Reader& reader, Resource resource, std::string ns, const ListOptions& options)
    : state_(std::make_unique<State>(reader, std::move(resource), std::move(ns), options)) {}

Watch::~Watch() {
  if (state_->flight != 0) {
    state_->reader.loop_.transport().cancel(state_->flight);
  }
}

Result<std::vector<WatchEvent>> Watch::next(MonoTime deadline) {
  State& state = *state_;
  for (;;) {
    state.step();
    const bool resting = state.resting();
    const MonoTime until = resting ? std::min(deadline, state.not_before) : deadline;
    const auto changed = [&state, resting] {
      state.step();
      return state.ready() || state.resting() != resting;
    };
    const Result<bool> waited = state.reader.loop_.idle_until(changed, until);
    if (!state.pending.empty()) {
      return std::exchange(state.pending, {});
    }
    if (!waited) {
      return Error(waited.error()).in(state.what);
    }
    if (state.fatal) {
      return *std::exchange(state.fatal, std::nullopt);
    }
    if (!*waited && state.now() >= deadline) {
      return std::vector<WatchEvent>();
    }
  }
}

const std::map<std::string, Object>& Watch::objects() const {
  return state_->objects;
}

std::string Watch::trouble() const {
  return state_->trouble;
}

std::unique_ptr<Watch> Reader::watch(const Resource& resource,
                                     const std::string& ns,
                                     const ListOptions& options) {
  return std::make_unique<Watch>(*this, resource, ns, options);
}

}  // namespace cfkops::kube
