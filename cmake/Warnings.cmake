# cfkops_warnings: what the compiler must say about our own code. Errors in development mode only,
# so that a newer compiler's new warning never stops somebody who just wants the binary. GCC 12 is wrong in
# these at -O2 (std::optional, strings, vectors: see GCC bugs 105329, 105616 and 105762).
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
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-maybe-uninitialized;-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>
  $<$<BOOL:${CFKOPS_DEV_MODE}>:-Werror>)
