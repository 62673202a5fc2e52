#include "curl_error.hpp"

#include "endpoint.hpp"

#include "cfkops/base/text.hpp"

#include <curl/curl.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace cfkops::kube {

namespace {

// OpenSSL's verification results (x509_vfy.h): fixed numbers, so that its headers need not be here.
constexpr long kNotYetValid = 9;
constexpr long kExpired = 10;
constexpr long kSelfSigned = 18;
constexpr long kSelfSignedInChain = 19;
constexpr long kNoLocalIssuer = 20;
constexpr long kNoLeafSignature = 21;

/// What to do about a connection that stood and broke.
constexpr const char* kLookAtServer =
    "does the API server restart, or a load balancer in front of it? See whether it is back with: "
    "kubectl get --raw '/readyz?verbose'";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string detail_of(const CurlFailure& failure) {
  const std::string detail = base::printable(base::trim(failure.detail));
  if (detail.empty()) {
    return curl_easy_strerror(static_cast<CURLcode>(failure.code));
  }
  // libcurl quotes a proxy's URL that it cannot use as a whole.
  return contains(detail, "://") ? hide_user_info(detail) : detail;
}

Error tls(std::string message, std::string hint) {
  return make_error(ErrorCode::Tls, std::move(message), std::move(hint));
}

Error unknown_issuer(const CurlPeer& peer) {
  const std::string subject = "certificate of " + peer.authority + " is not signed by ";
  if (!peer.own_ca) {
    return tls(
        subject + "a CA that this system knows, and " + peer.config_source + " names none",
        "set certificate-authority(-data) of the cluster, or pass --certificate-authority FILE");
  }
  return tls(subject + "the CA in " + peer.config_source,
             "check certificate-authority(-data) of the cluster: it must be the CA that signed the "
             "API server's "
             "certificate; is this the right cluster, and was its CA renewed?");
}

Error name_mismatch(const CurlFailure& failure, const CurlPeer& peer) {
  const std::string names = failure.certificate_names.empty()
                                ? "other names"
                                : base::enumerate(failure.certificate_names, 8);
  return tls(
      "certificate of " + peer.authority + " is valid for " + names + ", not for " + peer.tls_name,
      "use one of these names in the server's URL, or set tls-server-name of the cluster "
      "(--tls-server-name NAME)");
}

Error bad_peer_certificate(const CurlFailure& failure, const CurlPeer& peer) {
  const std::string detail = detail_of(failure);
  switch (failure.verify_result) {
    case kExpired:
      return tls("certificate of " + peer.authority + " has expired",
                 "renew the API server's certificate; or is this machine's clock wrong?");
    case kNotYetValid:
      return tls("certificate of " + peer.authority + " is not valid yet",
                 "check this machine's clock and the server's");
    case kSelfSigned:
    case kSelfSignedInChain:
    case kNoLocalIssuer:
    case kNoLeafSignature:
      return unknown_issuer(peer);
    default:
      break;
  }
  if (contains(detail, "subject name")) {
    return name_mismatch(failure, peer);
  }
  return tls("certificate of " + peer.authority + " is not accepted: " + detail,
             "check certificate-authority(-data) and tls-server-name of the cluster in " +
                 peer.config_source);
}

Error rejected_client(const std::string& detail, const CurlPeer& peer) {
  if (contains(detail, "certificate required") || !peer.has_client_certificate) {
    return tls(
        peer.authority + " requires a client certificate and got none",
        "set client-certificate(-data) and client-key(-data) of the user in " + peer.config_source);
  }
  const std::string why = contains(detail, "expired") ? "it has expired"
                          : contains(detail, "unknown ca")
                              ? "the server does not know the CA that signed it"
                          : contains(detail, "revoked") ? "it was revoked"
                                                        : detail;
  return tls(peer.authority + " rejected our client certificate: " + why,
             "check client-certificate(-data) and client-key(-data) of the user in " +
                 peer.config_source + ", and whether they belong to this cluster");
}

/// The server's TLS alerts that speak about our certificate, in OpenSSL's words.
bool is_client_rejection(std::string_view detail) {
  if (!contains(detail, "alert")) {
    return false;
  }
  for (const std::string_view alert : {"certificate required",
                                       "bad certificate",
                                       "unknown ca",
                                       "certificate expired",
                                       "certificate revoked",
                                       "certificate unknown",
                                       "unsupported certificate",
                                       "access denied"}) {
    if (contains(detail, alert)) {
      return true;
    }
  }
  return false;
}

Error handshake(const CurlFailure& failure, const CurlPeer& peer) {
  const std::string detail = detail_of(failure);
  if (is_client_rejection(detail)) {
    return rejected_client(detail, peer);
  }
  if (contains(detail, "wrong version number") || contains(detail, "unknown protocol") ||
      contains(detail, "packet length too long") || contains(detail, "http request")) {
    return tls(peer.authority + " does not speak TLS",
               "is the port right, and should the server's URL begin with http:// instead?");
  }
  if (contains(detail, "SSL_ERROR_SYSCALL") || contains(detail, "unexpected eof") ||
      contains(detail, "reset by peer")) {
    return make_error(
        ErrorCode::Unreachable,
        peer.authority + " closed the connection during the TLS handshake",
        "is the API server still starting, or a load balancer in front of it without a backend?");
  }
  return tls("TLS handshake with " + peer.authority + " failed: " + detail,
             "the server must speak TLS 1.2 or newer");
}

Error unreachable(const CurlFailure& failure, const CurlPeer& peer) {
  const std::string detail = detail_of(failure);
  if (!peer.proxy.empty()) {
    return make_error(
        ErrorCode::Unreachable,
        "no connection to " + peer.authority + " through the proxy " + peer.proxy + ": " + detail,
        "check proxy-url of the cluster and HTTPS_PROXY; NO_PROXY lists what is reached directly");
  }
  if (failure.os_error == ECONNREFUSED) {
    return make_error(
        ErrorCode::Unreachable,
        "The connection to the server " + peer.authority +
            " was refused - did you specify the right host or port?",
        "check the server's URL in " + peer.config_source + ", and whether the API server runs");
  }
  const std::string why = failure.os_error == 0
                              ? detail
                              : std::system_category().message(static_cast<int>(failure.os_error));
  return make_error(ErrorCode::Unreachable,
                    "no connection to " + peer.authority + ": " + why,
                    "check the server's URL in " + peer.config_source + " and the network between");
}

Error unresolved(const std::string& host, const CurlPeer& peer) {
  return make_error(ErrorCode::Unreachable,
                    "the name of " + host + " cannot be resolved",
                    "check its spelling in " + peer.config_source + " and this machine's DNS");
}

Error timed_out(const CurlFailure& failure, const CurlPeer& peer) {
  if (!failure.connected && !failure.sent) {
    return make_error(ErrorCode::Unreachable,
                      "no connection to " + peer.authority + " could be made in time",
                      "check the network and any firewall between, and the server's URL in " +
                          peer.config_source);
  }
  const std::string within =
      failure.timeout > Duration::zero() ? " within " + base::human_duration(failure.timeout) : "";
  return make_error(ErrorCode::Timeout,
                    failure.answered ? peer.authority + " did not finish its answer" + within
                                     : "no answer from " + peer.authority + within,
                    "is the API server overloaded? A longer --request-timeout gives it more time");
}

Error lost(const CurlFailure& failure, const CurlPeer& peer) {
  if (!failure.sent && !failure.answered && !peer.proxy.empty()) {
    return unreachable(failure, peer);
  }
  if (!failure.sent && !failure.answered) {
    return make_error(ErrorCode::Unreachable,
                      "the connection to " + peer.authority + " broke: " + detail_of(failure),
                      "is a load balancer in front of the API server without a backend?");
  }
  if (contains(failure.detail, "Too large response headers")) {
    return make_error(ErrorCode::Protocol,
                      "the answer of " + peer.authority + " was refused: its headers are too large",
                      "is it a Kubernetes API server, and what does a proxy in front of it add?");
  }
  if (failure.answered) {
    return make_error(ErrorCode::ConnectionLost,
                      "the connection to " + peer.authority +
                          " broke in the middle of the answer, after " +
                          base::counted(static_cast<long long>(failure.received), "byte"),
                      kLookAtServer);
  }
  // What stopped libcurl from sending again was us; its words for that would mislead.
  const std::string why =
      failure.code == CURLE_ABORTED_BY_CALLBACK ? "it was closed" : detail_of(failure);
  return make_error(ErrorCode::ConnectionLost,
                    "the connection to " + peer.authority + " broke before an answer came: " + why,
                    kLookAtServer);
}

}  // namespace

