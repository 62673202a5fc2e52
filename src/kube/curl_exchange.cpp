#include "curl_exchange.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace cfkops::kube {

bool CurlExchange::has_news() const {
  if (end) {
    return true;
  }
  if (kind == CallKind::Socket) {
    return session && session->has_event();
  }
  return kind == CallKind::Stream && call && ((call->has_head() && !head_told) || call->has_body());
}

int CurlExchange::status() const {
  if (session) {
    return session->refusal() ? session->refusal()->status : 0;
  }
  return call && call->has_head() ? call->head().status : 0;
}

void CurlExchange::move_bytes(MonoTime now) {
  session->tick(now);
  write_some();
  read_some(now);
  write_some();
}

void CurlExchange::read_some(MonoTime now) {
  constexpr std::size_t kMostPerTurn = std::size_t{1} << 20U;
  std::array<char, std::size_t{32} << 10U> buffer;
  std::size_t read = 0;
  flooded = false;
  while (!session->closed()) {
    if (read >= kMostPerTurn) {
      flooded = true;
      return;
    }
    const Transfer got = receive_some(*call, buffer);
    if (got.curl_error) {
      session->fail(call->broken_connection(*got.curl_error));
    } else if (got.blocked) {
      return;
    } else if (got.bytes == 0) {
      session->end();
    } else {
      session->feed(std::string_view(buffer.data(), got.bytes), now);
      read += got.bytes;
    }
  }
}

void CurlExchange::write_some() const {
  std::string& outbox = session->outbox();
  while (!outbox.empty()) {
    const Transfer gone = send_some(*call, outbox);
    outbox.erase(0, gone.bytes);
    if (gone.curl_error) {
      session->fail(call->broken_connection(*gone.curl_error));
      outbox.clear();
    } else if (gone.blocked) {
      return;
    }
  }
}

}  // namespace cfkops::kube
