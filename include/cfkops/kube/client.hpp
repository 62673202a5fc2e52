#pragma once

#include "cfkops/kube/mutation.hpp"
#include "cfkops/kube/reader.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::kube {

/// The object a mutation must still be looking at. Empty fields are not checked.
struct Precondition {
  std::string uid = {};
  std::string resource_version = {};
};

/// How an object is deleted.
struct DeleteOptions {
  Precondition precondition = {};
  std::optional<std::int64_t> grace_period_seconds = {};
  std::string propagation = "Background";  ///< Background Foreground Orphan
};

/// How an object is patched.
struct PatchOptions {
  PatchType type = PatchType::Merge;
  Precondition precondition = {};  ///< put into the patch as the server's optimistic lock
  std::string subresource = {};
  bool force = false;  ///< apply only: takes over fields of other managers
};

/// A command's end, as the server reports it.
struct ExecOutcome {
  int exit_code = 0;
  std::string output;
  std::string error_output;
};

/// A byte stream to one port of a pod.
class PodConnection {
 public:
  PodConnection() = default;
  PodConnection(const PodConnection&) = delete;
  PodConnection& operator=(const PodConnection&) = delete;
  virtual ~PodConnection() = default;

  /// Queues the bytes; whether they arrive shows when reading.
  virtual void write(std::string_view bytes) = 0;

  /// What has arrived, at least one byte unless the end was reached (""). Errors: Timeout,
  /// ConnectionLost, Cancelled.
  virtual Result<std::string> read(MonoTime deadline) = 0;
};

/// A reader that may also write. Every mutation is told to the recorder before it leaves and after
/// it came back; where the recorder refuses, nothing is sent; where it fails afterwards, nothing
/// more is. A mutation with a precondition, an apply and a scale are repeated by the retry rule,
/// and where an attempt's outcome stays unknown the object is looked at. Any other whose outcome is
/// unknown is reported as such (`Error::outcome_unknown`) and not sent again; so is a delete
/// without a precondition, which could hit a replacement of the same name.
class Client : public Reader {
 public:
  /// Borrows the loop and the recorder.
  Client(Loop& loop, ReaderOptions options, MutationRecorder& recorder);

  /// The object as the server made it. Errors: AlreadyExists.
  Result<Object> create(const Resource& resource, const std::string& ns, const Json& object);

  /// Replaces the object; its uid and resourceVersion are the precondition. Errors: Conflict.
  Result<Object> update(const Resource& resource, const std::string& ns, const Json& object);

  /// The object as it is then. Errors: Conflict where the precondition fails.
  Result<Object> patch(const Resource& resource,
                       const std::string& ns,
                       const std::string& name,
                       const Json& patch,
                       const PatchOptions& options);

  /// Server-side apply under the field manager "cfkops".
  Result<Object> apply(const Resource& resource,
                       const std::string& ns,
                       const Json& object,
                       bool force = false);

  /// Errors: NotFound where it was gone already; Conflict where the precondition fails.
  Status remove(const Resource& resource,
                const std::string& ns,
                const std::string& name,
                const DeleteOptions& options);

  /// policy/v1 Eviction. Errors: TooManyRequests with the budget's cause, NotFound, Conflict,
  /// ServerError ("more than one PodDisruptionBudget"). A budget's 429 is not retried here: the
  /// caller decides what to wait for. The uid is compared before anything is sent, because an
  /// eviction refused for its uid costs the budget two minutes. Nothing leaves after `not_after`,
  /// no repeat either, so that a decision is not carried out when it has grown old: Conflict.
  Status evict(const std::string& ns,
               const std::string& pod,
               const Precondition& precondition,
               MonoTime not_after = MonoTime::max());

  /// Sets the number of replicas through the scale subresource.
  Result<Object> scale(const Resource& resource,
                       const std::string& ns,
                       const std::string& name,
                       int replicas);

  /// Runs argv in a container over WebSocket to its end; the first request to stop is waited out.
  /// Only servers that can end the input (v5, Kubernetes 1.30) are given one. Without a Status from
  /// the server the outcome is Unknown, never success. Errors also: Timeout; the remote process may
  /// live on.
  Result<ExecOutcome> exec(const std::string& ns,
                           const std::string& pod,
                           const std::string& container,
                           const std::vector<std::string>& argv,
                           const std::string& input,
                           Duration timeout);

  /// Opens one connection to `port` of the pod over WebSocket port-forward.
  Result<std::unique_ptr<PodConnection>> connect(const std::string& ns,
                                                 const std::string& pod,
                                                 int port);

 private:
  struct Call;
  struct Verdict;

  Result<Response> mutate(const Call& call);
  Result<Response> send(const Call& call, Trace& trace);
  Verdict judge(const Call& call, Result<Response> outcome, const Trace& trace);

  /// Numbers the mutation and has it recorded. Errors: the recorder's; Refused after it failed
  /// once.
  Status intend(Mutation& mutation);
  Status record(const Mutation& mutation, const MutationEffect& effect);

  MutationRecorder& recorder_;
  bool recorder_failed_ = false;
};

}  // namespace cfkops::kube
