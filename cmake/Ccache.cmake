# Compiles through ccache when it is installed. GCC's precompiled headers are cached only with this
# sloppiness (and -fpch-preprocess, see Precompiled.cmake). Paths below the source tree are hashed
# relative to it, so that a second clone or worktree finds what the first one compiled.
find_program(CFKOPS_CCACHE ccache)
mark_as_advanced(CFKOPS_CCACHE)
if(CFKOPS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
    CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    "${CFKOPS_CCACHE}")
endif()
