#pragma once

#include "cfkops/kube/loop.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/resource.hpp"
#include "cfkops/kube/retry.hpp"
#include "cfkops/kube/table.hpp"
#include "cfkops/kube/watch.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// Which objects of a collection.
struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  int page_size = 500;  ///< 0 asks for everything at once
};

/// What `Reader::dry_run_patch` and `Client::patch` send.
enum class PatchType { Json, Merge, Strategic, Apply };

/// A question about our own permissions.
struct AccessQuestion {
  std::string verb;
  Resource resource = {};
  std::string subresource = {};
  std::string ns = {};
  std::string name = {};
  std::string path = {};  ///< "/readyz": of what is no resource; then only the verb counts besides

  friend bool operator==(const AccessQuestion&, const AccessQuestion&) = default;

  /// Reading what the API server tells of itself.
  static AccessQuestion of_path(std::string path);

  /// "get pods/proxy in namespace confluent", "get /readyz"
  [[nodiscard]] std::string text() const;
};

/// The server's answer to such a question.
enum class Access { Allowed, Denied, Unknown };

/// Which part of a container's log.
struct LogOptions {
  std::string container;
  bool previous = false;
  bool timestamps = false;
  std::optional<std::int64_t> tail_lines;
  std::optional<std::int64_t> limit_bytes;
  std::optional<Duration> since;
};

/// Who the server says we are.
struct Identity {
  std::string user;
  std::string uid;
  std::vector<std::string> groups;
};

/// The version of the API server.
struct ServerVersion {
  int major = 0;
  int minor = 0;
  std::string text;  ///< "v1.34.4"
};

/// The `ReadRequest::accept` of a list as a Table; with `includeObject=None` in its query no
/// objects come along.
constexpr std::string_view kTableAccept =
    "application/json;as=Table;v=v1;g=meta.k8s.io,"
    "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

/// One read for `Reader::batch`: a target path and query with what it is called in messages. What
/// could write behind a proxy is not sent, see `Reader::pod_proxy`.
struct ReadRequest {
  std::string target;
  std::string what;
  std::optional<Resource> resource = {};  ///< of the one object that is asked for, if one is
  std::string accept = {};  ///< the form of the answer; "" for JSON where it can be had

  /// GET of one object.
  static ReadRequest object(const Resource& resource,
                            const std::string& ns,
                            const std::string& name);

  /// GET through the pod proxy subresource; `path` has no leading slash.
  static ReadRequest pod_proxy(const std::string& ns,
                               const std::string& pod,
                               int port,
                               const std::string& path);
};

/// Is told of every object that is read, as the server gave it: what a decision may rest on.
/// Borrowed by the reader; called on its thread, amid its calls.
class ReadListener {
 public:
  ReadListener() = default;
  ReadListener(const ReadListener&) = delete;
  ReadListener& operator=(const ReadListener&) = delete;
  virtual ~ReadListener() = default;

  /// Once per object and reading, also of a list, a batch or the first list of a watch; not of what
  /// a dry run says an object would become.
  virtual void on_object(const Resource& resource, const Object& object) = 0;
};

/// What discovery found; private to the module.
class KnownItems;
struct Catalogue;

/// How requests are made and numbered.
struct ReaderOptions {
  Duration request_timeout = std::chrono::seconds(30);
  RetryPolicy retry = {};
  RetryListener* listener = nullptr;  ///< borrowed, may be null
};

/// Everything that may be asked of an API server without changing it: what a dry run is given.
///
/// Calls read top-down and pump the loop until their answer is there. Every request carries
/// `Audit-ID: <scope>/<seq>`, seq counting from 1 over the life of this object. Errors: as
/// `Transport` and `error_of` say, with the request in the context; Cancelled. One thread; the loop
/// must outlive it.
class Reader {
 public:
  Reader(Loop& loop, ReaderOptions options);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;

  /// Sets the prefix of the Audit-IDs that follow: "<run>/<step>/<attempt>".
  void set_audit_scope(std::string scope) { audit_scope_ = std::move(scope); }

  /// That prefix, to restore it after something in between.
  [[nodiscard]] const std::string& audit_scope() const { return audit_scope_; }

  /// From now on `listener` is told what is read; null: nobody is. It must outlive that.
  void set_read_listener(ReadListener* listener) { read_listener_ = listener; }

  /// The numbers at the end of Audit-IDs go on from there: no two processes of a run have the same.
  void number_from(std::uint64_t first) { first_ = sequence_ = first; }

  /// How many requests were sent, retries included.
  [[nodiscard]] std::uint64_t requests_sent() const { return sequence_ - first_; }

  /// The object as it is now. Errors: NotFound.
  [[nodiscard]] Result<Object> get(const Resource& resource,
                                   const std::string& ns,
                                   const std::string& name);

  /// Follows `continue`; where the token has expired (410) it goes on from the server's new token,
  /// or starts over once without a limit, so that the result is complete.
  [[nodiscard]] Result<ObjectList> list(const Resource& resource,
                                        const std::string& ns,
                                        const ListOptions& options = {});

  /// The list item by item, none of which is kept: as the server gives them, most without
  /// apiVersion and kind. `restart` is told where the list begins anew; what was shown before does
  /// not count. Errors: those of `list`.
  [[nodiscard]] Status each(const Resource& resource,
                            const std::string& ns,
                            const ListOptions& options,
                            const std::function<void(const Json& item)>& visit,
                            const std::function<void()>& restart);

  /// The list as a Table without objects.
  [[nodiscard]] Result<Table> table(const Resource& resource,
                                    const std::string& ns,
                                    const ListOptions& options = {});

