// Lets a runbook run on a simulated cluster, and in copies of it lets every request fail in every
// way and the process die at every request and every write of its journal; each is then resumed and
// judged. `sweep RUNBOOK SCENARIO NAMESPACE [watched=/PATH] [once=/PATH] [name=value...]`

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

void say(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
}

void say(const runbook::Diagnostic& finding) {
  std::fprintf(stderr, "%s [%s]\n", finding.message.c_str(), finding.code.c_str());
}

template <class Loaded>
auto read(Loaded loaded) {
  if (!loaded) {
    for (const auto& wrong : loaded.error()) {
      say(wrong);
    }
    std::exit(2);
  }
  return *std::move(loaded);
}

SweptRunbook read_arguments(const std::vector<std::string>& words) {
  SweptRunbook swept;
  swept.runbook = read(runbook::load_runbook(content_of(words.at(0)), words.at(0)));
  swept.scenario = read(sandbox::load_scenario(content_of(words.at(1)), words.at(1)));
  swept.ns = words.at(2);
  for (std::size_t i = 3; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : words[i].substr(equals + 1);
    if (value.starts_with('/') && (name == "watched" || name == "once")) {
      (name == "watched" ? swept.watched : swept.once) = value;
    } else {
      swept.params[name] = value;
    }
  }
  return swept;
}

int sweep(const std::vector<std::string>& words) {
  if (words.size() < 3) {
    std::fprintf(stderr,
                 "sweep RUNBOOK SCENARIO NAMESPACE [watched=/PATH] [once=/PATH] [name=value...]\n");
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
