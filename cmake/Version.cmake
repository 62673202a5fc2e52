# Writes <build>/generated/version.cpp, the one place that knows the version (project() in the root
# CMakeLists.txt). The commit goes in only where the binary ships: elsewhere each commit would link
# every test anew.
set(cfkops_commit "")
if(CFKOPS_COMMIT_IN_VERSION)
  find_package(Git QUIET)
  if(GIT_FOUND AND EXISTS "${PROJECT_SOURCE_DIR}/.git")
    execute_process(
      COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" rev-parse --short=10 HEAD
      OUTPUT_VARIABLE cfkops_commit
      OUTPUT_STRIP_TRAILING_WHITESPACE
      ERROR_QUIET)
  endif()
endif()
set(cfkops_version_cpp "${PROJECT_BINARY_DIR}/generated/version.cpp")
configure_file("${PROJECT_SOURCE_DIR}/cmake/version.cpp.in" "${cfkops_version_cpp}" @ONLY)
