#pragma once

#include "curl_call.hpp"
#include "curl_multi.hpp"
#include "socket_session.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::kube {

/// One exchange of a transport from submission to its end, over one attempt or two.
struct CurlExchange {
  ExchangeId id = 0;
  CallKind kind = CallKind::Whole;
  Request request;
  Transport::Completion completion = {};    ///< of a Whole
  StreamSink* stream = nullptr;             ///< of a Stream
  SocketSink* socket = nullptr;             ///< of a Socket
  std::vector<std::string> protocols = {};  ///< ditto
  MonoTime submitted = {};

  std::unique_ptr<CurlCall> call = {};
  std::optional<Status> end = {};  ///< how it ended; not yet told
  bool head_told = false;
  bool repeated = false;  ///< after a 401

  std::unique_ptr<SocketSession> session = {};
  int fd = -1;
  bool opened = false;
  bool flooded = false;  ///< more may lie there to be read than one turn takes
  std::vector<std::string> waiting =
      {};  ///< messages queued before it was opened, for a second attempt

  /// Whether a sink or completion has something to be told.
  [[nodiscard]] bool has_news() const;

  /// The status that the server answered, 0 while it has not.
  [[nodiscard]] int status() const;

  /// Moves bytes between the session and its connection until that would mean waiting, or, where
  /// the server floods it, until a turn's worth was read: what is read is delivered before more is.
  void move_bytes(MonoTime now);

 private:
  void read_some(MonoTime now);
  void write_some() const;
};

}  // namespace cfkops::kube
