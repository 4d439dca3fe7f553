# Warnings are errors, for our own code only.
add_library(scotoma_warnings INTERFACE)
target_compile_options(scotoma_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  # g++ 12 sees overlap in std::string operator+ where there is none (GCC bug 105651), and copies of more than half the memory in
  # std::string's insert and operator+ where the standard library's headers are precompiled.
  -Wno-restrict -Wno-stringop-overflow)
