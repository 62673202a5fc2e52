#pragma once

#include "points.hpp"
#include "stage.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// Lets one plain run branch off at points: there a process is made that is its copy, in which that
/// fault happens and which goes on to the end, while the plain run goes on as well. What lies
/// before a point is so run once for all of them. To be used where this process has one thread.
class Branches final : public Crossroads {
 public:
  /// Borrows the points; at most `workers` branches run at a time.
  Branches(const std::vector<FaultPoint>& points, std::size_t workers);
  Branches(const Branches&) = delete;
  Branches& operator=(const Branches&) = delete;

  /// Ends the branches that still run; in a branch it ends this process.
  ~Branches() override;

  std::vector<sandbox::Fault> at_request(std::uint64_t number) override;
  bool killed_at_write(std::uint64_t number) override;

  [[nodiscard]] bool has_branched() const override { return own_.has_value(); }

  /// Hands the report to the plain run's process.
  [[noreturn]] void arrive(Rehearsed run) override;

  /// In the plain run, after its end: the reports of all branches as `json_of` writes them, in the
  /// order of the points. Errors: Io where a process could not be made, Internal where one ended
  /// without a report.
  [[nodiscard]] Result<std::vector<std::string>> gather();

 private:
  struct Child {
    pid_t pid = -1;
    int pipe = -1;
    std::size_t point = 0;
  };

  bool branch(std::size_t point);
  bool become_child(std::size_t point, int read_end, int write_end);
  [[noreturn]] void deliver(const std::string& text) const;
  void read_some();
  void finish(Child child);
  void fail(Error error);

  const std::vector<FaultPoint>& points_;
  std::size_t workers_;
  std::map<std::uint64_t, std::vector<std::size_t>> at_requests_;
  std::map<std::uint64_t, std::vector<std::size_t>> at_writes_;
  std::vector<Child> children_;
  std::vector<std::string> texts_;
  std::vector<bool> delivered_;
  std::optional<std::size_t> own_;
  int answer_ = -1;  ///< in a branch: where its text goes
  std::optional<Error> error_;
};

}  // namespace cfkops::rehearse
