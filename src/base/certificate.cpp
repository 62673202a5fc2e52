#include "cfkops/base/certificate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <ctime>
#include <memory>
#include <span>
#include <utility>

namespace cfkops::base {

namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }

  void operator()(X509* certificate) const { X509_free(certificate); }

  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string subject_of(const X509& certificate) {
  const std::unique_ptr<BIO, Free> text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

/// "" of kinds that are no name of a host, and of IPv6.
std::string text_of(const GENERAL_NAME& name) {
  constexpr int kIpv4 = 4;
  if (name.type != GEN_DNS && name.type != GEN_IPADD) {
    return {};
  }
  const ASN1_STRING* const value = name.type == GEN_DNS ? name.d.dNSName : name.d.iPAddress;
  const std::span<const unsigned char> bytes(ASN1_STRING_get0_data(value),
                                             static_cast<std::size_t>(ASN1_STRING_length(value)));
  if (name.type == GEN_DNS) {
    return {bytes.begin(), bytes.end()};
  }
  return bytes.size() == kIpv4 ? fmt::format("{}", fmt::join(bytes, ".")) : std::string();
}

std::vector<std::string> names_of(const X509& certificate) {
  const std::unique_ptr<GENERAL_NAMES, Free> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    if (std::string name = text_of(*sk_GENERAL_NAME_value(all.get(), i)); !name.empty()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

Result<std::vector<Certificate>> read_certificates(std::string_view pem) {
  const Error unreadable =
      make_error(ErrorCode::InvalidInput, "this is no certificate in PEM form");
  if (pem.size() > INT_MAX) {
    return unreadable;
  }
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> found;
  for (;;) {
    const std::unique_ptr<X509, Free> one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (one == nullptr) {
      break;
    }
    std::tm time = {};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(one.get()), &time) != 1) {
      return unreadable;
    }
    // The year 2262 is the last that a WallTime holds.
    const std::time_t latest = 9'000'000'000;
    found.push_back({subject_of(*one),
                     std::chrono::system_clock::from_time_t(std::min(timegm(&time), latest)),
                     names_of(*one)});
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (found.empty() || !at_end) {
    return unreadable;
  }
  return found;
}

}  // namespace cfkops::base
