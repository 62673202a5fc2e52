# cfkops_warnings: what the compiler must say about our own code. Errors in development mode only,
# so that a newer compiler's new warning never stops somebody who just wants the binary.
add_library(cfkops_warnings INTERFACE)
target_compile_options(cfkops_warnings INTERFACE
  -Wall
  -Wextra
  -Wpedantic
  -Wshadow
  -Wconversion
  -Wsign-conversion
  -Wold-style-cast
  -Wnon-virtual-dtor
  -Woverloaded-virtual
  -Wcast-align
  -Wdouble-promotion
  -Wextra-semi
  -Wformat=2
  -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond>
  $<$<BOOL:${CFKOPS_DEV_MODE}>:-Werror>)
