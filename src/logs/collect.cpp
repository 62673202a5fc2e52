#include "cfkops/logs/collect.hpp"

#include "collector.hpp"
#include "tar.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace cfkops::logs {

namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10U;

/// An index of more is none of ours.
constexpr std::uint64_t kMostIndex = std::uint64_t{64} << 20U;

/// Holds the files of an archive against its index, which comes first.
class Verifier {
 public:
  TarReader::Visitor visitor() {
    return {
        .begin = [this](const std::string& path, std::uint64_t size) { return begin(path, size); },
        .content = [this](std::string_view bytes) { return content(bytes); },
        .end = [this] { return end(); }};
  }

  Result<Verification> result() {
    const auto parsed = Json::parse(index_);
    if (!parsed) {
      return make_error(
          ErrorCode::Protocol,
          "there is no index.json in the archive that can be read: " + parsed.error().message);
    }
    const Json& index = *parsed;
    for (const Json& file : index.items("/files")) {
      const std::string path = file.string_or("/path", "");
      const auto found = seen_.find(path);
      if (found == seen_.end()) {
        result_.faults.push_back(path + " is missing");
      } else if (found->second != file.string_or("/sha256", "")) {
        result_.faults.push_back(path + " has another content");
      }
      listed_.insert(path);
    }
    for (const auto& [path, sha256] : seen_) {
      const bool own = path == kIndex || path == kSums || path == kCoverage;
      if (!own && !listed_.contains(path)) {
        result_.faults.push_back(path + " is not in the index");
      }
    }
    check_sums();
    for (const Json& log : index.items("/logs")) {
      const bool complete = log.string_or("/coverage/complete", "") == "yes";
      ++(complete ? result_.complete : result_.incomplete);
    }
    result_.files = seen_.size();
    return result_;
  }

 private:
  Status begin(const std::string& path, std::uint64_t size) {
    const std::size_t slash = path.find('/');
    path_ = slash == std::string::npos ? path : path.substr(slash + 1);
    hash_ = {};
    text_ = path_ == kIndex ? &index_ : path_ == kSums ? &sums_ : nullptr;
    if (text_ != nullptr && size > kMostIndex) {
      return make_error(ErrorCode::Protocol, path_ + " is too large to be one of cfkops");
    }
    return {};
  }

  Status content(std::string_view bytes) {
    hash_.add(bytes);
    if (text_ != nullptr) {
      *text_ += bytes;
    }
    return {};
  }

  Status end() {
    seen_.insert_or_assign(path_, hash_.hex());
    return {};
  }

  /// The index itself stands in the sums.
  void check_sums() {
    if (!seen_.contains(kSums)) {
      result_.faults.emplace_back("SHA256SUMS is missing");
    }
    for (const std::string& line : base::split(sums_, '\n')) {
      const std::size_t space = line.find("  ");
      const auto found =
          space == std::string::npos ? seen_.end() : seen_.find(line.substr(space + 2));
      if (found != seen_.end() && found->second != line.substr(0, space)) {
        result_.faults.push_back(found->first + " is not as SHA256SUMS says");
      }
    }
  }

  Verification result_;
  std::string path_;
  base::Sha256 hash_;
  std::string* text_ = nullptr;
  std::string index_;
  std::string sums_;
  std::map<std::string, std::string> seen_;
  std::set<std::string> listed_;
};

}  // namespace

std::size_t Collection::count(Complete complete) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      logs, [complete](const CollectedLog& log) { return log.coverage.complete == complete; }));
}

RedactionCounts Collection::redacted() const {
  RedactionCounts all;
  for (const CollectedLog& log : logs) {
    for (const auto& [kind, count] : log.redacted) {
      all[kind] += count;
    }
  }
  return all;
}

Result<Collection> collect(kube::Reader& reader,
                           Store& store,
                           const CollectRequest& request,
                           const CollectListener& listener) {
  return Collector(reader, store, request, listener).run();
}

Result<std::vector<ContainerLog>> find_logs(kube::Reader& reader, const CollectRequest& request) {
  CFKOPS_ASSIGN(const std::vector<kube::Object> pods, find_pods(reader, request.selection));
  std::vector<ContainerLog> logs;
  for (const kube::Object& pod : pods) {
    std::vector<ContainerLog> more = logs_of(pod, request.selection);
    logs.insert(
        logs.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return logs;
}

Result<Verification> verify_archive(const std::string& path) {
  CFKOPS_ASSIGN(const Compression compression, compression_of(path));
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return make_error(ErrorCode::NotFound, "cannot read '" + path + "'", "check the path");
  }
  Verifier verifier;
  TarReader tar(verifier.visitor());
  const auto decoder = make_decoder(compression);
  std::string piece(kPiece, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    CFKOPS_TRY(decoder->add(std::string_view(piece.data(), static_cast<std::size_t>(file.gcount())),
                            [&tar](std::string_view bytes) { return tar.add(bytes); }));
  }
  if (file.bad()) {
    return make_error(ErrorCode::Io, "cannot read '" + path + "' to its end");
  }
  CFKOPS_TRY(decoder->end());
  CFKOPS_TRY(tar.end());
  return verifier.result();
}

}  // namespace cfkops::logs
