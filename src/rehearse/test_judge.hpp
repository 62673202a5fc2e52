#pragma once

#include "stage.hpp"

#include "cfkops/rehearse/runbook_test.hpp"

#include <string_view>
#include <vector>

namespace cfkops::rehearse {

/// Whether a path is one that the pattern means: `*` is any text without '/', `**` any text.
/// Without a '?' in the pattern the query does not count.
[[nodiscard]] bool path_matches(std::string_view pattern, std::string_view path);

/// Whether that is one of the requests that are meant.
[[nodiscard]] bool matches(const RequestPattern& pattern, const SentRequest& request);

/// The run that a test is of, on a cluster of its scenario.
[[nodiscard]] engine::RunRequest request_of(const RunbookTest& test, const runbook::Runbook& book);

/// What is expected of the run's end, its steps, its requests and of Kafka, and is not so.
[[nodiscard]] std::vector<Unmet> judge_run(const RunbookTest& test,
                                           const TestSubject& subject,
                                           const Rehearsed& run,
                                           const std::vector<SentRequest>& requests);

/// What is expected of the objects in a cluster, and is not so. `ns` is that of the run.
[[nodiscard]] std::vector<Unmet> judge_objects(const RunbookTest& test,
                                               const std::string& ns,
                                               sandbox::Cluster& cluster);

}  // namespace cfkops::rehearse
