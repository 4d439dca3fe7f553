# -DSCOTOMA_SANITIZE=address,undefined or =thread instruments everything that we build.
set(SCOTOMA_SANITIZE "" CACHE STRING "Sanitizers to build with")
add_library(scotoma_sanitizers INTERFACE)
if(SCOTOMA_SANITIZE)
  # Instrumented, g++ 12 takes std::function inside std::regex for uninitialised.
  target_compile_options(scotoma_sanitizers INTERFACE
    -fsanitize=${SCOTOMA_SANITIZE} -fno-omit-frame-pointer -Wno-maybe-uninitialized)
  target_link_options(scotoma_sanitizers INTERFACE -fsanitize=${SCOTOMA_SANITIZE})
endif()
