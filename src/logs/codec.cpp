#include "codec.hpp"

#include "cfkops/base/check.hpp"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

namespace cfkops::logs {

namespace {

/// Logs are many and come fast: the quickest level makes them eight times smaller already.
constexpr int kLevel = 1;
constexpr std::size_t kBuffer = std::size_t{64} << 10U;

/// A window of more would cost each reader that memory.
constexpr int kZstdWindow = 19;

/// zlib's way to ask for gzip's form, with its window of 32 KiB.
constexpr int kGzipWindow = 15 + 16;

Error damaged() {
  return make_error(ErrorCode::Protocol, "the compressed data is damaged or cut off");
}

/// Nothing is no piece.
Status give(std::string_view bytes, const ByteSink& sink) {
  return bytes.empty() ? Status() : sink(bytes);
}

class ZstdEncoder final : public Encoder {
 public:
  ZstdEncoder()
      : context_(ZSTD_createCCtx()),
        buffer_(kBuffer) {
    CFKOPS_CHECK(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kZstdWindow);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  Status add(std::string_view bytes, const ByteSink& sink) override {
    return work(bytes, ZSTD_e_continue, sink);
  }

  Status end(const ByteSink& sink) override { return work({}, ZSTD_e_end, sink); }

 private:
  Status work(std::string_view bytes, ZSTD_EndDirective how, const ByteSink& sink) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, how);
      CFKOPS_CHECK(ZSTD_isError(left) == 0);
      CFKOPS_TRY(give(std::string_view(buffer_.data(), out.pos), sink));
      if (how == ZSTD_e_end ? left == 0 : in.pos == in.size) {
        return {};
      }
    }
  }

  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::vector<char> buffer_;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder()
      : context_(ZSTD_createDCtx()),
        buffer_(kBuffer) {
    CFKOPS_CHECK(context_ != nullptr);
  }

  Status add(std::string_view bytes, const ByteSink& sink) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    bool full = false;
    while (in.pos < in.size || full) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      left_ = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(left_) != 0) {
        return damaged();
      }
      // Behind the end of a text there is nothing more to be had without more bytes.
      full = out.pos == out.size && left_ != 0;
      CFKOPS_TRY(give(std::string_view(buffer_.data(), out.pos), sink));
    }
    return {};
  }

  [[nodiscard]] Status end() const override { return left_ == 0 ? Status() : damaged(); }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  std::unique_ptr<ZSTD_DCtx, Free> context_;
  std::vector<char> buffer_;
  std::size_t left_ = 0;
};

Bytef* input(std::string_view bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib does not write there
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

uInt input_size(std::string_view bytes) {
  CFKOPS_CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
  return static_cast<uInt>(bytes.size());
}

class GzipEncoder final : public Encoder {
 public:
  GzipEncoder()
      : buffer_(kBuffer) {
    CFKOPS_CHECK(deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) ==
                 Z_OK);
  }

  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  ~GzipEncoder() override { deflateEnd(&stream_); }

  Status add(std::string_view bytes, const ByteSink& sink) override {
    return work(bytes, Z_NO_FLUSH, sink);
  }

  Status end(const ByteSink& sink) override { return work({}, Z_FINISH, sink); }

 private:
  Status work(std::string_view bytes, int how, const ByteSink& sink) {
    stream_.next_in = input(bytes);
    stream_.avail_in = input_size(bytes);
    do {
      stream_.next_out = buffer_.data();
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const int done = deflate(&stream_, how);
      CFKOPS_CHECK(done == Z_OK || done == Z_STREAM_END || done == Z_BUF_ERROR);
      const std::size_t made = buffer_.size() - stream_.avail_out;
      CFKOPS_TRY(give(std::string_view(reinterpret_cast<const char*>(buffer_.data()), made), sink));
    } while (stream_.avail_out == 0);
    return {};
  }

  z_stream stream_ = {};
  std::vector<Bytef> buffer_;
};

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder()
      : buffer_(kBuffer) {
    CFKOPS_CHECK(inflateInit2(&stream_, kGzipWindow) == Z_OK);
  }

  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  ~GzipDecoder() override { inflateEnd(&stream_); }

  Status add(std::string_view bytes, const ByteSink& sink) override {
    stream_.next_in = input(bytes);
    stream_.avail_in = input_size(bytes);
    do {
      if (whole_ && stream_.avail_in == 0) {
        return {};
      }
      stream_.next_out = buffer_.data();
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const int done = inflate(&stream_, Z_NO_FLUSH);
      if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR) {
        return damaged();
      }
      const std::size_t made = buffer_.size() - stream_.avail_out;
      CFKOPS_TRY(give(std::string_view(reinterpret_cast<const char*>(buffer_.data()), made), sink));
      whole_ = done == Z_STREAM_END;
      if (whole_) {
        inflateReset(&stream_);
      }
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    return {};
  }

  [[nodiscard]] Status end() const override { return whole_ ? Status() : damaged(); }

 private:
  z_stream stream_ = {};
  std::vector<Bytef> buffer_;
  bool whole_ = true;
};

}  // namespace

Result<Compression> compression_of(const std::string& name) {
  if (name.ends_with(".tar.zst") || name.ends_with(".tzst")) {
    return Compression::Zstd;
  }
  if (name.ends_with(".tar.gz") || name.ends_with(".tgz")) {
    return Compression::Gzip;
  }
  return make_error(ErrorCode::InvalidInput,
                    "'" + name + "' does not say what kind of archive it is to be",
                    "give it a name that ends in .tar.zst or .tar.gz");
}

std::unique_ptr<Encoder> make_encoder(Compression compression) {
  if (compression == Compression::Gzip) {
    return std::make_unique<GzipEncoder>();
  }
  return std::make_unique<ZstdEncoder>();
}

std::unique_ptr<Decoder> make_decoder(Compression compression) {
  if (compression == Compression::Gzip) {
    return std::make_unique<GzipDecoder>();
  }
  return std::make_unique<ZstdDecoder>();
}

std::string compressed(Compression compression, std::string_view text) {
  std::string out;
  const ByteSink sink = [&out](std::string_view bytes) {
    out += bytes;
    return Status();
  };
  const auto encoder = make_encoder(compression);
  const bool done = encoder->add(text, sink).has_value() && encoder->end(sink).has_value();
  CFKOPS_CHECK(done);
  return out;
}

}  // namespace cfkops::logs
