#include "log_part.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::logs {

Status LogPart::open_segment() {
  open_ = {.part = fmt::format("{}.{}", name_, made_++)};
  CFKOPS_ASSIGN(file_, store_.create(open_.part));
  encoder_ = make_encoder(compression_);
  return {};
}

Status LogPart::write(std::string_view lines, const LineTimes& times) {
  if (lines.empty()) {
    return {};
  }
  if (!encoder_) {
    CFKOPS_TRY(open_segment());
  }
  CFKOPS_TRY(encoder_->add(lines, [this](std::string_view bytes) { return file_->append(bytes); }));
  hash_.add(lines);
  bytes_ += lines.size();
  open_.times.add(times);
  return open_.times.bytes >= segment_bytes_ ? close() : Status();
}

Status LogPart::close() {
  if (!encoder_) {
    return {};
  }
  CFKOPS_TRY(encoder_->end([this](std::string_view bytes) { return file_->append(bytes); }));
  encoder_.reset();
  file_.reset();
  segments_.push_back(std::exchange(open_, {}));
  return {};
}

Result<bool> LogPart::drop_oldest() {
  if (segments_.empty()) {
    return false;
  }
  const Segment& oldest = segments_.front();
  CFKOPS_TRY(store_.remove(oldest.part));
  bytes_ -= oldest.times.bytes;
  dropped_.add(oldest.times);
  segments_.pop_front();
  return true;
}

Status LogPart::discard() {
  encoder_.reset();
  file_.reset();
  Status first;
  for (std::size_t number = 0; number < made_; ++number) {
    Status removed = store_.remove(fmt::format("{}.{}", name_, number));
    first = first ? std::move(removed) : std::move(first);
  }
  segments_.clear();
  bytes_ = 0;
  made_ = 0;
  dropped_ = {};
  hash_ = {};
  return first;
}

void LogPart::restore(std::deque<Segment> segments, std::string sha256, LineTimes dropped) {
  segments_ = std::move(segments);
  known_hash_ = std::move(sha256);
  dropped_ = std::move(dropped);
  made_ = segments_.size();
  bytes_ = 0;
  for (const Segment& segment : segments_) {
    bytes_ += segment.times.bytes;
  }
}

LineTimes LogPart::times() const {
  LineTimes all;
  for (const Segment& segment : segments_) {
    all.add(segment.times);
  }
  all.add(open_.times);
  return all;
}

Result<std::string> LogPart::sha256() const {
  if (dropped_.lines > 0) {
    return sha256_of_store();
  }
  return known_hash_.empty() ? hash_.hex() : known_hash_;
}

Result<std::string> LogPart::sha256_of_store() const {
  base::Sha256 hash;
  hash.add(marker());
  for (const Segment& segment : segments_) {
    const auto decoder = make_decoder(compression_);
    const ByteSink sink = [&hash](std::string_view bytes) {
      hash.add(bytes);
      return Status();
    };
    CFKOPS_TRY(store_.read(segment.part,
                           [&](std::string_view bytes) { return decoder->add(bytes, sink); }));
    CFKOPS_TRY(decoder->end());
  }
  return hash.hex();
}

std::string LogPart::marker() const {
  return dropped_.lines == 0
             ? ""
             : fmt::format("[cfkops: {} older lines, {} bytes, were left out to keep to a limit]\n",
                           dropped_.lines,
                           dropped_.bytes);
}

}  // namespace cfkops::logs
