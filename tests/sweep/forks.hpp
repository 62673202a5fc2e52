#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace cfkops::test {

/// What came of one point of a sweep.
struct SweptPoint {
  std::string name;                   ///< "kill at write 12"
  std::vector<std::string> problems;  ///< empty: all that must hold holds
};

/// Copies this process at the points of a sweep: each copy lives through its point and reports,
/// while the original goes on undisturbed, so that what lies before a point is run once for all. To
/// be used while the process has one thread.
class Forks {
 public:
  /// At most `workers` copies run at a time.
  explicit Forks(std::size_t workers)
      : workers_(workers) {}

  Forks(const Forks&) = delete;
  Forks& operator=(const Forks&) = delete;
  ~Forks();

  /// Makes a copy here. True in the copy, which ends with `report`.
  bool fork_here(const std::string& name);

  /// This process is such a copy.
  [[nodiscard]] bool is_copy() const { return answer_ >= 0; }

  /// In a copy: hands the problems to the original and ends the process.
  [[noreturn]] void report(const std::vector<std::string>& problems) const;

  /// In the original: waits for all, in the order of forking. A copy that ended without a report is
  /// a problem of its own.
  [[nodiscard]] std::vector<SweptPoint> gather();

 private:
  struct Copy {
    pid_t pid = -1;
    int pipe = -1;
    std::size_t point = 0;
  };

  void take_one();

  std::size_t workers_;
  std::vector<Copy> running_;
  std::vector<SweptPoint> points_;
  int answer_ = -1;
};

}  // namespace cfkops::test
