#include "support/http_server.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::test {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  return text;
}

std::string accept_key(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 64> encoded = {};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

}  // namespace

/// Blocking reads and writes over one accepted socket.
class ServerStream {
 public:
  ServerStream(int fd, SSL* ssl)
      : fd_(fd),
        ssl_(ssl) {}

  bool open() const { return open_; }

  void write(std::string_view bytes) {
    while (open_ && !bytes.empty()) {
      const long done = ssl_ != nullptr
                            ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                            : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (done <= 0) {
        open_ = false;
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
  }

  /// Appends what comes next to the buffer; false at the end.
  bool fill() {
    std::array<char, 16384> chunk = {};
    const long got = ssl_ != nullptr ? SSL_read(ssl_, chunk.data(), static_cast<int>(chunk.size()))
                                     : ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (!open_ || got <= 0) {
      open_ = false;
      return false;
    }
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
  }

  /// The next `size` bytes; fewer at the end.
  std::string take(std::size_t size) {
    while (buffer_.size() < size && fill()) {
    }
    std::string bytes = buffer_.substr(0, size);
    buffer_.erase(0, bytes.size());
    return bytes;
  }

  /// The next line without its end; nothing at the end of the stream.
  std::optional<std::string> line() {
    std::size_t end = 0;
    while ((end = buffer_.find('\n')) == std::string::npos) {
      if (!fill()) {
        return std::nullopt;
      }
    }
    std::string text = take(end + 1);
    return std::string(trimmed(std::string_view(text).substr(0, end)));
  }

  void close() {
    if (open_ && ssl_ != nullptr) {
      SSL_shutdown(ssl_);
    }
    ::shutdown(fd_, SHUT_RDWR);
    open_ = false;
  }

  void abort() {
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    // Disconnecting a socket with this linger sends the reset now; the descriptor is closed later.
    sockaddr none{};
    none.sa_family = AF_UNSPEC;
    static_cast<void>(::connect(fd_, &none, sizeof none));
    open_ = false;
  }

 private:
  int fd_;
  SSL* ssl_;
  bool open_ = true;
  std::string buffer_;
};

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  opened_.notify_all();
}

bool Gate::wait() {
  std::unique_lock lock(mutex_);
  return opened_.wait_for(lock, std::chrono::seconds(10), [this] { return open_; });
}

std::string HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) {
      return value;
    }
  }
  return "";
}

HttpConversation::HttpConversation(ServerStream& stream, HttpRequest request)
    : stream_(stream),
      request_(std::move(request)) {}

void HttpConversation::respond(int status,
                               const std::string& body,
                               const std::string& extra_headers) {
  raw("HTTP/1.1 " + std::to_string(status) +
      " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + extra_headers + "\r\n" +
      (request_.method == "HEAD" ? "" : body));
}

void HttpConversation::begin(int status, const std::string& extra_headers) {
  raw("HTTP/1.1 " + std::to_string(status) + " X\r\nTransfer-Encoding: chunked\r\n" +
      extra_headers + "\r\n");
}

void HttpConversation::chunk(std::string_view bytes) {
  std::array<char, 16> size = {};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  raw(std::string(size.data()) + std::string(bytes) + "\r\n");
}

void HttpConversation::finish() {
  raw("0\r\n\r\n");
}

void HttpConversation::raw(std::string_view bytes) {
  stream_.write(bytes);
}

void HttpConversation::close() {
  stream_.close();
}

void HttpConversation::abort() {
  stream_.abort();
}

void HttpConversation::upgrade(const std::string& protocol) {
  raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: " +
      accept_key(request_.header("Sec-WebSocket-Key")) + "\r\n" +
      (protocol.empty() ? "" : "Sec-WebSocket-Protocol: " + protocol + "\r\n") + "\r\n");
}

void HttpConversation::frame(int opcode, std::string_view payload) {
  std::string bytes(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    bytes.push_back(static_cast<char>(payload.size()));
  } else {
    bytes.push_back(127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes.push_back(
          static_cast<char>(std::uint64_t{payload.size()} >> static_cast<unsigned>(shift) & 0xffU));
    }
  }
  raw(bytes + std::string(payload));
}

