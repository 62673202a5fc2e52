#include "http2_server.hpp"

#include <openssl/ssl.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
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
/// "accept-encoding: gzip, deflate", from there too: one byte that is 33 for whoever reads it.
constexpr char kLongHeader = '\x90';
/// A header that is not indexed, by the name "content-length".
constexpr std::string_view kContentLength = "\x0f\x0d";

struct Frame {
  FrameType type{};
  unsigned char flags = 0;
  std::uint32_t stream = 0;
  std::string payload = {};
};

std::string bytes_of(const Frame& frame) {
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
  return bytes + frame.payload;
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

  void write(const std::string& bytes) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }

  void write(const Frame& frame) { write(bytes_of(frame)); }

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

std::string short_answer(std::uint32_t stream) {
  return bytes_of({FrameType::Headers, kEndHeaders, stream, std::string(kStatus200)}) +
         bytes_of({FrameType::Data, kEndStream, stream, "stream " + std::to_string(stream)});
}

std::string long_answer(std::uint32_t stream, std::size_t size) {
  const std::string length = std::to_string(size);
  std::string head(kStatus200);
  head.append(kContentLength).append(1, static_cast<char>(length.size())).append(length);
  head.append(40, kLongHeader);
  return bytes_of({FrameType::Headers, kEndHeaders, stream, head}) +
         bytes_of({FrameType::Data, 0, stream, std::string(size, 'x')}) +
         bytes_of({FrameType::Data, kEndStream, stream, ""});
}

void serve(Connection& connection, std::size_t together, std::size_t first_body) {
  connection.write(Frame{FrameType::Settings, 0, 0, ""});
  std::vector<std::uint32_t> waiting;
  while (const auto frame = connection.read()) {
    const bool ack = (frame->flags & kAck) != 0;
    if ((frame->type == FrameType::Settings || frame->type == FrameType::Ping) && !ack) {
      connection.write(Frame{
          frame->type, kAck, 0, frame->type == FrameType::Ping ? frame->payload : std::string()});
    }
    const bool request = frame->type == FrameType::Headers || frame->type == FrameType::Data;
    if (request && (frame->flags & kEndStream) != 0) {
      waiting.push_back(frame->stream);
    }
    if (waiting.size() < together) {
      continue;
    }
    std::string answers;
    for (const std::uint32_t stream : std::exchange(waiting, {})) {
      answers.append(answers.empty() && first_body > 0 ? long_answer(stream, first_body)
                                                       : short_answer(stream));
    }
    connection.write(answers);
  }
}

}  // namespace

Http2Server::Http2Server(const test::Identity& identity,
                         std::size_t together,
                         std::size_t first_body)
    : tls_(identity),
      together_(together),
      first_body_(first_body) {
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_alpn_select_cb(tls_.get(), choose_h2, nullptr);
  const test::Listener listener = test::listen_on_loopback();
  listener_ = listener.fd;
  port_ = listener.port;
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
    Connection connection(tls_.get(), fd);
    if (connection.begin()) {
      ++connections_;
      serve(connection, together_, first_body_);
    }
    connection_ = -1;
    ::close(fd);
  }
}

}  // namespace cfkops::kube
