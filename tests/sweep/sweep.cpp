// Lets a runbook run on a simulated cluster, and in copies of it lets every request fail in every
// way and the process die at every request and every write of its journal; each is then resumed and
// judged. `sweep RUNBOOK SCENARIO NAMESPACE [/WATCHED] [ONCE-STEP] [name=value...]`

#include "forks.hpp"
#include "trial.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/runbook/loader.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace cfkops::test {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kMostShown = 40;

std::string content_of(const std::string& path) {
  auto text = base::read_file(path, std::size_t{1} << 20U);
  if (!text) {
    std::fprintf(stderr, "%s\n", text.error().text().c_str());
    std::exit(2);
  }
  return *std::move(text);
}

SweptRunbook read_arguments(const std::vector<std::string>& words) {
  SweptRunbook swept;
  auto runbook = runbook::load_runbook(content_of(words.at(0)), words.at(0));
  auto scenario = sandbox::load_scenario(content_of(words.at(1)), words.at(1));
  if (!runbook || !scenario) {
    std::fprintf(stderr, "the runbook or the scenario cannot be read\n");
    std::exit(2);
  }
  swept.runbook = *std::move(runbook);
  swept.scenario = *std::move(scenario);
  swept.ns = words.at(2);
  for (std::size_t i = 3; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (words[i].starts_with('/')) {
      swept.watched = words[i];
    } else if (equals == std::string::npos) {
      swept.once_step = words[i];
    } else {
      swept.params[words[i].substr(0, equals)] = words[i].substr(equals + 1);
    }
  }
  return swept;
}

int sweep(const std::vector<std::string>& words) {
  if (words.size() < 3) {
    std::fprintf(stderr,
                 "sweep RUNBOOK SCENARIO NAMESPACE [/WATCHED] [ONCE-STEP] [name=value...]\n");
    return 2;
  }
  const SweptRunbook swept = read_arguments(words);
  Forks forks(kWorkers);
  Trial trial(swept, forks);
  std::size_t failed = 0;
  const auto show = [&failed](const std::string& name, const std::vector<std::string>& problems) {
    failed += problems.empty() ? 0U : 1U;
    if (problems.empty() || failed > kMostShown) {
      return;
    }
    std::printf("%s:\n", name.c_str());
    for (const std::string& problem : problems) {
      std::printf("    %s\n", problem.c_str());
    }
  };
  const std::vector<std::string> plain = trial.perform();
  const std::vector<SweptPoint> points = forks.gather();
  show("the plain run", plain);
  for (const SweptPoint& point : points) {
    show(point.name, point.problems);
  }
  std::printf("%s: %zu points swept (%llu requests, %zu writes), 0 skipped, %zu failed\n",
              swept.runbook.name.c_str(),
              points.size(),
              static_cast<unsigned long long>(trial.requests()),
              trial.writes(),
              failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cfkops::test

int main(int count, char** words) {
  return cfkops::test::sweep(std::vector<std::string>(words + 1, words + count));
}
