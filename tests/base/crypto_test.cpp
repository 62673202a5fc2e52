#include "cfkops/base/crypto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace cfkops::base {
namespace {

using ::testing::HasSubstr;

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return out;
}

std::string pem(const std::string& label, const std::string& der) {
  return "-----BEGIN " + label + "-----\n" + base64_encode(der) + "\n-----END " + label + "-----\n";
}

/// PKCS #8 and SubjectPublicKeyInfo around the raw 32 bytes (RFC 8410).
Redacted private_pem(std::string_view seed_hex) {
  return Redacted(
      pem("PRIVATE KEY", from_hex("302e020100300506032b657004220420") + from_hex(seed_hex)));
}

std::string public_pem(std::string_view key_hex) {
  return pem("PUBLIC KEY", from_hex("302a300506032b6570032100") + from_hex(key_hex));
}

// FIPS 180-4, examples of NIST.
TEST(Sha256, MatchesTheStandard) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(RandomHex, IsLongAndNeverTheSame) {
  EXPECT_EQ(random_hex(0), "");
  EXPECT_EQ(random_hex(-1), "");
  EXPECT_EQ(random_hex(1000).size(), 2000U);
  EXPECT_EQ(random_hex(4).find_first_not_of("0123456789abcdef"), std::string::npos);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(random_hex(16));
  }
  EXPECT_EQ(seen.size(), 100U);
}

// RFC 4648 §10.
TEST(Base64, MatchesTheStandard) {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64_encode(plain), encoded);
    EXPECT_EQ(base64_decode(encoded).value(), plain);
  }
}

TEST(Base64, RoundTripsBytes) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(random() % 256);
    }
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
  }
}

TEST(Base64, SkipsLineBreaksOnly) {
  EXPECT_EQ(base64_decode("Zm9v\r\nYg=\n=\n").value(), "foob");
  for (const char* text : {"Zm9vYg",
                           "Zg=",
                           "Z",
                           "Z===",
                           "====",
                           "Zg==Zg==",
                           "Zm 9v",
                           "Zm9v=",
                           "Zm9-",
                           "Zh==",
                           "Zm9="}) {
    EXPECT_EQ(base64_decode(text).error().code, ErrorCode::InvalidInput) << text;
  }
}

struct Vector {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};

// RFC 8032 §7.1, tests 1 to 3.
const Vector kVectors[] = {{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                            "",
                            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb882"
                            "1590a33bacc61e39701cf9b4"
                            "6bd25bf5f0595bbe24655141438e7a100b"},
                           {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                            "72",
                            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1"
                            "e43e15996e458f3613d0f11d"
                            "8c387b2eaeb4302aeeb00d291612bb0c00"},
                           {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                            "af82",
                            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b"
                            "538d16f290ae67f760984dc6"
                            "594a7c15e9716ed28dc027beceea1ec40a"}};

TEST(Ed25519, MatchesTheStandard) {
  for (const Vector& vector : kVectors) {
    const SigningKey key = load_signing_key(private_pem(vector.seed)).value();
    EXPECT_EQ(key.public_pem, public_pem(vector.key));
    const std::string message = from_hex(vector.message);
    const std::string signature = sign_ed25519(key, message).value();
    EXPECT_EQ(signature, base64_encode(from_hex(vector.signature)));
    EXPECT_TRUE(verify_ed25519(key.public_pem, message, signature).value());
  }
}

TEST(Ed25519, GeneratedKeysSignAndLoad) {
  const SigningKey key = generate_signing_key().value();
  EXPECT_THAT(key.private_pem.reveal(), HasSubstr("BEGIN PRIVATE KEY"));
  EXPECT_EQ(load_signing_key(key.private_pem).value().public_pem, key.public_pem);
  const std::string signature = sign_ed25519(key, "plan").value();
  EXPECT_TRUE(verify_ed25519(key.public_pem, "plan", signature).value());
  EXPECT_FALSE(verify_ed25519(key.public_pem, "Plan", signature).value());
  EXPECT_FALSE(
      verify_ed25519(generate_signing_key().value().public_pem, "plan", signature).value());
}

TEST(Ed25519, AnySingleChangedBitBreaksTheSignature) {
  const SigningKey key = generate_signing_key().value();
  const std::string signature = base64_decode(sign_ed25519(key, "plan").value()).value();
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    std::string changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verify_ed25519(key.public_pem, "plan", base64_encode(changed)).value()) << bit;
  }
}

TEST(Ed25519, ASignatureThatIsNoneIsFalse) {
  const SigningKey key = generate_signing_key().value();
  EXPECT_FALSE(verify_ed25519(key.public_pem, "plan", "").value());
  EXPECT_FALSE(verify_ed25519(key.public_pem, "plan", "no base64!").value());
  EXPECT_FALSE(verify_ed25519(key.public_pem, "plan", base64_encode(std::string(63, 'x'))).value());
}

/// An X25519 key, whose bytes look just like ours (RFC 8410).
std::string other_private_pem() {
  return pem("PRIVATE KEY", from_hex("302e020100300506032b656e04220420") + std::string(32, '\x42'));
}

/// An Ed25519 key for which OpenSSL would ask the terminal for a passphrase.
std::string encrypted_pem() {
  const std::string der =
      "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiRaoQhwk0HJQICCAAwDAYIKoZIhvcNAgkFADAdBglghkgB"
      "ZQMEASoEEC6H3FK3U69OvVrzsmpHmEcEQIdJgoU5Dojs16KvhJtzJHCW88W/Pq9bNVcE/1z+FMm+rUy/YWAefCrcTYMy"
      "ruqmkFCn+Pb21cAOnUpSQ+tVsZQ=";
  return pem("ENCRYPTED PRIVATE KEY", base64_decode(der).value());
}

TEST(Ed25519, KeysOfAnotherKindAreRefused) {
  for (const std::string& text :
       {std::string(), std::string("nonsense"), other_private_pem(), encrypted_pem()}) {
    const auto loaded = load_signing_key(Redacted(text));
    EXPECT_EQ(loaded.error().code, ErrorCode::InvalidInput);
    EXPECT_THAT(loaded.error().hint, HasSubstr("openssl genpkey"));
    EXPECT_EQ(verify_ed25519(text, "plan", "").error().code, ErrorCode::InvalidInput);
    SigningKey key;
    key.private_pem = Redacted(text);
    EXPECT_EQ(sign_ed25519(key, "plan").error().code, ErrorCode::InvalidInput);
  }
}

}  // namespace
}  // namespace cfkops::base
