#include "curl_call.hpp"

#include "request_headers.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/version.hpp"

#include <curl/curl.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

constexpr std::size_t kMaxBody = std::size_t{256} << 20U;
constexpr std::size_t kMaxHead = std::size_t{256} << 10U;  // libcurl stops at 300 KiB
constexpr long kConnectTimeoutMs = 30'000;

constexpr Refusal kHeadTooLarge = {
    "its headers are larger than 256 KiB",
    "is it a Kubernetes API server, and what does a proxy in front of it add?"};
constexpr Refusal kBodyTooLarge = {"its body is larger than 256 MiB",
                                   "ask for less at once: one namespace, a selector, or pages"};
constexpr Refusal kNotHttp = {"it does not begin like HTTP",
                              "is the port of the server's URL right?"};

/// Lets the kernel find out within 75 s that a peer is gone which answers nothing any more, be it
/// while we wait for a watch event (keep-alive probes) or for the receipt of what we sent (user
/// time-out). libcurl's own HTTP/2 ping, curl_easy_upkeep, does not reach the connections of a
/// multi handle.
int set_up_socket(void*, curl_socket_t socket, curlsocktype purpose) {
  if (purpose == CURLSOCKTYPE_IPCXN) {
    const auto set = [socket](int level, int option, int value) {
      // Best effort: without it a dead peer is noticed later.
      static_cast<void>(setsockopt(socket, level, option, &value, sizeof value));
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, 75'000);
  }
  return CURL_SOCKOPT_OK;
}

curl_blob blob_of(const std::string& pem) {
  // NOCOPY: the text belongs to the settings or to the credential, which outlive the handle.
  // libcurl does not write.
  return {const_cast<char*>(pem.data()),
          pem.size(),
          CURL_BLOB_NOCOPY};  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

bool may_be_sent_twice(const std::string& method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

void EasyDeleter::operator()(void* easy) const noexcept {
  curl_easy_cleanup(easy);
}

void HeaderListDeleter::operator()(void* list) const noexcept {
  curl_slist_free_all(static_cast<curl_slist*>(list));
}

CurlCall::CurlCall(ExchangeId exchange,
                   const CallSettings& settings,
                   const Request& request,
                   CallKind kind,
                   std::shared_ptr<const Credential> credential)
    : exchange_(exchange),
      settings_(settings),
      request_(request),
      kind_(kind),
      credential_(std::move(credential)),
      easy_(curl_easy_init()) {
  static_assert(CURL_ERROR_SIZE <= sizeof error_buffer_);
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, error_buffer_.data());
  set(CURLOPT_NOSIGNAL, 1L);
  set_target();
  set_connection();
  if (settings_.endpoint.https) {
    set_tls();
  }
  if (kind_ == CallKind::Socket) {
    set(CURLOPT_CONNECT_ONLY, 1L);
    return;
  }
  set_body();
  set_headers();
  set(CURLOPT_HEADERFUNCTION, &CurlCall::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &CurlCall::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_PREREQFUNCTION, &CurlCall::on_prerequest);
  set(CURLOPT_PREREQDATA, this);
}

template <class Value>
void CurlCall::set(int option, Value value) {
  const CURLcode code = curl_easy_setopt(easy_.get(), static_cast<CURLoption>(option), value);
  if (code != CURLE_OK && unknown_option_ == 0) {
    unknown_option_ = option;
  }
}

Status CurlCall::ready() const {
  if (easy_ == nullptr) {
    return make_error(ErrorCode::Io, "libcurl has no memory for a request");
  }
  if (unknown_option_ != 0) {
    return make_error(ErrorCode::Io,
                      std::string("libcurl ") + curl_version_info(CURLVERSION_NOW)->version +
                          " does not support option " + std::to_string(unknown_option_),
                      "install libcurl 7.80 or newer, built with OpenSSL");
  }
  return {};
}

void CurlCall::set_target() {
  set(CURLOPT_URL, (settings_.endpoint.url + request_.target).c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  // An empty string keeps libcurl from reading the environment: the endpoint has done that, by Go's
  // rules.
  set(CURLOPT_PROXY, settings_.endpoint.proxy.c_str());
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!settings_.endpoint.connect_to.empty()) {
    connect_to_.reset(curl_slist_append(nullptr, settings_.endpoint.connect_to.c_str()));
    set(CURLOPT_CONNECT_TO, static_cast<curl_slist*>(connect_to_.get()));
  }
}

void CurlCall::set_connection() {
  set(CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  if (request_.timeout > Duration::zero() && kind_ != CallKind::Socket) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(request_.timeout).count();
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(ms));
  }
  set(CURLOPT_SOCKOPTFUNCTION, &set_up_socket);
  if (kind_ == CallKind::Socket) {
    // A server that negotiates HTTP/2 cannot be asked to upgrade.
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_SSL_ENABLE_ALPN, 0L);
    set(CURLOPT_FRESH_CONNECT, 1L);
    return;
  }
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_PIPEWAIT, 1L);
  if (kind_ == CallKind::Whole && !settings_.cluster.disable_compression) {
    set(CURLOPT_ACCEPT_ENCODING, "gzip");
  }
}

