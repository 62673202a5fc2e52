#include "ssh_keys.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace cfkops::engine {
namespace {

constexpr std::string_view kMagic = "SSHSIG";
constexpr std::uint32_t kSignatureVersion = 1;
constexpr std::string_view kBegin = "-----BEGIN SSH SIGNATURE-----";
constexpr std::string_view kEnd = "-----END SSH SIGNATURE-----";
constexpr std::size_t kArmorWidth = 70;

/// Reads the binary form that SSH writes numbers and strings in (RFC 4251, section 5).
class Packet {
 public:
  explicit Packet(std::string_view bytes)
      : rest_(bytes) {}

  std::optional<std::string_view> take(std::size_t size) {
    if (rest_.size() < size) {
      return std::nullopt;
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::optional<std::uint32_t> number() {
    const auto bytes = take(4);
    if (!bytes) {
      return std::nullopt;
    }
    std::uint32_t number = 0;
    for (const char byte : *bytes) {
      number = number << 8U | static_cast<unsigned char>(byte);
    }
    return number;
  }

  std::optional<std::string_view> text() {
    const auto size = number();
    return size ? take(*size) : std::nullopt;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// The words of a line; one in quotes may hold spaces.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : line) {
    quoted = quoted != (c == '"');
    if (!quoted && (c == ' ' || c == '\t')) {
      if (!words.back().empty()) {
        words.emplace_back();
      }
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) {
    words.pop_back();
  }
  return words;
}

/// The bytes of the key that words `at` and the one after it are, or nothing.
std::optional<std::string> key_at(const std::vector<std::string>& words, std::size_t at) {
  if (at + 1 >= words.size()) {
    return std::nullopt;
  }
  auto bytes = base::base64_decode(words[at + 1]);
  if (!bytes || Packet(*bytes).text() != std::optional<std::string_view>(words[at])) {
    return std::nullopt;
  }
  return *std::move(bytes);
}

Error bad_line(int number, const std::string& why) {
  return make_error(ErrorCode::InvalidInput,
                    "line " + std::to_string(number) + " of the allowed signers: " + why,
                    "each line is PRINCIPALS [OPTIONS] KEYTYPE KEY, see ALLOWED SIGNERS in "
                    "ssh-keygen(1)");
}

Result<AllowedSigner> read_line(std::string_view line, int number) {
  const std::vector<std::string> words = words_of(line);
  std::optional<std::string> key = key_at(words, 1);
  if (!key) {
    key = key_at(words, 2);
    if (!key) {
      return bad_line(number, "there is no key in it");
    }
    if (base::lower(words[1]).find("cert-authority") != std::string::npos) {
      return bad_line(number,
                      "it trusts a certificate authority; cfkops counts people by their keys");
    }
  }
  AllowedSigner signer;
  const std::string_view principals = words.front();
  const bool quoted =
      principals.size() > 1 && principals.front() == '"' && principals.back() == '"';
  signer.principals =
      base::split(quoted ? principals.substr(1, principals.size() - 2) : principals, ',');
  signer.key = *std::move(key);
  signer.line = std::string(line);
  signer.number = number;
  return signer;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

}  // namespace

Result<std::vector<AllowedSigner>> read_allowed_signers(std::string_view text) {
  std::vector<AllowedSigner> signers;
  int number = 0;
  for (const std::string& whole : base::split(text, '\n')) {
    ++number;
    const std::string_view line = base::trim(whole);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    CFKOPS_ASSIGN(AllowedSigner signer, read_line(line, number));
    signers.push_back(std::move(signer));
  }
  return signers;
}

Result<SshSignature> read_ssh_signature(std::string_view bytes) {
  Packet packet(bytes);
  const auto magic = packet.take(kMagic.size());
  const auto version = packet.number();
  const auto key = packet.text();
  const auto name_space = packet.text();
  const auto reserved = packet.text();
  const auto hash = packet.text();
  const auto signature = packet.text();
  if (magic != kMagic || version != kSignatureVersion || !signature || !reserved->empty() ||
      hash->empty() || !packet.at_end()) {
    return make_error(ErrorCode::InvalidInput, "it holds no SSH signature");
  }
  return SshSignature{std::string(*key), std::string(*name_space)};
}

std::string armored(std::string_view signature) {
  const std::string body = base::base64_encode(signature);
  std::string text = std::string(kBegin) + "\n";
  for (std::size_t at = 0; at < body.size(); at += kArmorWidth) {
    text += body.substr(at, kArmorWidth) + "\n";
  }
  return text + std::string(kEnd) + "\n";
}

Result<std::string> without_armor(std::string_view text) {
  text = base::trim(text);
  if (!text.starts_with(kBegin) || !text.ends_with(kEnd) ||
      text.size() < kBegin.size() + kEnd.size()) {
    return make_error(ErrorCode::InvalidInput, "this is no SSH signature");
  }
  text.remove_prefix(kBegin.size());
  text.remove_suffix(kEnd.size());
  return base::base64_decode(text);
}

std::string fingerprint(std::string_view key) {
  std::string digest = base::base64_encode(from_hex(base::sha256_hex(key)));
  while (digest.ends_with('=')) {
    digest.pop_back();
  }
  return "SHA256:" + digest;
}

}  // namespace cfkops::engine
