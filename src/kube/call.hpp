#pragma once

#include "hindsight.hpp"

#include "cfkops/kube/client.hpp"

#include <functional>
#include <string>

namespace cfkops::kube {

/// One mutation, ready to be recorded and sent.
struct Client::Call {
  Request request;
  Mutation mutation;
  Repeatable repeatable = Repeatable::No;
  std::string what;

  /// Says whether it was achieved, where an attempt's outcome is unknown; empty where nobody can.
  std::function<Achieved(const Result<Object>& now)> hindsight = {};
};

/// What came of it, for the caller and for the record.
struct Client::Verdict {
  Result<Response> result;
  MutationEffect effect;
};

}  // namespace cfkops::kube
