#pragma once

#include "cfkops/base/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace cfkops::kube {

/// Cuts a stream of JSON objects into its values, whatever pieces it arrives in. Every byte is
/// looked at once, and memory is bounded by the largest value.
class WatchDecoder {
 public:
  static constexpr std::size_t kMaxValue = std::size_t{16} << 20U;

  explicit WatchDecoder(std::size_t max_value = kMaxValue)
      : max_value_(max_value) {}

  /// Calls `sink` for each object that these bytes complete; the view lives for the call. Errors:
  /// the sink's, which end the feeding; Protocol, where something other than an object stands there
  /// or one is too large. After an error the decoder is of no use.
  Status feed(std::string_view bytes, const std::function<Status(std::string_view)>& sink);

  /// No object is incomplete: the stream may end here.
  [[nodiscard]] bool at_border() const { return depth_ == 0; }

 private:
  Status step(char c);

  /// Hands on the object that ends with `tail`.
  Status finish(std::string_view tail, const std::function<Status(std::string_view)>& sink);

  std::size_t max_value_;
  std::string held_;  ///< the beginning of an object whose end has not come
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace cfkops::kube
