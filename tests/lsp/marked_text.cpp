#include "marked_text.hpp"

namespace cfkops::test {

MarkedText marked(std::string_view text) {
  constexpr std::string_view kMark = "‸";
  MarkedText marked{std::string(text), text.find(kMark)};
  if (marked.offset == std::string::npos) {
    marked.offset = text.size();
  } else {
    marked.text.erase(marked.offset, kMark.size());
  }
  return marked;
}

std::string around(std::string_view middle) {
  return R"(apiVersion: cfkops/v1
kind: Runbook
name: example
title: An example  # for tests
purpose: |
  Text with words: such as do: and ${params.x}

  in several lines.
owner: me
risk: low
params:
  target: {type: ref<Kafka>, doc: "The cluster, in {braces}"}
  settle:
    type: duration
    default: 30s
    doc: How long to watch
prerequisites:
- check: kafka.replication
  id: replication
  with: {target: "${params.target}"}
steps:
  - id: look
    title: Look at it
    do: object.get
    with:
      kind: configmap
      name: a
)" + std::string(middle) +
         R"(
validation:
  - check: expr
    that: steps.look.uid != ''
)";
}

}  // namespace cfkops::test
