#include "tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <numeric>
#include <utility>

namespace cfkops::logs {

namespace {

// Where the fields of a header begin, and how long they are (POSIX, pax, "ustar Interchange
// Format").
constexpr std::size_t kName = 100;
constexpr std::size_t kSizeAt = 124;
constexpr std::size_t kSizeDigits = 11;
constexpr std::size_t kSumAt = 148;
constexpr std::size_t kTypeAt = 156;
constexpr char kFile = '0';
constexpr char kPax = 'x';

/// A size beyond does not fit into its field (8 GiB).
constexpr std::uint64_t kMostSize = (std::uint64_t{1} << 33U) - 1;

/// Of a pax header; one of ours has two short records.
constexpr std::uint64_t kMostAttributes = std::uint64_t{64} << 10U;

std::uint64_t sum_of(std::string header) {
  std::fill_n(header.begin() + kSumAt, 8, ' ');
  return std::accumulate(header.begin(), header.end(), std::uint64_t{0}, [](auto sum, char byte) {
    return sum + static_cast<unsigned char>(byte);
  });
}

std::string ustar(const std::string& path, std::uint64_t size, WallTime modified, char type) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(modified.time_since_epoch()).count();
  const std::string name = path.substr(0, kName);
  std::string header = name + std::string(kName - name.size(), '\0');
  header += fmt::format("{:07o}", 0600) + '\0';
  header += std::string("0000000") + '\0';
  header += std::string("0000000") + '\0';
  header += fmt::format("{:011o}", size) + '\0';
  header += fmt::format("{:011o}", std::max<std::int64_t>(seconds, 0)) + '\0';
  header += std::string(8, ' ');
  header += type;
  header += std::string(kName, '\0');
  header += std::string("ustar") + '\0' + "00";
  header += std::string(kTarBlock - header.size(), '\0');
  header.replace(kSumAt, 8, fmt::format("{:06o}", sum_of(header)) + '\0' + ' ');
  return header;
}

/// "30 path=…\n", its own length counted.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::string rest = fmt::format(" {}={}\n", key, value);
  std::size_t size = rest.size() + 1;
  while (std::to_string(size).size() + rest.size() != size) {
    ++size;
  }
  return std::to_string(size) + rest;
}

Error broken() {
  return make_error(ErrorCode::Protocol, "this is no archive that cfkops wrote, or it is damaged");
}

}  // namespace

std::string tar_header(const std::string& path, std::uint64_t size, WallTime modified) {
  std::string records = path.size() > kName ? pax_record("path", path) : std::string();
  if (size > kMostSize) {
    records += pax_record("size", std::to_string(size));
  }
  std::string header;
  if (!records.empty()) {
    const std::string end = path.substr(path.size() - std::min(path.size(), kName / 2));
    header = ustar("pax/" + end, records.size(), modified, kPax);
    header += records;
    header += tar_padding(records.size());
  }
  return header + ustar(path, size > kMostSize ? 0 : size, modified, kFile);
}

std::string tar_padding(std::uint64_t size) {
  const std::size_t over = size % kTarBlock;
  std::string padding;
  padding.resize(over == 0 ? 0 : kTarBlock - over);
  return padding;
}

std::string tar_end() {
  std::string end;
  end.resize(2 * kTarBlock);
  return end;
}

Status TarReader::add(std::string_view bytes) {
  while (!bytes.empty()) {
    CFKOPS_TRY(left_ > 0 ? take_content(bytes) : take_block(bytes));
  }
  return {};
}

/// What is left of the last file's padding, and a header as far as it has come.
Status TarReader::take_block(std::string_view& bytes) {
  const std::size_t skipped = std::min(padding_, bytes.size());
  bytes.remove_prefix(skipped);
  padding_ -= skipped;
  const std::size_t taken = std::min(kTarBlock - header_.size(), bytes.size());
  header_ += bytes.substr(0, taken);
  bytes.remove_prefix(taken);
  if (header_.size() < kTarBlock) {
    return {};
  }
  Status read = take_header();
  header_.clear();
  return read;
}

Status TarReader::take_content(std::string_view& bytes) {
  const auto part =
      bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
  bytes.remove_prefix(part.size());
  left_ -= part.size();
  if (!in_attributes_) {
    CFKOPS_TRY(visitor_.content(part));
    return left_ > 0 ? Status() : visitor_.end();
  }
  attributes_ += part;
  return left_ > 0 ? Status() : take_attributes();
}

/// "30 path=…\n" and "24 size=…\n", or one of them.
Status TarReader::take_attributes() {
  in_attributes_ = false;
  const std::string attributes = std::exchange(attributes_, {});
  for (std::string_view rest = attributes; !rest.empty();) {
    std::size_t length = 0;
    const char* const end = std::from_chars(rest.data(), rest.data() + rest.size(), length).ptr;
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (length <= digits + 1 || length > rest.size() || rest[length - 1] != '\n') {
      return broken();
    }
    const std::string_view record = rest.substr(digits + 1, length - digits - 2);
    rest.remove_prefix(length);
    if (record.starts_with("path=")) {
      long_path_ = record.substr(5);
    } else if (record.starts_with("size=")) {
      std::uint64_t size = 0;
      std::from_chars(record.data() + 5, record.data() + record.size(), size);
      large_size_ = size;
    }
  }
  return {};
}

Status TarReader::take_header() {
  if (header_.find_first_not_of('\0') == std::string::npos) {
    ended_ = true;
    return {};
  }
  std::uint64_t sum = 0;
  std::from_chars(header_.data() + kSumAt, header_.data() + kSumAt + 6, sum, 8);
  const char* const size = header_.data() + kSizeAt;
  if (ended_ || sum != sum_of(header_) ||
      std::from_chars(size, size + kSizeDigits, left_, 8).ptr != size + kSizeDigits) {
    return broken();
  }
  in_attributes_ = header_[kTypeAt] == kPax;
  if (in_attributes_) {
    padding_ = tar_padding(left_).size();
    return left_ == 0 || left_ > kMostAttributes ? Status(broken()) : Status();
  }
  left_ = std::exchange(large_size_, std::nullopt).value_or(left_);
  padding_ = tar_padding(left_).size();
  const std::string path =
      long_path_.empty() ? header_.substr(0, std::min(header_.find('\0'), kName)) : long_path_;
  long_path_.clear();
  CFKOPS_TRY(visitor_.begin(path, left_));
  return left_ > 0 ? Status() : visitor_.end();
}

Status TarReader::end() const {
  return ended_ && left_ == 0 && header_.empty() ? Status() : broken();
}

}  // namespace cfkops::logs
