# stable-diffusion.cpp, where it is wanted. SCOTOMA_SDCPP_DIR is a source tree or an installed folder, with
# include/stable-diffusion.h and the shared library (build it with -DSD_BUILD_SHARED_LIBS=ON) in it, in lib/, bin/ or a build folder.
# A shared one, since it brings what it needs for GPUs. It is opened when it is needed (src/scotoma/backend/sdcpp/library.h), not linked:
# only its header and its place are of use here.
set(SCOTOMA_SDCPP_DIR "$ENV{SCOTOMA_SDCPP_DIR}" CACHE PATH "stable-diffusion.cpp: a built source tree, or where it is installed")

if(NOT "${SCOTOMA_SDCPP_DIR}" STREQUAL "${SCOTOMA_SDCPP_LOOKED_IN}")  # what was found belongs to another
  unset(SCOTOMA_SDCPP_INCLUDE CACHE)
  unset(SCOTOMA_SDCPP_LIBRARY CACHE)
endif()
set(SCOTOMA_SDCPP_LOOKED_IN "${SCOTOMA_SDCPP_DIR}" CACHE INTERNAL "")

if(SCOTOMA_SDCPP_DIR)
  find_path(SCOTOMA_SDCPP_INCLUDE stable-diffusion.h HINTS ${SCOTOMA_SDCPP_DIR}
    PATH_SUFFIXES include . source/include NO_DEFAULT_PATH)
  find_library(SCOTOMA_SDCPP_LIBRARY NAMES libstable-diffusion.so libstable-diffusion.dylib HINTS ${SCOTOMA_SDCPP_DIR}
    PATH_SUFFIXES lib lib64 bin build/bin build/lib build library/bin . NO_DEFAULT_PATH)
  if(NOT SCOTOMA_SDCPP_INCLUDE OR NOT SCOTOMA_SDCPP_LIBRARY)
    message(FATAL_ERROR "SCOTOMA_SDCPP_DIR=${SCOTOMA_SDCPP_DIR} holds no include/stable-diffusion.h or no libstable-diffusion.so: "
      "build stable-diffusion.cpp with -DSD_BUILD_SHARED_LIBS=ON, and name its source tree or where it is installed")
  endif()
endif()

set(SCOTOMA_SDCPP_FILES checkpoint generator library)  # of src/scotoma/backend/sdcpp: those that name the library

# Takes these files out of the list, or the one that stands in for them.
function(scotoma_choose_sdcpp list_of_sources)
  set(sources ${${list_of_sources}})
  if(SCOTOMA_SDCPP_DIR)
    list(FILTER sources EXCLUDE REGEX "/backend/sdcpp/absent[.]cpp$")
  else()
    list(JOIN SCOTOMA_SDCPP_FILES "|" names)
    list(FILTER sources EXCLUDE REGEX "/backend/sdcpp/(${names})[.]cpp$")
  endif()
  set(${list_of_sources} ${sources} PARENT_SCOPE)
endfunction()

# The header is for these files alone: all others are compiled as they are without the library.
function(scotoma_find_sdcpp_header)
  if(SCOTOMA_SDCPP_DIR)
    foreach(name IN LISTS SCOTOMA_SDCPP_FILES)
      set_property(SOURCE ${PROJECT_SOURCE_DIR}/src/scotoma/backend/sdcpp/${name}.cpp
        APPEND PROPERTY COMPILE_OPTIONS -isystem "${SCOTOMA_SDCPP_INCLUDE}")
      set_property(SOURCE ${PROJECT_SOURCE_DIR}/src/scotoma/backend/sdcpp/${name}.cpp
        APPEND PROPERTY COMPILE_DEFINITIONS SCOTOMA_SDCPP_LIBRARY="${SCOTOMA_SDCPP_LIBRARY}")
    endforeach()
  endif()
endfunction()
