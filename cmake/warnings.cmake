# Warnings are errors, for our own code only.
add_library(scotoma_warnings INTERFACE)
target_compile_options(scotoma_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -Wno-restrict)  # g++ 12 sees overlap in std::string operator+ where there is none (GCC bug 105651)
