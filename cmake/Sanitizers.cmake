# Adds -DCFKOPS_SANITIZE=address,undefined (or thread) to cfkops_settings. A finding ends the program.
if(CFKOPS_SANITIZE)
  set(sanitize
    "-fsanitize=${CFKOPS_SANITIZE}" -fno-sanitize-recover=all)
  target_compile_options(cfkops_settings INTERFACE ${sanitize})
  target_compile_definitions(cfkops_settings INTERFACE CFKOPS_SANITIZED)
  target_link_options(cfkops_settings INTERFACE ${sanitize})
  unset(sanitize)
endif()
