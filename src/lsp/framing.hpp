#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::lsp {

/// What the stream of a client gives next.
struct Frame {
  enum class Kind {
    Message,    ///< `text` is the content of one
    Malformed,  ///< `text` says what is wrong; what follows may be a message again
    TooLarge,   ///< a message was passed over; `text` says how large it is
  };

  Kind kind = Kind::Message;
  std::string text;
};

/// Cuts a stream into messages: header lines, one of them Content-Length, an empty line, and so
/// many bytes of content. Keeps no more than one message and what was fed behind it.
class Framing {
 public:
  /// The most bytes of a message; larger ones are passed over without being kept.
  static constexpr std::size_t kMostContent = std::size_t{2} << 20U;
  /// The most bytes of a header.
  static constexpr std::size_t kMostHeader = 4096;

  /// Takes what has come.
  void feed(std::string_view bytes);

  /// The next frame that is complete.
  [[nodiscard]] std::optional<Frame> next();

 private:
  std::optional<Frame> read_header(std::size_t size);
  std::optional<Frame> lose(std::string why, std::size_t count);
  void drop(std::size_t count);

  std::string buffer_;
  std::size_t to_skip_ = 0;            ///< bytes of a message that is passed over
  std::optional<std::size_t> length_;  ///< of the content that is being read
  bool lost_ = false;                  ///< where a message begins is not known, and was said
};

/// The content with its header, as it is sent.
[[nodiscard]] std::string framed(std::string_view content);

}  // namespace cfkops::lsp
