//go:build tools

// Package tools pins kwok, whose own main package is what gets built.
package tools

import _ "sigs.k8s.io/kwok/cmd/kwok"
