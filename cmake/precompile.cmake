# -DSCOTOMA_PRECOMPILE_HEADERS=ON reads the large headers that most files include once a target instead of once a file. A file still
# includes what it uses: the preset lint compiles without.
option(SCOTOMA_PRECOMPILE_HEADERS "Precompile the headers that most sources include" OFF)

set(SCOTOMA_COMMON_HEADERS <algorithm> <cmath> <filesystem> <functional> <map> <memory> <optional> <set> <span> <string>
  <string_view> <vector> <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp>)

# scotoma_precompile(TARGET HEADER...): the common headers and those given.
function(scotoma_precompile target)
  if(SCOTOMA_PRECOMPILE_HEADERS)
    target_precompile_headers(${target} PRIVATE ${SCOTOMA_COMMON_HEADERS} ${ARGN})
  endif()
endfunction()
