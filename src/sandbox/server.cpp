#include "cfkops/sandbox/server.hpp"

#include "http_connection.hpp"
#include "tls_context.hpp"

#include "cfkops/base/crypto.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{100};

Error io_error(std::string what) {
  return make_error(ErrorCode::Io, std::move(what) + ": " + std::generic_category().message(errno));
}

/// A socket that closes itself.
class Socket {
 public:
  explicit Socket(int fd)
      : fd_(fd) {}

  Socket(Socket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}

  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;

  ~Socket() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Duration scaled(Duration time, double by) {
  return std::chrono::duration_cast<Duration>(time * by);
}

// The sockets API takes every kind of address through one type.
sockaddr* as_address(sockaddr_in& address) {
  return static_cast<sockaddr*>(static_cast<void*>(&address));
}

Result<Socket> listening(std::uint16_t port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address = loopback(port);
  const int yes = 1;
  if (socket.get() < 0 ||
      ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(socket.get(), as_address(address), sizeof address) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    return io_error(fmt::format("cannot listen at 127.0.0.1:{}", port));
  }
  return socket;
}

Result<std::uint16_t> port_of(const Socket& socket) {
  sockaddr_in address = {};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), as_address(address), &size) != 0) {
    return io_error("cannot tell the port");
  }
  return ntohs(address.sin_port);
}

class LoopbackServer final : public Server {
 public:
  LoopbackServer(Cluster& cluster,
                 Socket listener,
                 std::uint16_t port,
                 std::unique_ptr<TlsContext> tls,
                 double speed)
      : cluster_(cluster),
        listener_(std::move(listener)),
        port_(port),
        tls_(std::move(tls)),
        speed_(speed),
        token_(base::random_hex(32)) {}

  [[nodiscard]] std::string address() const override {
    return fmt::format("https://127.0.0.1:{}", port_);
  }

  [[nodiscard]] std::string kubeconfig() const override;
  [[nodiscard]] Status serve(const std::function<bool()>& stopped) override;

 private:
  void accept_all();
  [[nodiscard]] Status wait(Duration longest);

  Cluster& cluster_;
  Socket listener_;
  std::uint16_t port_;
  std::unique_ptr<TlsContext> tls_;
  double speed_;
  std::string token_;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
};

std::string LoopbackServer::kubeconfig() const {
  return fmt::format(
      "apiVersion: v1\n"
      "kind: Config\n"
      "clusters:\n"
      "- name: sandbox\n"
      "  cluster:\n"
      "    server: {}\n"
      "    certificate-authority-data: {}\n"
      "users:\n"
      "- name: sandbox\n"
      "  user:\n"
      "    token: {}\n"
      "contexts:\n"
      "- name: sandbox\n"
      "  context:\n"
      "    cluster: sandbox\n"
      "    user: sandbox\n"
      "current-context: sandbox\n",
      address(),
      base::base64_encode(tls_->authority_pem()),
      token_);
}

Status LoopbackServer::serve(const std::function<bool()>& stopped) {
  const base::SystemClock real;
  const MonoTime began = real.now();
  const MonoTime cluster_began = cluster_.clock().now();
  while (!stopped()) {
    const MonoTime now = cluster_began + scaled(real.now() - began, speed_);
    const MonoTime next = cluster_.advance(now);
    std::erase_if(connections_, [](const auto& connection) { return connection->over(); });
    const Duration longest =
        next == MonoTime::max()
            ? Duration(kLongestWait)
            : std::clamp<Duration>(scaled(next - now, 1 / speed_), Duration(0), kLongestWait);
    CFKOPS_TRY(wait(longest));
  }
  connections_.clear();
  return {};
}

Status LoopbackServer::wait(Duration longest) {
  std::vector<pollfd> polled = {{listener_.get(), POLLIN, 0}};
  for (const auto& connection : connections_) {
    const int events = POLLIN | (connection->wants_to_write() ? POLLOUT : 0);
    polled.push_back({connection->socket(), static_cast<short>(events), 0});
  }
  // Rounded up, so as not to spin through the last millisecond.
  const auto timeout = std::chrono::ceil<milliseconds>(longest).count();
  if (::poll(polled.data(), polled.size(), static_cast<int>(timeout)) < 0) {
    return errno == EINTR ? Status() : Status(io_error("cannot wait for clients"));
  }
  for (std::size_t at = 1; at < polled.size(); ++at) {
    HttpConnection& connection = *connections_[at - 1];
    if ((polled[at].revents & POLLOUT) != 0) {
      connection.on_writable();
    }
    if ((polled[at].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      connection.on_readable();
    }
  }
  if (polled.front().revents != 0) {
    accept_all();
  }
  return {};
}

void LoopbackServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      return;
    }
    const int yes = 1;
    (void)::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections_.push_back(std::make_unique<HttpConnection>(socket, *tls_, cluster_, token_));
  }
}

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(Cluster& cluster, std::uint16_t port, double speed) {
  CFKOPS_ASSIGN(auto tls, TlsContext::make());
  CFKOPS_ASSIGN(Socket listener, listening(port));
  CFKOPS_ASSIGN(const std::uint16_t bound, port_of(listener));
  std::unique_ptr<Server> server =
      std::make_unique<LoopbackServer>(cluster, std::move(listener), bound, std::move(tls), speed);
  return server;
}

}  // namespace cfkops::sandbox
