//go:build tools

// Package tools pins Helm, whose own main package is what gets built.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