void CurlCall::set_tls() {
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_CERTINFO, 1L);
  if (settings_.cluster.insecure_skip_tls_verify) {
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!settings_.cluster.ca_pem.empty()) {
    curl_blob blob = blob_of(settings_.cluster.ca_pem);
    set(CURLOPT_CAINFO_BLOB, &blob);
    // The blob stands in for the system's bundle but not for its directory: without this, every
    // public CA could vouch for the cluster.
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!credential_->certificate_pem.empty()) {
    curl_blob certificate = blob_of(credential_->certificate_pem);
    curl_blob key = blob_of(credential_->key_pem.reveal());
    set(CURLOPT_SSLCERT_BLOB, &certificate);
    set(CURLOPT_SSLKEY_BLOB, &key);
    // An encrypted key must fail, not ask the terminal for its password.
    set(CURLOPT_KEYPASSWD, "");
  }
}

void CurlCall::set_body() {
  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
      request_.method == "PATCH") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.data());
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void CurlCall::set_headers() {
  for (const Header& header : request_headers(settings_.endpoint, request_, *credential_)) {
    add_header(header.name, header.value);
  }
  // libcurl's own inventions: a content type for every body, and a round trip of its own before a
  // large one.
  const bool typed = std::ranges::any_of(request_.headers, [](const Header& header) {
    return base::lower(header.name) == "content-type";
  });
  if (!typed) {
    append_line("Content-Type:");
  }
  append_line("Expect:");
  set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers_.get()));
}

void CurlCall::add_header(std::string_view name, std::string_view value) {
  // "Name;" is libcurl's way to write a header without a value.
  append_line(value.empty() ? std::string(name) + ";"
                            : std::string(name) + ": " + std::string(value));
}

void CurlCall::append_line(const std::string& line) {
  auto* list = static_cast<curl_slist*>(headers_.release());
  curl_slist* longer = curl_slist_append(list, line.c_str());
  headers_.reset(longer == nullptr ? list : longer);
}

std::size_t CurlCall::on_header(char* data, std::size_t size, std::size_t count, void* call) {
  auto* self = static_cast<CurlCall*>(call);
  return self->accept_header_line({data, size * count}) ? size * count : 0;
}

