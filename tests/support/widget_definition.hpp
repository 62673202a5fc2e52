#pragma once

#include <string>

namespace cfkops::test {

/// A CustomResourceDefinition with one of each that a schema can have: widgets.lab.example.com.
inline std::string widget_definition() {
  return R"(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.lab.example.com}
spec:
  group: lab.example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, shortNames: [wid, part]}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          description: A widget. It has more than one sentence.
          properties:
            apiVersion: {type: string}
            kind: {type: string}
            metadata: {type: object}
            spec:
              type: object
              properties:
                replicas: {type: integer, format: int32, description: How many there are. At least one.}
                paused: {type: boolean}
                limit: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
                ratio: {type: number}
                colour: {type: string, enum: [red, green]}
                tags: {type: object, additionalProperties: {type: string}}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                plain: {type: object}
            status:
              type: object
              properties:
                phase: {type: string}
                since: {type: string, format: date-time, nullable: true}
                conditions:
                  type: array
                  items:
                    type: object
                    properties: {type: {type: string}, status: {type: string}}
)";
}

}  // namespace cfkops::test
