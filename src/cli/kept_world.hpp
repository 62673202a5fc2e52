#pragma once

#include "cfkops/base/append_file.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::cli {

/// The line from a run to its simulated cluster. A simulation does the same whenever it is asked
/// the same at the same moments, so the line keeps a file of all that went through it, from which
/// another process makes the same cluster again: `world.jsonl` in the run's folder.
class KeptWorld final : public kube::Transport {
 public:
  /// Borrows the cluster.
  KeptWorld(sandbox::Cluster& cluster, const std::string& scenario, WallTime start);
  ~KeptWorld() override;
  KeptWorld(const KeptWorld&) = delete;
  KeptWorld& operator=(const KeptWorld&) = delete;

  /// From now on the file is kept, with all that went through so far. Errors: Io.
  Status keep(const std::filesystem::path& folder);

  /// Makes the cluster what it was when the process that kept the file ended, and goes on keeping
  /// it. `until` is the last moment of which anything is known. Errors: Io; Refused where the
  /// cluster does not answer as it did, so that it is another one.
  Status bring_back(const std::filesystem::path& folder, WallTime until);

  kube::ExchangeId submit(kube::Request request, Completion completion) override;
  kube::ExchangeId stream(kube::Request request, kube::StreamSink& sink) override;
  kube::ExchangeId open_socket(kube::Request request,
                               std::vector<std::string> protocols,
                               kube::SocketSink& sink) override;
  void send(kube::ExchangeId socket, std::string_view bytes) override;
  void cancel(kube::ExchangeId exchange) override;
  void pump(MonoTime until) override;
  void wake() noexcept override;
  [[nodiscard]] std::string server() const override;

  [[nodiscard]] bool simulated() const override { return true; }

 private:
  /// Who asked has died with his process.
  class Nobody;

  void write(nlohmann::json line);
  kube::ExchangeId pass(std::uint64_t number, kube::Request request, Completion completion);
  void answered(std::uint64_t number, const Result<kube::Response>& outcome);
  Status repeat(const Json& line);
  void advance(MonoTime until);

  /// So often the clock may stand still while things happen at one moment.
  static constexpr int kLongestStandstill = 10'000;

  sandbox::Cluster& cluster_;
  std::string waiting_;  ///< lines before there is a file
  std::unique_ptr<AppendFile> file_;
  bool broken_ = false;  ///< the file ends early: what is brought back from it will not match
  std::uint64_t numbers_ = 0;
  std::map<kube::ExchangeId, std::uint64_t> exchanges_;  ///< by the cluster's id
  std::map<std::uint64_t, kube::ExchangeId> repeated_;
  std::map<std::uint64_t, std::string> answers_;  ///< of the requests that are repeated
  bool bringing_back_ = false;
  int standstill_ = 0;
  std::unique_ptr<Nobody> nobody_;
};

/// What such a file says of the scenario: its name or file, and the moment it began. Errors:
/// NotFound where the run was not on a simulated cluster; Protocol.
struct WorldHead {
  std::string scenario;
  WallTime start;
};

[[nodiscard]] Result<WorldHead> read_world_head(const std::filesystem::path& folder);

/// Whether the run of that folder was on a simulated cluster.
[[nodiscard]] bool has_world(const std::filesystem::path& folder);

}  // namespace cfkops::cli
