# Who may use whom, and which module owns which third-party header. Read by cfkops_module() when the
# tree is configured and by CheckLayers.cmake over every #include.
set(cfkops_may_use_base "")
set(cfkops_may_use_kube base)
set(cfkops_may_use_placement base kube)
set(cfkops_may_use_runbook base)
set(cfkops_may_use_authoring base runbook)
set(cfkops_may_use_lsp base runbook)
set(cfkops_may_use_audit base)
set(cfkops_may_use_engine base kube runbook audit)
set(cfkops_may_use_kafka base kube)
set(cfkops_may_use_cfk base kube)
set(cfkops_may_use_helm base kube)
set(cfkops_may_use_health base kube placement kafka)
set(cfkops_may_use_logs base kube kafka)
set(cfkops_may_use_actions base kube placement runbook engine kafka health logs cfk helm)
set(cfkops_may_use_sandbox base kube placement)
set(cfkops_may_use_rehearse base kube runbook audit engine kafka sandbox)
set(cfkops_may_use_report base runbook audit engine)
set(cfkops_may_use_desk base runbook audit engine)
set(cfkops_may_use_cli
  base kube placement runbook authoring lsp audit engine kafka health logs cfk helm actions sandbox rehearse
  report desk)

# Third-party headers by the first folder or file of their include; all of them in .cpp files only.
set(cfkops_fenced
  spdlog yaml-cpp openssl curl re2 CLI cmark.h date librdkafka zlib.h zstd.h)
set(cfkops_owner_spdlog base)
set(cfkops_owner_yaml-cpp base)
set(cfkops_owner_openssl base sandbox)
set(cfkops_owner_curl kube)
set(cfkops_owner_re2 runbook sandbox)
set(cfkops_owner_CLI cli)
set(cfkops_owner_cmark.h authoring)
set(cfkops_owner_date runbook)
set(cfkops_owner_librdkafka kafka)
set(cfkops_owner_zlib.h helm logs)
set(cfkops_owner_zstd.h logs)
