#pragma once

#include "archive.hpp"
#include "fetch.hpp"

#include "cfkops/logs/collect.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace cfkops::logs {

/// One collection under way: see `collect`. Borrows everything it is given.
class Collector {
 public:
  Collector(kube::Reader& reader,
            Store& store,
            const CollectRequest& request,
            const CollectListener& listener)
      : reader_(reader),
        store_(store),
        request_(request),
        listener_(listener) {}

  /// All of it, once.
  Result<Collection> run();

 private:
  /// One log, from its name to its part of the archive.
  struct Job {
    CollectedLog result;
    std::unique_ptr<LogPart> part;
    std::unique_ptr<Fetch> fetch;  ///< while it is read
    bool done = false;
  };

  Status open();
  Status forget();
  Status begin_record();
  Status recall(const std::string& record);
  Status recall_line(const std::string& line);
  Status recall_log(const Json& json);
  Status write_down(const nlohmann::json& line);
  Status find();
  Status add_jobs();
  Job& add_job(const ContainerLog& log);
  [[nodiscard]] std::string path_for(const ContainerLog& log);

  Status read_logs();
  void start_some();
  Result<bool> wait();
  Status step(Job& job);
  Status step_all();
  Status finished(Job& job);
  Status keep_limit(Job& job);
  Status keep_limits();
  Status drop_oldest(Job& job, const std::string& limit);
  Status end_for_time();
  [[nodiscard]] std::uint64_t bytes() const;
  void settle(Job& job) const;
  void tell() const;
  Result<Collection> make_archive();

  kube::Reader& reader_;
  Store& store_;
  const CollectRequest& request_;
  const CollectListener& listener_;
  Compression compression_ = Compression::Zstd;
  std::unique_ptr<AppendFile> record_;
  bool fresh_ = false;  ///< there is nothing of an earlier process
  std::string salt_;
  std::optional<WallTime> from_;
  WallTime until_ = {};
  MonoTime deadline_ = MonoTime::max();
  std::vector<kube::Object> pods_;
  std::vector<std::string> problems_;  ///< what else could not be read
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<Job*> active_;
  std::map<std::string, Job*> by_key_;
  std::vector<ContainerLog> expected_;  ///< that an earlier process was to read
  std::set<std::string> paths_;
  std::size_t next_ = 0;
  std::size_t resumed_ = 0;
};

}  // namespace cfkops::logs