std::optional<std::pair<int, std::string>> HttpConversation::read_frame() {
  const std::string head = stream_.take(2);
  if (head.size() < 2) {
    return std::nullopt;
  }
  std::size_t size = static_cast<unsigned char>(head[1]) & 0x7fU;
  if (size >= 126) {
    const std::string length = stream_.take(size == 126 ? 2 : 8);
    size = 0;
    for (const char byte : length) {
      size = size << 8U | static_cast<unsigned char>(byte);
    }
  }
  const std::string mask = stream_.take(4);
  std::string payload = stream_.take(size);
  if (mask.size() < 4 || payload.size() < size) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  }
  return std::pair(head[0] & 0x0f, std::move(payload));
}

bool HttpConversation::wait_for_end() {
  while (stream_.fill()) {
  }
  return true;
}

struct HttpServer::Connection {
  int fd = -1;
  int number = 0;
  std::thread thread;

  ~Connection() {
    thread.join();
    ::close(fd);
  }
};

namespace {

std::optional<HttpRequest> read_request(ServerStream& stream) {
  HttpRequest request;
  const std::optional<std::string> first = stream.line();
  if (!first) {
    return std::nullopt;
  }
  const std::size_t blank = first->find(' ');
  request.method = first->substr(0, blank);
  request.target =
      blank == std::string::npos ? "" : first->substr(blank + 1, first->rfind(' ') - blank - 1);
  while (true) {
    const std::optional<std::string> line = stream.line();
    if (!line) {
      return std::nullopt;
    }
    if (line->empty()) {
      break;
    }
    const std::size_t colon = line->find(':');
    request.headers.emplace_back(line->substr(0, colon),
                                 trimmed(std::string_view(*line).substr(colon + 1)));
  }
  const std::string length = request.header("Content-Length");
  request.body = stream.take(length.empty() ? 0 : std::stoul(length));
  return request;
}

}  // namespace

HttpServer::HttpServer(Handler handler, const HttpServerOptions& options)
    : handler_(std::move(handler)),
      greeting_(options.greeting),
      stop_fd_(eventfd(0, EFD_CLOEXEC)) {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): OpenSSL writes to closed sockets
  if (options.identity) {
    tls_ = std::make_unique<TlsContext>(*options.identity, options.client_ca_pem);
  }
  const Listener listener = listen_on_loopback();
  listener_ = listener.fd;
  port_ = listener.port;
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpServer::~HttpServer() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(stop_fd_, &one, sizeof one));
  acceptor_.join();
  for (const auto& connection : connections_) {
    ::shutdown(connection->fd, SHUT_RDWR);
  }
  connections_.clear();
  ::close(listener_);
  ::close(stop_fd_);
}

std::string HttpServer::url() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::vector<HttpRequest> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int HttpServer::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(connections_.size());
}

void HttpServer::accept_all() {
  while (true) {
    std::array<pollfd, 2> fds = {{{listener_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), -1);
    if (fds[1].revents != 0) {
      return;
    }
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      continue;
    }
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const std::lock_guard lock(mutex_);
    Connection& connection = *connections_.emplace_back(std::make_unique<Connection>());
    connection.fd = fd;
    connection.number = static_cast<int>(connections_.size());
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void HttpServer::serve(Connection& connection) {
  SSL* ssl = nullptr;
  bool ready = true;
  ServerStream(connection.fd, nullptr).write(greeting_);
  if (tls_) {
    ssl = SSL_new(tls_->get());
    SSL_set_fd(ssl, connection.fd);
    ready = SSL_accept(ssl) == 1;
  }
  ServerStream stream(connection.fd, ssl);
  while (ready && stream.open()) {
    std::optional<HttpRequest> request = read_request(stream);
    if (!request) {
      break;
    }
    request->connection = connection.number;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    HttpConversation conversation(stream, *std::move(request));
    handler_(conversation);
  }
  if (!ready) {
    // What OpenSSL wrote, an alert perhaps, must reach the client before the connection goes.
    ::shutdown(connection.fd, SHUT_WR);
  } else if (stream.open()) {
    stream.close();
  }
  ERR_clear_error();
  SSL_free(ssl);
}

}  // namespace cfkops::test
