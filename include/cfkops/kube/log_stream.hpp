#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/reader.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::kube {

/// Which part of a container's log.
struct LogWindow : LogOptions {
  std::optional<WallTime> since_time = {};  ///< before `since`; kubelets cut it to whole seconds
};

/// Whether lines that are still to be written are wanted too, until the container ends.
enum class Follow { No, Yes };

/// A container's log as it comes: many of them travel at once, while whoever waits pumps the loop.
///
/// Begins when it is made and is given up when it dies. Nothing of it is kept: the next bytes are
/// taken from the connection when the last ones were handed on. Not retried. Borrows the reader,
/// which must outlive it. One thread.
class LogStream {
 public:
  /// What the next bytes of the log are given to, amid the transport's `pump`; it must neither wait
  /// nor end the stream.
  using Sink = std::function<void(std::string_view bytes)>;

  LogStream(Reader& reader,
            const std::string& ns,
            const std::string& pod,
            const LogWindow& window,
            Follow follow,
            Sink sink);
  LogStream(const LogStream&) = delete;
  LogStream& operator=(const LogStream&) = delete;
  ~LogStream();

  /// There will be no more bytes of a log.
  [[nodiscard]] bool ended() const;

  /// Whether it came whole, once it has ended; until then whether it comes. Errors: as `Transport`
  /// and `error_of` say; Timeout, while nothing has come at all.
  [[nodiscard]] Status outcome() const;

  /// When something came last, or it was begun.
  [[nodiscard]] MonoTime last_heard() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cfkops::kube
