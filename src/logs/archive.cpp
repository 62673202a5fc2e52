#include "archive.hpp"

#include "record.hpp"
#include "tar.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace cfkops::logs {

namespace {

using nlohmann::json;

std::string time_text(const std::optional<WallTime>& time) {
  return time ? base::format_rfc3339_seconds(*time) : "?";
}

/// The folder that everything lies in: the archive's name without its kind.
std::string root_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  std::string root = slash == std::string::npos ? name : name.substr(slash + 1);
  for (const std::string_view end : {".tar.zst", ".tzst", ".tar.gz", ".tgz"}) {
    if (root.ends_with(end)) {
      root.resize(root.size() - end.size());
    }
  }
  return root.empty() ? "logs" : root;
}

json index_of(const CollectRequest& request, const Collection& collection) {
  json index = {{"schemaVersion", 1},
                {"request", json_of(request)},
                {"from", collection.from ? json(base::format_rfc3339(*collection.from)) : json()},
                {"until", base::format_rfc3339(collection.until)},
                {"problems", collection.problems},
                {"redacted", collection.redacted()},
                {"totals",
                 {{"logs", collection.logs.size()},
                  {"complete", collection.count(Complete::Yes)},
                  {"incomplete", collection.count(Complete::No)},
                  {"unknown", collection.count(Complete::Unknown)},
                  {"bytes", collection.bytes}}},
                {"logs", json::array()},
                {"files", json::array()}};
  index["request"].erase("name");
  for (const CollectedLog& log : collection.logs) {
    index["logs"].push_back(indexed(log));
  }
  for (const ArchivedFile& file : collection.files) {
    index["files"].push_back({{"path", file.path}, {"sha256", file.sha256}, {"bytes", file.bytes}});
  }
  return index;
}

/// Writes the archive, and keeps count.
class Writer {
 public:
  Writer(Store& store, Compression compression, std::string root, WallTime modified)
      : store_(store),
        compression_(compression),
        root_(std::move(root)),
        modified_(modified) {}

  Status begin() {
    CFKOPS_ASSIGN(file_, store_.create("archive"));
    return {};
  }

  Status add(const Entry& entry) {
    const std::string marker = entry.part->marker();
    const std::uint64_t size = marker.size() + entry.part->bytes();
    CFKOPS_TRY(append(
        compressed(compression_, tar_header(root_ + "/" + entry.path, size, modified_) + marker)));
    for (const Segment& segment : entry.part->segments()) {
      CFKOPS_TRY(
          store_.read(segment.part, [this](std::string_view bytes) { return append(bytes); }));
    }
    const std::string padding = tar_padding(size);
    return padding.empty() ? Status() : append(compressed(compression_, padding));
  }

  Status end(Collection& collection) {
    CFKOPS_TRY(append(compressed(compression_, tar_end())));
    CFKOPS_TRY(file_->sync());
    file_.reset();
    collection.sha256 = hash_.hex();
    collection.archive_bytes = bytes_;
    return store_.publish("archive");
  }

 private:
  Status append(std::string_view bytes) {
    hash_.add(bytes);
    bytes_ += bytes.size();
    return file_->append(bytes);
  }

  Store& store_;
  Compression compression_;
  std::string root_;
  WallTime modified_;
  std::unique_ptr<AppendFile> file_;
  base::Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Status Documents::add(const std::string& path, std::string_view text) {
  auto part = std::make_unique<LogPart>(store_,
                                        compression_,
                                        fmt::format("{}{}", name_, parts_.size()),
                                        std::numeric_limits<std::uint64_t>::max());
  CFKOPS_TRY(part->write(text, {.bytes = text.size()}));
  CFKOPS_TRY(part->close());
  parts_.emplace_back(path, std::move(part));
  return {};
}

std::vector<Entry> Documents::entries() const {
  std::vector<Entry> entries;
  entries.reserve(parts_.size());
  for (const auto& [path, part] : parts_) {
    entries.push_back({path, part.get()});
  }
  return entries;
}

std::string path_part(std::string name) {
  std::ranges::replace(name, '/', '_');
  return name.empty() || name == "." || name == ".." ? "_" + name : name;
}

std::string coverage_text(const Collection& collection) {
  std::string text = fmt::format("Logs of {} to {}\n\n",
                                 collection.from ? time_text(collection.from) : "each start",
                                 time_text(collection.until));
  for (const CollectedLog& log : collection.logs) {
    const Coverage& coverage = log.coverage;
    text += fmt::format("{}\n  complete: {}{}\n",
                        log.log.text(),
                        to_string(coverage.complete),
                        coverage.why.empty() ? "" : ", " + coverage.why);
    text += fmt::format("  asked for {} to {}, has {} to {}: {}, {} bytes\n",
                        time_text(coverage.from),
                        time_text(coverage.until),
                        time_text(coverage.lines.first),
                        time_text(coverage.lines.last),
                        base::counted(static_cast<long long>(coverage.lines.lines), "line"),
                        coverage.lines.bytes);
    for (const Gap& gap : coverage.gaps) {
      text +=
          fmt::format("  missing {} to {}: {}\n", time_text(gap.from), time_text(gap.to), gap.why);
    }
    for (const Gap& gap : coverage.lines.silences) {
      text += fmt::format("  no lines {} to {}\n", time_text(gap.from), time_text(gap.to));
    }
  }
  for (const std::string& problem : collection.problems) {
    text += "not read: " + problem + "\n";
  }
  return text;
}

Status write_archive(Store& store,
                     Compression compression,
                     const CollectRequest& request,
                     std::vector<Entry> entries,
                     Collection& collection) {
  std::ranges::sort(entries, {}, &Entry::path);
  const auto note = [&collection](const Entry& entry) -> Status {
    CFKOPS_ASSIGN(std::string sha256, entry.part->sha256());
    collection.files.push_back({.path = entry.path,
                                .sha256 = std::move(sha256),
                                .bytes = entry.part->marker().size() + entry.part->bytes()});
    return {};
  };
  for (const Entry& entry : entries) {
    CFKOPS_TRY(note(entry));
  }
  Documents front(store, compression, "front");
  CFKOPS_TRY(front.add(
      kIndex,
      index_of(request, collection).dump(2, ' ', false, json::error_handler_t::replace) + "\n"));
  CFKOPS_TRY(front.add(kCoverage, coverage_text(collection)));
  for (const Entry& entry : front.entries()) {
    CFKOPS_TRY(note(entry));
  }
  std::string sums;
  for (const ArchivedFile& file : collection.files) {
    sums += file.sha256 + "  " + file.path + "\n";
  }
  CFKOPS_TRY(front.add(kSums, sums));
  Writer writer(store, compression, root_of(request.name), collection.until);
  CFKOPS_TRY(writer.begin());
  for (const Entry& entry : front.entries()) {
    CFKOPS_TRY(writer.add(entry));
  }
  for (const Entry& entry : entries) {
    CFKOPS_TRY(writer.add(entry));
  }
  return writer.end(collection);
}

}  // namespace cfkops::logs
