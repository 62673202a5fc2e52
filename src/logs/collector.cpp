// How a collection goes, and goes on:
// 1. Its record says what was asked for, since when, and which logs there are; another request is
//    refused. There is none before there is something to collect.
// 2. Every log that has been read to its end gets a line in the record, behind its parts.
// 3. Whoever comes next with the same request takes those over whose parts are as the record says,
//    and reads the others from their beginning.
// 4. When all are read the archive is put together from the parts, beside them, and takes its place
//    by a rename; the parts and the record go.
// Killed anywhere, there is either no archive or a whole one.
#include "collector.hpp"

#include "record.hpp"
#include "surroundings.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::logs {

namespace {

using nlohmann::json;

constexpr const char* kRecord = "record.jsonl";
constexpr std::uint64_t kLeastSegment = std::uint64_t{64} << 10U;
constexpr std::uint64_t kMostSegment = std::uint64_t{8} << 20U;

std::uint64_t segment_bytes(const CollectLimits& limits) {
  return std::clamp(
      std::min(limits.container_bytes / 16, limits.total_bytes / 256), kLeastSegment, kMostSegment);
}

Error other_request(const std::string& place) {
  return make_error(ErrorCode::Conflict,
                    place + ".partial holds the parts of another collection",
                    "repeat that command to go on with it, remove the folder, or choose another "
                    "name for the archive");
}

}  // namespace

Status Collector::write_down(const json& line) {
  return record_->append(Json(line).dump() + "\n");
}

Status Collector::open() {
  CFKOPS_ASSIGN(compression_, compression_of(request_.name));
  const Clock& clock = reader_.loop().clock();
  deadline_ = reader_.loop().deadline(request_.limits.time);
  until_ = clock.wall();
  salt_ = request_.salt.empty() ? base::random_hex(16) : request_.salt;
  from_ = request_.since ? std::optional<WallTime>(until_ - *request_.since) : request_.since_time;
  CFKOPS_ASSIGN(record_, store_.go_on(kRecord));
  std::string record;
  CFKOPS_TRY(store_.read(kRecord, [&record](std::string_view bytes) {
    record += bytes;
    return Status();
  }));
  if (record.find('\n') != std::string::npos) {
    // The last line may be half a one.
    CFKOPS_TRY(record_->append("\n"));
    return recall(record);
  }
  fresh_ = true;
  if (!record.empty()) {
    // Half of its first line: nothing was begun.
    CFKOPS_TRY(forget());
    CFKOPS_ASSIGN(record_, store_.go_on(kRecord));
  }
  return {};
}

/// As if it had never been begun.
Status Collector::forget() {
  record_.reset();
  return store_.remove(kRecord);
}

Status Collector::begin_record() {
  return write_down({{"request", json_of(request_)},
                     {"salt", salt_},
                     {"from", from_ ? json(from_->time_since_epoch().count()) : json()},
                     {"until", until_.time_since_epoch().count()}});
}

Status Collector::recall(const std::string& record) {
  const std::vector<std::string> lines = base::split(record, '\n');
  const auto first = Json::parse(lines.front());
  if (!first || first->get("/request").dump() != Json(json_of(request_)).dump()) {
    return other_request(store_.place());
  }
  salt_ = first->string_or("/salt", "");
  until_ = WallTime(Duration(first->int_or("/until", 0)));
  from_ = first->has("/from") ? std::optional<WallTime>(Duration(first->int_or("/from", 0)))
                              : std::nullopt;
  for (const std::string& line : lines) {
    CFKOPS_TRY(recall_line(line));
  }
  return {};
}

/// Half a line, of a process that was killed, says nothing.
Status Collector::recall_line(const std::string& line) {
  const auto parsed = Json::parse(line);
  if (!parsed) {
    return {};
  }
  for (const Json& one : parsed->items("/logs")) {
    expected_.push_back(identity_at(one));
  }
  return parsed->has("/log") ? recall_log(parsed->get("/log")) : Status();
}

/// Takes a log over, if its parts are as they were.
Status Collector::recall_log(const Json& json) {
  auto read = read_recorded(json);
  if (!read) {
    return {};
  }
  const std::string key = read->log.log.key();
  const bool known = by_key_.contains(key);
  Job& job = known ? *by_key_[key] : add_job(read->log.log);
  job.part->restore(std::move(read->segments), read->log.sha256, std::move(read->dropped));
  const auto sha256 = job.part->sha256_of_store();
  job.done = sha256 && *sha256 == read->log.sha256;
  resumed_ += job.done && !known ? 1 : 0;
  if (job.done) {
    paths_.erase(job.result.path);
    job.result = std::move(read->log);
    paths_.insert(job.result.path);
  } else {
    job.part->restore({}, "", {});
  }
  return {};
}

std::string Collector::path_for(const ContainerLog& log) {
  const std::string name = log.container + (log.previous ? ".previous" : "") + ".log";
  const std::string ns = path_part(log.ns);
  const std::string pod = path_part(log.pod);
  std::string path = fmt::format("logs/{}/{}/{}", ns, pod, path_part(name));
  if (paths_.contains(path)) {
    path =
        fmt::format("logs/{}/{}.{}/{}", ns, pod, path_part(log.uid.substr(0, 8)), path_part(name));
  }
  paths_.insert(path);
  return path;
}

