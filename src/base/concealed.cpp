#include "cfkops/base/concealed.hpp"

#include "cfkops/base/crypto.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace cfkops::base {
namespace {

constexpr std::size_t kShortest = 4;

void replace_all(std::string& text, const std::string& what) {
  const std::string_view instead = Redacted::text();
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), instead);
    at += instead.size();
  }
}

void conceal_in(nlohmann::json& value, const Concealed& secrets) {
  if (value.is_string()) {
    value = secrets.in(value.get<std::string>());
  } else if (value.is_structured()) {
    for (auto& item : value) {
      conceal_in(item, secrets);
    }
  }
}

}  // namespace

void Concealed::add(const Redacted& secret) {
  if (secret.reveal().size() < kShortest) {
    return;
  }
  secrets_.push_back(secret);
  secrets_.emplace_back(base64_encode(secret.reveal()));
}

std::string Concealed::in(std::string text) const {
  for (const Redacted& secret : secrets_) {
    replace_all(text, secret.reveal());
  }
  return text;
}

Json Concealed::in(const Json& value) const {
  if (secrets_.empty()) {
    return value;
  }
  nlohmann::json clean = value.raw();
  conceal_in(clean, *this);
  return Json(std::move(clean));
}

}  // namespace cfkops::base
