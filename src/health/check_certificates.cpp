#include "checks.hpp"
#include "facts.hpp"
#include "parts.hpp"

#include "cfkops/base/certificate.hpp"
#include "cfkops/base/crypto.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace cfkops::health {

namespace {

using std::chrono::hours;

constexpr Duration kSoon = hours(24 * 30);
constexpr Duration kVerySoon = hours(24 * 7);

Severity severity_of(Duration left) {
  if (left <= Duration::zero()) {
    return Severity::Critical;
  }
  return left < kVerySoon ? Severity::Fail : Severity::Warning;
}

void judge_certificates(const Snapshot& snapshot,
                        const Json& secret,
                        const std::string& key,
                        Judgement& judgement) {
  const std::string object = name_of("secret", secret);
  const auto pem = base::base64_decode(secret.string_or(below("/data", key), ""));
  const auto certificates =
      pem ? base::read_certificates(*pem) : Result<std::vector<base::Certificate>>(pem.error());
  if (!certificates) {
    judgement.unknown.push_back(fmt::format("{}: {} cannot be read", object, key));
    return;
  }
  for (const base::Certificate& one : *certificates) {
    const Duration left = one.not_after - snapshot.now;
    if (left >= kSoon) {
      continue;
    }
    const std::string until = base::format_rfc3339_seconds(one.not_after);
    judgement.found.push_back(
        {severity_of(left),
         object,
         left <= Duration::zero()
             ? fmt::format("certificate {} has expired", one.subject)
             : fmt::format("certificate {} expires in {}", one.subject, base::human_duration(left)),
         fmt::format("data[{}] notAfter", key),
         until});
  }
}

Judgement expiry(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& secret : snapshot.of(Part::TlsSecrets)) {
    for (const char* key : kCertificateKeys) {
      if (!secret.string_or(below("/data", key), "").empty()) {
        judge_certificates(snapshot, secret, key, judgement);
      }
    }
  }
  return judgement;
}

constexpr std::array<Check, 1> kChecks = {{
    {"T01",
     "Is every certificate in a TLS secret valid for 30 days or more?",
     Severity::Critical,
     false,
     Parts(Part::TlsSecrets, Part::StatefulSets),
     "renew it; of automatic ones of Confluent's operator: annotate the resource with "
     "force-reconcile",
     expiry},
}};

}  // namespace

std::span<const Check> certificate_checks() {
  return kChecks;
}

}  // namespace cfkops::health