Error error_of_curl(const CurlFailure& failure, const CurlPeer& peer) {
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return unresolved(peer.authority, peer);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unresolved("the proxy " + peer.proxy, peer);
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return unreachable(failure, peer);
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(failure, peer);
    case CURLE_PEER_FAILED_VERIFICATION:
      return bad_peer_certificate(failure, peer);
    case CURLE_SSL_CONNECT_ERROR:
      return handshake(failure, peer);
    case CURLE_SSL_CERTPROBLEM:
      return tls("our client certificate or its key cannot be used: " + detail_of(failure),
                 "check client-certificate(-data) and client-key(-data) of the user in " +
                     peer.config_source + ": PEM, unencrypted, belonging to each other");
    case CURLE_SSL_CACERT_BADFILE:
      return tls("the CA in " + peer.config_source + " cannot be used: " + detail_of(failure),
                 "certificate-authority(-data) must be PEM");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      if (is_client_rejection(failure.detail)) {
        return rejected_client(detail_of(failure), peer);
      }
      return lost(failure, peer);
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_SEND_FAIL_REWIND:
      return lost(failure, peer);
    default:
      return make_error(
          ErrorCode::Protocol,
          "the answer of " + peer.authority + " cannot be read: " + detail_of(failure),
          "is it a Kubernetes API server?");
  }
}

}  // namespace cfkops::kube
