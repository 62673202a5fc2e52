#pragma once

#include "credentials.hpp"
#include "curl_error.hpp"
#include "endpoint.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// libcurl's handles, which are `void` to it too; so that <curl/curl.h> stays in .cpp files.
struct EasyDeleter {
  void operator()(void* easy) const noexcept;
};

using EasyHandle = std::unique_ptr<void, EasyDeleter>;

struct HeaderListDeleter {
  void operator()(void* list) const noexcept;
};

using HeaderList = std::unique_ptr<void, HeaderListDeleter>;

/// What all requests of one transport share. Must outlive their calls.
struct CallSettings {
  Endpoint endpoint;
  ClusterAccess cluster;
  CurlPeer peer;
};

/// Why we do not take an answer, and what to do about it.
struct Refusal {
  const char* why;
  const char* hint;
};

/// How an answer is wanted.
enum class CallKind {
  Whole,   ///< all at once, compressed where the server likes to
  Stream,  ///< as it comes, uncompressed
  Socket,  ///< only a connection, for a WebSocket
};

/// One attempt at one request: a libcurl handle, what goes in, and what has come out so far.
///
/// Its address is libcurl's private pointer and callback argument, so it stays where it was made.
class CurlCall {
 public:
  /// Borrows `settings` and `request`, which must outlive it; shares the credential.
  CurlCall(ExchangeId exchange,
           const CallSettings& settings,
           const Request& request,
           CallKind kind,
           std::shared_ptr<const Credential> credential);
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;
  ~CurlCall() = default;

  /// Errors: Io where libcurl could not be told what to do (too old, out of memory).
  [[nodiscard]] Status ready() const;

  [[nodiscard]] ExchangeId exchange() const { return exchange_; }

  [[nodiscard]] CallKind kind() const { return kind_; }

  [[nodiscard]] void* easy() const { return easy_.get(); }

  [[nodiscard]] const Credential& credential() const { return *credential_; }

  /// The request is on its way.
  [[nodiscard]] bool is_sent() const { return sendings_ > 0; }

  /// The answer's head has come in full (1xx answers do not count).
  [[nodiscard]] bool has_head() const { return head_complete_; }

  /// Status and headers.
  [[nodiscard]] const Response& head() const { return head_; }

  /// The bytes of the body that came since the last call.
  [[nodiscard]] std::string take_body();

  [[nodiscard]] bool has_body() const { return !body_.empty(); }

  /// What became of it, given the CURLcode that libcurl ended it with. Errors: as `Transport` says.
  [[nodiscard]] Status outcome(int curl_code) const;

  /// The same for a code that moving bytes over a connect-only call's open connection gave.
  [[nodiscard]] Error broken_connection(int curl_code) const;

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* call);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* call);
  static int on_prerequest(void* call, char*, char*, int, int);

  template <class Value>
  void set(int option, Value value);
  void set_target();
  void set_body();
  void set_headers();
  void set_tls();
  void set_connection();
  void add_header(std::string_view name, std::string_view value);
  void append_line(const std::string& line);
  [[nodiscard]] bool accept_header_line(std::string_view line);
  [[nodiscard]] std::vector<std::string> certificate_names() const;
  [[nodiscard]] CurlFailure failure(int curl_code) const;
  [[nodiscard]] CurlPeer peer() const;

  ExchangeId exchange_;
  const CallSettings& settings_;
  const Request& request_;
  CallKind kind_;
  std::shared_ptr<const Credential> credential_;
  EasyHandle easy_;
  HeaderList headers_;
  HeaderList connect_to_;
  std::array<char, 256> error_buffer_ = {};
  Response head_;
  std::string body_;
  std::size_t received_ = 0;
  std::size_t header_bytes_ = 0;
  int unknown_option_ = 0;
  int sendings_ = 0;
  bool head_complete_ = false;
  const Refusal* refusal_ = nullptr;
};

}  // namespace cfkops::kube
