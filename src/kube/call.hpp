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

  /// After an attempt of unknown outcome the object is looked at, and only where nothing has
  /// happened to it is the request sent again: for what costs something even where its precondition
  /// fails.
  bool looks_first = false;

  MonoTime not_after = MonoTime::max();  ///< no attempt leaves later

  /// Says whether it was achieved, where an attempt's outcome is unknown; empty where nobody can.
  std::function<Achieved(const Result<Object>& now)> hindsight = {};
};

/// What came of it, for the caller and for the record.
struct Client::Verdict {
  Result<Response> result;
  MutationEffect effect;
};

}  // namespace cfkops::kube
