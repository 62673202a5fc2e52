#include "http2_server.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::array<unsigned char, 3> kH2 = {2, 'h', '2'};

enum class FrameType : unsigned char { Data = 0, Headers = 1, Settings = 4, Ping = 6 };

constexpr unsigned char kAck = 1;
constexpr unsigned char kEndStream = 1;
constexpr unsigned char kEndHeaders = 4;

/// ":status: 200", as HPACK's static table has it.
constexpr std::string_view kStatus200 = "\x88";

struct Frame {
  FrameType type{};
  unsigned char flags = 0;
  std::uint32_t stream = 0;
  std::string payload = {};
};

void require(bool success, const char* what) {
  if (!success) {
    throw std::runtime_error(std::string("HTTP/2 test server: cannot ") + what);
  }
}

template <class Read>
auto read_pem(const std::string& pem, Read read) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  auto* object = read(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  require(object != nullptr, "read PEM");
  return object;
}

int choose_h2(SSL*,
              const unsigned char** out,
              unsigned char* out_size,
              const unsigned char* offered,
              unsigned int offered_size,
              void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(
      &chosen, out_size, kH2.data(), static_cast<unsigned int>(kH2.size()), offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// The frames of one connection.
class Connection {
 public:
  Connection(SSL_CTX* context, int fd)
      : ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_, fd);
  }

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ~Connection() { SSL_free(ssl_); }

  bool begin() { return SSL_accept(ssl_) == 1 && read_bytes(kPreface.size()) == kPreface; }

  std::optional<Frame> read() {
    const auto head = read_bytes(9);
    if (!head) {
      return std::nullopt;
    }
    const auto byte = [&head](std::size_t i) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(head->at(i)));
    };
    Frame frame{.type = static_cast<FrameType>(byte(3)),
                .flags = static_cast<unsigned char>(byte(4)),
                .stream = byte(5) << 24U | byte(6) << 16U | byte(7) << 8U | byte(8)};
    auto payload = read_bytes(byte(0) << 16U | byte(1) << 8U | byte(2));
    if (!payload) {
      return std::nullopt;
    }
    frame.payload = *std::move(payload);
    return frame;
  }

  void write(const Frame& frame) {
    std::string bytes;
    const auto add = [&bytes](std::size_t value, int count) {
      for (int i = count - 1; i >= 0; --i) {
        bytes += static_cast<char>(value >> static_cast<unsigned>(8 * i) & 0xffU);
      }
    };
    add(frame.payload.size(), 3);
    add(static_cast<std::size_t>(frame.type), 1);
    add(frame.flags, 1);
    add(frame.stream, 4);
    bytes += frame.payload;
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }

 private:
  std::optional<std::string> read_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t have = 0; have < count;) {
      const int got = SSL_read(ssl_, bytes.data() + have, static_cast<int>(count - have));
      if (got <= 0) {
        return std::nullopt;
      }
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  SSL* ssl_;
};

void answer(Connection& connection, std::uint32_t stream) {
  connection.write({FrameType::Headers, kEndHeaders, stream, std::string(kStatus200)});
  connection.write({FrameType::Data, kEndStream, stream, "stream " + std::to_string(stream)});
}

void serve(Connection& connection, std::size_t together) {
  connection.write({FrameType::Settings, 0, 0, ""});
  std::vector<std::uint32_t> waiting;
  while (const auto frame = connection.read()) {
    const bool ack = (frame->flags & kAck) != 0;
    if ((frame->type == FrameType::Settings || frame->type == FrameType::Ping) && !ack) {
      connection.write(
          {frame->type, kAck, 0, frame->type == FrameType::Ping ? frame->payload : std::string()});
    }
    const bool request = frame->type == FrameType::Headers || frame->type == FrameType::Data;
    if (request && (frame->flags & kEndStream) != 0) {
      waiting.push_back(frame->stream);
    }
    if (waiting.size() >= together) {
      for (const std::uint32_t stream : std::exchange(waiting, {})) {
        answer(connection, stream);
      }
    }
  }
}

}  // namespace

struct Http2Server::Tls {
  explicit Tls(const test::Identity& identity)
      : context(SSL_CTX_new(TLS_server_method())) {
    X509* certificate = read_pem(identity.certificate_pem, PEM_read_bio_X509);
    EVP_PKEY* key = read_pem(identity.key_pem, PEM_read_bio_PrivateKey);
    require(SSL_CTX_use_certificate(context, certificate) == 1, "use the certificate");
    require(SSL_CTX_use_PrivateKey(context, key) == 1, "use the key");
    X509_free(certificate);
    EVP_PKEY_free(key);
    SSL_CTX_set_alpn_select_cb(context, choose_h2, nullptr);
  }

  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  ~Tls() { SSL_CTX_free(context); }

  SSL_CTX* context;
};

Http2Server::Http2Server(const test::Identity& identity, std::size_t together)
    : tls_(std::make_unique<Tls>(identity)),
      together_(together) {
  std::signal(SIGPIPE, SIG_IGN);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  require(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  require(::listen(listener_, 8) == 0, "listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

Http2Server::~Http2Server() {
  ::shutdown(listener_, SHUT_RDWR);  // ends a waiting accept(2)
  ::shutdown(connection_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string Http2Server::url() const {
  return "https://127.0.0.1:" + std::to_string(port_);
}

void Http2Server::accept_all() {
  for (int fd = ::accept(listener_, nullptr, nullptr); fd >= 0;
       fd = ::accept(listener_, nullptr, nullptr)) {
    connection_ = fd;
    Connection connection(tls_->context, fd);
    if (connection.begin()) {
      ++connections_;
      serve(connection, together_);
    }
    connection_ = -1;
    ::close(fd);
  }
}

}  // namespace cfkops::kube
