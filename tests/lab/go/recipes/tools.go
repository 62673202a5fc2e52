//go:build tools

// Package tools pins what checks docs/ci: actionlint, whose own main package is what gets built, and go-sarif, which
// carries the schema of SARIF.
package tools

import (
	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	_ "github.com/rhysd/actionlint/cmd/actionlint"
)
