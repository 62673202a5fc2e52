#include "curl_multi.hpp"

#include "curl_call.hpp"

#include "cfkops/base/check.hpp"

#include <curl/curl.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace cfkops::kube {

namespace {

/// Once per process; it is never undone, since another transport may still be in use.
CURLcode set_up_libcurl() {
  static std::once_flag once;
  static CURLcode outcome = CURLE_OK;
  std::call_once(once, [] { outcome = curl_global_init(CURL_GLOBAL_DEFAULT); });
  return outcome;
}

int milliseconds(Duration duration) {
  constexpr Duration kLongest = std::chrono::hours(1);
  const Duration bounded = std::clamp(duration, Duration::zero(), kLongest);
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(bounded).count());
}

void collect(CURLM* multi, std::vector<CurlMulti::Finished>& finished) {
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &queued)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    char* call = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
    finished.push_back({reinterpret_cast<CurlCall*>(call), message->data.result});
  }
}

curl_waitfd wait_for(int fd, bool read, bool write) {
  const int events = (read ? CURL_WAIT_POLLIN : 0) | (write ? CURL_WAIT_POLLOUT : 0);
  return {.fd = fd, .events = static_cast<short>(events), .revents = 0};
}

/// Adds what a second multi handle waits for; gives the longest it may wait. curl_multi_poll takes
/// one handle only.
int watch_connecting(CURLM* multi, std::vector<curl_waitfd>& fds) {
  fd_set read;
  fd_set write;
  fd_set except;
  FD_ZERO(&read);
  FD_ZERO(&write);
  FD_ZERO(&except);
  int last = -1;
  long ms = -1;
  curl_multi_fdset(multi, &read, &write, &except, &last);
  curl_multi_timeout(multi, &ms);
  for (int fd = 0; fd <= last; ++fd) {
    if (FD_ISSET(fd, &read) || FD_ISSET(fd, &write)) {
      fds.push_back(wait_for(fd, FD_ISSET(fd, &read), FD_ISSET(fd, &write)));
    }
  }
  // Nothing to watch: a name is being resolved on a thread, or the descriptor is beyond what an
  // fd_set can hold.
  constexpr long kLookAgain = 10;
  const long longest = last < 0 ? kLookAgain : std::numeric_limits<int>::max();
  return static_cast<int>(ms < 0 ? longest : std::min(ms, longest));
}

Transfer transfer_of(CURLcode code, std::size_t bytes) {
  return {.bytes = bytes,
          .blocked = code == CURLE_AGAIN,
          .curl_error =
              code == CURLE_OK || code == CURLE_AGAIN ? std::nullopt : std::optional<int>(code)};
}

}  // namespace

CurlMulti::CurlMulti()
    : wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CFKOPS_CHECK(wake_fd_ >= 0);
}

CurlMulti::~CurlMulti() {
  for (CURLM* multi : {requests_, sockets_}) {
    if (multi != nullptr) {
      curl_multi_cleanup(multi);
    }
  }
  close(wake_fd_);
}

Status CurlMulti::prepare() {
  if (sockets_ != nullptr) {
    return {};
  }
  const CURLcode code = set_up_libcurl();
  if (code != CURLE_OK) {
    return make_error(ErrorCode::Io,
                      std::string("libcurl cannot be set up: ") + curl_easy_strerror(code),
                      "install libcurl 7.80 or newer, built with OpenSSL");
  }
  requests_ = requests_ == nullptr ? curl_multi_init() : requests_;
  sockets_ = requests_ == nullptr ? nullptr : curl_multi_init();
  if (sockets_ == nullptr) {
    return make_error(ErrorCode::Io, "libcurl has no memory for its handles");
  }
  return {};
}

void* CurlMulti::multi_of(const CurlCall& call) const {
  return call.kind() == CallKind::Socket ? sockets_ : requests_;
}

Status CurlMulti::add(const CurlCall& call) {
  const CURLMcode code = curl_multi_add_handle(multi_of(call), call.easy());
  if (code != CURLM_OK) {
    return make_error(ErrorCode::Io,
                      std::string("libcurl does not take a request: ") + curl_multi_strerror(code));
  }
  return {};
}

void CurlMulti::remove(const CurlCall& call) {
  if (sockets_ != nullptr) {
    curl_multi_remove_handle(multi_of(call), call.easy());
  }
}

std::vector<CurlMulti::Finished> CurlMulti::perform() {
  std::vector<Finished> finished;
  if (sockets_ == nullptr) {
    return finished;
  }
  int running = 0;
  curl_multi_perform(requests_, &running);
  curl_multi_perform(sockets_, &connecting_);
  collect(requests_, finished);
  collect(sockets_, finished);
  return finished;
}

void CurlMulti::look_again(const CurlCall& call) {
  // To end a pause is what makes libcurl read a connection whose socket has nothing to be read.
  // Where the call has no connection yet both refuse, and there is nothing to be done.
  static_cast<void>(curl_easy_pause(call.easy(), CURLPAUSE_RECV));
  static_cast<void>(curl_easy_pause(call.easy(), CURLPAUSE_CONT));
}

void CurlMulti::wait(Duration at_most, std::span<const Watched> watched) {
  int ms = milliseconds(at_most);
  if (sockets_ == nullptr) {
    pollfd wake{.fd = wake_fd_, .events = POLLIN, .revents = 0};
    poll(&wake, 1, ms);
    return;
  }
  std::vector<curl_waitfd> fds;
  fds.reserve(watched.size() + 1);
  fds.push_back({.fd = wake_fd_, .events = CURL_WAIT_POLLIN, .revents = 0});
  for (const Watched& each : watched) {
    fds.push_back(wait_for(each.fd, true, each.write));
  }
  if (connecting_ > 0) {
    ms = std::min(ms, watch_connecting(sockets_, fds));
  }
  curl_multi_poll(requests_, fds.data(), static_cast<unsigned>(fds.size()), ms, nullptr);
}

void CurlMulti::wake() const noexcept {
  const std::uint64_t one = 1;
  // It can only fail where the counter is full, and then the wait ends all the same.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

bool CurlMulti::take_wake() const noexcept {
  std::uint64_t count = 0;
  return read(wake_fd_, &count, sizeof count) == static_cast<ssize_t>(sizeof count);
}

Result<int> socket_of(const CurlCall& call) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(call.easy(), CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK ||
      socket == CURL_SOCKET_BAD) {
    return make_error(ErrorCode::ConnectionLost,
                      "the connection for a WebSocket broke as soon as it was made");
  }
  return static_cast<int>(socket);
}

Transfer receive_some(const CurlCall& call, std::span<char> into) {
  std::size_t bytes = 0;
  const CURLcode code = curl_easy_recv(call.easy(), into.data(), into.size(), &bytes);
  return transfer_of(code, bytes);
}

Transfer send_some(const CurlCall& call, std::span<const char> bytes) {
  std::size_t sent = 0;
  const CURLcode code = curl_easy_send(call.easy(), bytes.data(), bytes.size(), &sent);
  return transfer_of(code, sent);
}

}  // namespace cfkops::kube
