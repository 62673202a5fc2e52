#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/resource.hpp"

#include <string>
#include <vector>

namespace cfkops::kube {

/// A change that is about to be sent to the API server.
struct Mutation {
  std::string verb = {};  ///< create update patch apply delete evict scale exec port-forward
  Resource resource = {};
  std::string ns = {};
  std::string name = {};
  std::string subresource = {};
  std::string uid = {};               ///< the precondition, or "" where there is none
  std::string resource_version = {};  ///< ditto
  Json body = {};                     ///< what is sent, without secret values; null for none
  std::string audit_id = {};          ///< of the first attempt
};

/// What came of it.
struct MutationEffect {
  int http_status = 0;                      ///< 0: no answer
  std::string uid = {};                     ///< of what was acted upon, not of its replacement
  std::string resource_version = {};        ///< ditto, where the answer tells
  std::vector<std::string> audit_ids = {};  ///< of every attempt, the first included
  bool unknown = false;                     ///< sent, but the outcome is not known
  std::string error = {};                   ///< "" on success
};

/// Told of every mutation before and after: the journal. No mutation leaves unless `intend`
/// succeeded, so nobody can write unrecorded. One thread.
class MutationRecorder {
 public:
  MutationRecorder() = default;
  MutationRecorder(const MutationRecorder&) = delete;
  MutationRecorder& operator=(const MutationRecorder&) = delete;
  virtual ~MutationRecorder() = default;

  /// Returns once the intent would survive a crash. Errors: Io, Refused; the mutation is then not
  /// sent.
  virtual Status intend(const Mutation& mutation) = 0;

  /// Errors: Io; the caller must not mutate again.
  virtual Status record(const Mutation& mutation, const MutationEffect& effect) = 0;
};

}  // namespace cfkops::kube