Collector::Job& Collector::add_job(const ContainerLog& log) {
  auto job = std::make_unique<Job>();
  job->result.log = log;
  job->result.path = path_for(log);
  job->part = std::make_unique<LogPart>(store_,
                                        compression_,
                                        "log-" + base::sha256_hex(log.key()).substr(0, 16),
                                        segment_bytes(request_.limits));
  jobs_.push_back(std::move(job));
  by_key_.insert_or_assign(log.key(), jobs_.back().get());
  return *jobs_.back();
}

/// Those of an earlier process are known where a name is that of nothing any more.
Status Collector::find() {
  auto pods = find_pods(reader_, request_.selection);
  const bool known = !expected_.empty() || !jobs_.empty();
  if (!pods && (pods.error().code != ErrorCode::NotFound || !known)) {
    return std::move(pods).error();
  }
  if (pods) {
    pods_ = *std::move(pods);
  } else {
    problems_.push_back(pods.error().text());
  }
  return {};
}

Status Collector::add_jobs() {
  json logs = json::array();
  for (const kube::Object& pod : pods_) {
    for (const ContainerLog& log : logs_of(pod, request_.selection)) {
      const bool before = log.previous && from_ && log.finished && *log.finished < *from_;
      if (by_key_.contains(log.key()) || before) {
        continue;
      }
      logs.push_back(identity(log));
      add_job(log);
    }
  }
  for (const ContainerLog& log : expected_) {
    if (!by_key_.contains(log.key())) {
      add_job(log);
    }
  }
  if (jobs_.empty()) {
    return make_error(
        ErrorCode::NotFound,
        pods_.empty() ? "no pod is selected" : "the selected pods have no such container",
        "look at what there is: kubectl get pods -A --show-labels");
  }
  if (fresh_) {
    CFKOPS_TRY(begin_record());
  }
  return write_down({{"logs", std::move(logs)}});
}

void Collector::tell() const {
  if (listener_) {
    CollectProgress progress{.all = jobs_.size(), .bytes = bytes()};
    progress.done = static_cast<std::size_t>(
        std::ranges::count_if(jobs_, [](const auto& job) { return job->done; }));
    listener_(progress);
  }
}

std::uint64_t Collector::bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& job : jobs_) {
    bytes += job->part->bytes();
  }
  return bytes;
}

void Collector::start_some() {
  std::map<std::string, std::size_t> by_node;
  for (const Job* job : active_) {
    ++by_node[job->result.log.node];
  }
  for (std::size_t at = next_; at < jobs_.size() && active_.size() < request_.limits.streams;
       ++at) {
    Job& job = *jobs_[at];
    if (job.done || job.fetch) {
      next_ += at == next_ ? 1 : 0;
      continue;
    }
    std::size_t& on_node = by_node[job.result.log.node];
    if (on_node >= request_.limits.streams_per_node) {
      continue;
    }
    ++on_node;
    job.fetch = std::make_unique<Fetch>(
        reader_,
        job.result,
        *job.part,
        FetchOptions{
            .since = from_, .tail = request_.tail, .idle = request_.limits.idle, .salt = salt_});
    active_.push_back(&job);
  }
}

/// Until something is to be done; false where the time is over.
Result<bool> Collector::wait() {
  MonoTime due = deadline_;
  std::uint64_t still = bytes();
  for (const Job* job : active_) {
    due = std::min(due, job->fetch->due());
    still -= job->part->bytes();
  }
  const CollectLimits& limits = request_.limits;
  CFKOPS_TRY(reader_.loop().run_until(
      [&] {
        std::uint64_t all = still;
        bool news = false;
        for (const Job* job : active_) {
          all += job->part->bytes();
          news = news || job->fetch->has_news() || job->part->bytes() > limits.container_bytes;
        }
        return news || all > limits.total_bytes;
      },
      due));
  return reader_.loop().clock().now() < deadline_;
}

Status Collector::step(Job& job) {
  if (Status stepped = job.fetch->step(); !stepped) {
    // What is half read is read again; the room is needed by whoever mends it.
    job.fetch.reset();
    Status removed = job.part->discard();
    return removed ? std::move(stepped) : std::move(removed);
  }
  return job.fetch->done() ? finished(job) : Status();
}

Status Collector::step_all() {
  const std::vector<Job*> active = active_;
  for (Job* job : active) {
    CFKOPS_TRY(step(*job));
  }
  return {};
}

Status Collector::finished(Job& job) {
  job.fetch.reset();
  std::erase(active_, &job);
  job.done = true;
  CFKOPS_ASSIGN(job.result.sha256, job.part->sha256());
  tell();
  return write_down({{"log", recorded(job.result, *job.part)}});
}