bool CurlCall::accept_header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHead) {
    refusal_ = &kHeadTooLarge;
    return false;
  }
  if (head_complete_) {
    return true;  // a trailer
  }
  line = base::trim(line);
  if (line.starts_with("HTTP/")) {
    head_ = {};
    head_.server = settings_.endpoint.server;
    const std::size_t blank = line.find(' ');
    const std::string_view number =
        blank == std::string_view::npos ? "" : line.substr(blank + 1, 3);
    std::from_chars(number.data(), number.data() + number.size(), head_.status);
    refusal_ = head_.status == 0 ? &kNotHttp : nullptr;
    return head_.status != 0;
  }
  if (line.empty()) {
    head_complete_ = head_.status >= 200 || head_.status == 101;
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    head_.headers.push_back({std::string(base::trim(line.substr(0, colon))),
                             std::string(base::trim(line.substr(colon + 1)))});
  }
  return true;
}

std::size_t CurlCall::on_body(char* data, std::size_t size, std::size_t count, void* call) {
  auto* self = static_cast<CurlCall*>(call);
  const std::size_t bytes = size * count;
  self->received_ += bytes;
  if (self->kind_ == CallKind::Whole && self->received_ > kMaxBody) {
    self->refusal_ = &kBodyTooLarge;
    return 0;
  }
  self->body_.append(data, bytes);
  return bytes;
}

int CurlCall::on_prerequest(void* call, char*, char*, int, int) {
  auto* self = static_cast<CurlCall*>(call);
  long sent = 0;
  curl_easy_getinfo(self->easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
  // libcurl sends a request again by itself when a kept connection breaks before an answer came.
  // For a mutation that is not its decision: the first sending may have taken effect.
  if (++self->sendings_ > 1 && sent > 0 && !may_be_sent_twice(self->request_.method)) {
    return CURL_PREREQFUNC_ABORT;
  }
  return CURL_PREREQFUNC_OK;
}

std::string CurlCall::take_body() {
  return std::exchange(body_, {});
}

std::vector<std::string> CurlCall::certificate_names() const {
  std::vector<std::string> names;
  curl_certinfo* chain = nullptr;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr ||
      chain->num_of_certs == 0) {
    return names;
  }
  constexpr std::string_view kAlternativeNames = "X509v3 Subject Alternative Name:";
  for (const curl_slist* line = chain->certinfo[0]; line != nullptr; line = line->next) {
    const std::string_view text = line->data;
    if (!text.starts_with(kAlternativeNames)) {
      continue;
    }
    for (const std::string& part : base::split(text.substr(kAlternativeNames.size()), ',')) {
      const std::string_view name = base::trim(part);
      const std::size_t colon = name.find(':');
      names.push_back(
          base::printable(name.substr(colon == std::string_view::npos ? 0 : colon + 1)));
    }
  }
  return names;
}

CurlFailure CurlCall::failure(int curl_code) const {
  curl_off_t ready_us = 0;
  long sent = 0;
  CurlFailure failure{.code = curl_code,
                      .detail = error_buffer_.data(),
                      .received = received_,
                      .answered = head_complete_,
                      .timeout = request_.timeout};
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &ready_us);
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &failure.os_error);
  curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
  failure.certificate_names = certificate_names();
  failure.connected = ready_us > 0 || sendings_ > 0;
  // A CONNECT to a proxy counts as bytes sent, too; our request only follows the prerequest
  // callback.
  failure.sent = sent > 0 && sendings_ > 0;
  return failure;
}

CurlPeer CurlCall::peer() const {
  CurlPeer peer = settings_.peer;
  peer.has_client_certificate = !credential_->certificate_pem.empty();
  return peer;
}

Status CurlCall::outcome(int curl_code) const {
  if (curl_code == CURLE_OK) {
    return {};
  }
  if (refusal_ != nullptr) {
    return make_error(
        ErrorCode::Protocol,
        "the answer of " + settings_.endpoint.authority + " was refused: " + refusal_->why,
        refusal_->hint);
  }
  return error_of_curl(failure(curl_code), peer());
}

Error CurlCall::broken_connection(int curl_code) const {
  CurlFailure failed = failure(curl_code);
  failed.connected = true;
  failed.sent = true;
  return error_of_curl(failed, peer());
}

}  // namespace cfkops::kube