  /// Lists, then watches from there: see `Watch`.
  [[nodiscard]] std::unique_ptr<Watch> watch(const Resource& resource,
                                             const std::string& ns,
                                             const ListOptions& options = {});

  /// Whether the server would accept the patch and what the object, or its `subresource`, would be
  /// (`dryRun=All`).
  [[nodiscard]] Result<Object> dry_run_patch(const Resource& resource,
                                             const std::string& ns,
                                             const std::string& name,
                                             PatchType type,
                                             const Json& patch,
                                             const std::string& subresource = {});

  /// What the server would make of a new object (`dryRun=All`). Errors: AlreadyExists.
  [[nodiscard]] Result<Object> dry_run_create(const Resource& resource,
                                              const std::string& ns,
                                              const Json& object);

  /// What an object would be after being replaced by this one (`dryRun=All`). Errors: Conflict,
  /// where its uid or resourceVersion is another one.
  [[nodiscard]] Result<Object> dry_run_update(const Resource& resource,
                                              const std::string& ns,
                                              const Json& object);

  /// Whether the server would accept the eviction now (`dryRun=All`). Errors: TooManyRequests,
  /// where a budget says no; Conflict, where the pod is another one.
  [[nodiscard]] Status dry_run_evict(const std::string& ns,
                                     const std::string& pod,
                                     const std::string& uid);

  /// A SelfSubjectAccessReview. Unknown where the server cannot tell.
  [[nodiscard]] Result<Access> can_i(const AccessQuestion& question);

  /// A SelfSubjectReview.
  [[nodiscard]] Result<Identity> who_am_i();

  /// GET /version.
  [[nodiscard]] Result<ServerVersion> server_version();

  /// The resource that serves `kind` or plural or short name, built-in or from discovery. Errors:
  /// NotFound with did-you-mean.
  [[nodiscard]] Result<Resource> discover(const std::string& word);

  /// What the server serves that can be listed and made, of each kind the version that it prefers,
  /// in its own order. Errors: Unknown where a part of its API does not answer.
  [[nodiscard]] Result<std::vector<Resource>> served();

  /// The log so far, at most `options.limit_bytes`.
  [[nodiscard]] Result<std::string> logs(const std::string& ns,
                                         const std::string& pod,
                                         const LogOptions& options);

  /// Follows a log until the container ends, `deadline` passes or `sink` says stop (returns false).
  /// Errors: Timeout, where nothing had answered by the deadline.
  Status follow_logs(const std::string& ns,
                     const std::string& pod,
                     const LogOptions& options,
                     const std::function<bool(std::string_view)>& sink,
                     MonoTime deadline);

  /// GET through the pod proxy subresource. A status of 400 or more is an error. Of Jolokia, which
  /// writes on a GET too, only read, list, search and version are asked for. Errors: Refused,
  /// unsent, for any other way to name it.
  [[nodiscard]] Result<std::string> pod_proxy(const std::string& ns,
                                              const std::string& pod,
                                              int port,
                                              const std::string& path);

  /// All at once over the shared connection; outcomes in the order of the requests. Not retried,
  /// bounded by `timeout`: for polls, whose next round is the retry.
  [[nodiscard]] std::vector<Result<std::string>> batch(std::span<const ReadRequest> requests,
                                                       Duration timeout);

  /// What the server's clock said in the newest answer that told it, in whole seconds.
  [[nodiscard]] std::optional<WallTime> server_time() const { return server_time_; }

  /// What waits are made with.
  [[nodiscard]] Loop& loop() { return loop_; }

  /// The address of the API server, for messages.
  [[nodiscard]] std::string server() const { return loop_.transport().server(); }

  /// As the transport says.
  [[nodiscard]] bool simulated() const { return loop_.transport().simulated(); }

 protected:
  /// The attempts at one request, as they went.
  struct Trace {
    std::vector<std::string> audit_ids =
        {};  ///< one per attempt; the first attempt uses one that stands here already
    bool doubtful = false;  ///< an attempt before the last may have taken effect
    bool unknown = false;   ///< the last one may have, although its outcome does not say so
    MonoTime not_after = MonoTime::max();  ///< no attempt leaves later
  };

  /// Sends with the retry rule and numbers each attempt; the last outcome, whatever its status.
  /// Conflict where it is too late for the first.
  Result<Response> attempt(const Request& request,
                           Repeatable repeatable,
                           const std::string& what,
                           Trace& trace);

  /// The same for what may always be repeated; a status of 400 or more is an error.
  Result<Response> exchange(const Request& request,
                            const std::string& what,
                            MonoTime not_after = MonoTime::max());

  [[nodiscard]] std::string next_audit_id();

  [[nodiscard]] const ReaderOptions& options() const { return options_; }

  void note_warnings(const Response& response);

  /// Keeps the server's time; what a pod behind the proxy says is not the server's.
  void note_time(const std::string& target, const Response& response);

  /// Gives the request its Audit-ID, and Accept and time-out where it has none.
  void prepare(Request& request, std::string audit_id) const;

 private:
  friend class LogStream;
  friend class Watch;
  class Backoff;

  Result<Response> send_once(Request request);
  Status discover_all();
  void tell_read(const Resource& resource, std::span<const Object> objects) const;

  Loop& loop_;
  ReaderOptions options_;
  std::string audit_scope_ = "cfkops";
  std::uint64_t sequence_ = 0;
  std::uint64_t first_ = 0;
  std::set<std::string> warnings_seen_;
  std::optional<WallTime> server_time_;
  ReadListener* read_listener_ = nullptr;
  std::shared_ptr<const Catalogue> catalogue_;
  std::shared_ptr<KnownItems> known_items_;
};

}  // namespace cfkops::kube
