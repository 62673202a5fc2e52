#pragma once

#include "cfkops/runbook/kind_types.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace cfkops::runbook {

/// Kubernetes' built-in kinds with what their objects have, as JSON has it: a time and a quantity
/// are strings. What a Secret holds is secret. What a kind has is read when it is first asked for:
/// a runbook asks for few of them. Any thread may.
class BuiltinKinds {
 public:
  BuiltinKinds();
  BuiltinKinds(const BuiltinKinds&) = delete;
  BuiltinKinds& operator=(const BuiltinKinds&) = delete;
  ~BuiltinKinds();

  /// How they are named; their types may not be there yet.
  [[nodiscard]] const std::vector<KindType>& names() const;

  /// One of `names()`, with its type. Lives as long as this.
  [[nodiscard]] const KindType& whole(const KindType& named) const;

 private:
  struct Read;

  std::unique_ptr<Read> read_;
};

}  // namespace cfkops::runbook
