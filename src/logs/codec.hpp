#pragma once

#include "cfkops/base/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cfkops::logs {

/// How an archive is compressed. Of both, texts that are compressed alone and put behind one
/// another are the compressed form of the texts behind one another: what an archive is made of
/// here.
enum class Compression { Zstd, Gzip };

/// By the end of the name: ".tar.zst" and ".tzst", ".tar.gz" and ".tgz". Errors: InvalidInput.
[[nodiscard]] Result<Compression> compression_of(const std::string& name);

using ByteSink = std::function<Status(std::string_view bytes)>;

/// Makes one compressed text.
class Encoder {
 public:
  Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  virtual ~Encoder() = default;

  /// Gives what is ready to `sink`. Errors: those of `sink`.
  virtual Status add(std::string_view bytes, const ByteSink& sink) = 0;

  /// Gives the rest; nothing may be added any more.
  virtual Status end(const ByteSink& sink) = 0;
};

[[nodiscard]] std::unique_ptr<Encoder> make_encoder(Compression compression);

/// Reads texts that are compressed one behind the other.
class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  /// Errors: Protocol for what is not compressed so; those of `sink`.
  virtual Status add(std::string_view bytes, const ByteSink& sink) = 0;

  /// Errors: Protocol where the last text is not whole.
  [[nodiscard]] virtual Status end() const = 0;
};

[[nodiscard]] std::unique_ptr<Decoder> make_decoder(Compression compression);

/// All of one text.
[[nodiscard]] std::string compressed(Compression compression, std::string_view text);

}  // namespace cfkops::logs
