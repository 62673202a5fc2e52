#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cfkops::kube {

class CurlCall;

/// libcurl's multi handle and what a wait needs around it. libcurl is set up with the first call
/// that is added.
class CurlMulti {
 public:
  CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// All calls must have been removed.
  ~CurlMulti();

  /// Sets libcurl up where that has not been done. Errors: Io.
  [[nodiscard]] Status prepare();

  /// Starts a call, which must be removed before it dies. `prepare` must have succeeded. Errors:
  /// Io.
  [[nodiscard]] Status add(const CurlCall& call);
  void remove(const CurlCall& call);

  struct Finished {
    CurlCall* call = nullptr;
    int code = 0;  ///< CURLcode
  };

  /// Does what can be done without waiting; gives the calls that ended by it.
  [[nodiscard]] std::vector<Finished> perform();

  /// Has libcurl look again at what it may have read for this call already, where no poll sees it.
  /// HTTP/2 connections are shared: libcurl 7.88 holds frames back while one call's buffer is full,
  /// and forgets them where that call ends with what its buffer had.
  static void look_again(const CurlCall& call);

  struct Watched {
    int fd = -1;
    bool write = false;  ///< wait for room to write, too
  };

  /// Waits until a call or one of `watched` can go on, `wake` was called, or `at_most` has passed.
  void wait(Duration at_most, std::span<const Watched> watched);

  /// Ends a wait, the current or the next. Thread-safe.
  void wake() const noexcept;

  /// Whether `wake` was called since the last look.
  [[nodiscard]] bool take_wake() const noexcept;

 private:
  [[nodiscard]] void* multi_of(const CurlCall& call) const;

  void* requests_ = nullptr;
  void* sockets_ = nullptr;
  int connecting_ = 0;  ///< handles of `sockets_` that libcurl is still busy with
  int wake_fd_ = -1;
};

/// The file descriptor of a connect-only call's connection. Errors: ConnectionLost.
[[nodiscard]] Result<int> socket_of(const CurlCall& call);

/// What moving bytes through a connect-only call came to.
struct Transfer {
  std::size_t bytes = 0;
  bool blocked = false;           ///< nothing more without waiting
  std::optional<int> curl_error;  ///< CURLcode
};

/// Without waiting. A receipt of 0 bytes that is not `blocked` is the end.
[[nodiscard]] Transfer receive_some(const CurlCall& call, std::span<char> into);
[[nodiscard]] Transfer send_some(const CurlCall& call, std::span<const char> bytes);

}  // namespace cfkops::kube