Status Collector::drop_oldest(Job& job, const std::string& limit) {
  CFKOPS_ASSIGN(bool dropped, job.part->drop_oldest());
  if (!dropped) {
    CFKOPS_TRY(job.part->close());
    CFKOPS_ASSIGN(dropped, job.part->drop_oldest());
  }
  auto& limits = job.result.coverage.limits;
  if (std::ranges::find(limits, limit) == limits.end()) {
    limits.push_back(limit);
  }
  if (!dropped || !job.done) {
    return {};
  }
  CFKOPS_ASSIGN(job.result.sha256, job.part->sha256());
  return write_down({{"log", recorded(job.result, *job.part)}});
}

Status Collector::keep_limit(Job& job) {
  while (job.part->bytes() > request_.limits.container_bytes) {
    CFKOPS_TRY(drop_oldest(job, "container-size"));
  }
  return {};
}

/// Of a log that is too long, and of the longest where all are, the oldest lines go.
Status Collector::keep_limits() {
  for (Job* job : active_) {
    CFKOPS_TRY(keep_limit(*job));
  }
  std::uint64_t all = bytes();
  while (all > request_.limits.total_bytes) {
    Job& longest =
        **std::ranges::max_element(jobs_, {}, [](const auto& job) { return job->part->bytes(); });
    const std::uint64_t before = longest.part->bytes();
    CFKOPS_TRY(drop_oldest(longest, "total-size"));
    all -= before - longest.part->bytes();
  }
  return {};
}

Status Collector::end_for_time() {
  const std::string why =
      "the time limit of " + base::human_duration(request_.limits.time) + " was over";
  const std::vector<Job*> active = active_;
  for (Job* job : active) {
    CFKOPS_TRY(job->fetch->stop("time", why));
    CFKOPS_TRY(finished(*job));
  }
  for (const auto& job : jobs_) {
    if (!job->done) {
      job->done = true;
      job->result.coverage.complete = Complete::No;
      job->result.coverage.why = why;
      job->result.coverage.limits.emplace_back("time");
    }
  }
  return {};
}

Status Collector::read_logs() {
  for (const auto& job : jobs_) {
    if (!job->done && !job->result.log.waiting.empty()) {
      job->done = true;
      job->result.coverage.complete = Complete::Yes;
      job->result.coverage.why = "it has not run yet: " + job->result.log.waiting;
    }
  }
  while (true) {
    start_some();
    CFKOPS_TRY(step_all());
    if (active_.empty()) {
      if (next_ >= jobs_.size()) {
        return {};
      }
      continue;
    }
    CFKOPS_ASSIGN(const bool in_time, wait());
    CFKOPS_TRY(keep_limits());
    tell();
    if (!in_time) {
      return end_for_time();
    }
  }
}

/// What there is to say of lines that were dropped.
void Collector::settle(Job& job) const {
  Coverage& coverage = job.result.coverage;
  coverage.lines = job.part->times();
  const LineTimes& dropped = job.part->dropped();
  if (dropped.lines == 0) {
    return;
  }
  if (dropped.first && coverage.lines.first) {
    coverage.gaps.push_back(
        {*dropped.first,
         *coverage.lines.first,
         fmt::format("left out to keep to a limit: {}",
                     base::counted(static_cast<long long>(dropped.lines), "line"))});
  }
  coverage.why = coverage.complete == Complete::No && !coverage.why.empty()
                     ? coverage.why
                     : "its oldest lines were left out to keep to a limit";
  coverage.complete = Complete::No;
}

Result<Collection> Collector::make_archive() {
  Collection collection{
      .problems = std::move(problems_), .from = from_, .until = until_, .resumed = resumed_};
  Documents documents(store_, compression_, "doc");
  if (request_.context) {
    CFKOPS_TRY(read_surroundings(reader_, pods_, salt_, documents, collection.problems));
  }
  std::vector<Entry> entries = documents.entries();
  entries.reserve(entries.size() + jobs_.size());
  collection.logs.reserve(jobs_.size());
  std::ranges::sort(jobs_, {}, [](const auto& job) { return job->result.path; });
  for (const auto& job : jobs_) {
    settle(*job);
    CFKOPS_ASSIGN(job->result.sha256, job->part->sha256());
    if (job->part->segments().empty() && job->part->marker().empty()) {
      job->result.path.clear();
      job->result.sha256.clear();
    } else {
      entries.push_back({job->result.path, job->part.get()});
    }
    collection.bytes += job->part->bytes();
    collection.logs.push_back(job->result);
  }
  CFKOPS_TRY(write_archive(store_, compression_, request_, std::move(entries), collection));
  return collection;
}

Result<Collection> Collector::run() {
  CFKOPS_TRY(open());
  Status begun = find();
  begun = begun ? add_jobs() : std::move(begun);
  if (!begun) {
    // A record without a log would only be in the way of another request.
    const Status forgotten = jobs_.empty() ? forget() : Status();
    return forgotten ? std::move(begun).error() : forgotten.error();
  }
  CFKOPS_TRY(read_logs());
  return make_archive();
}

}  // namespace cfkops::logs
