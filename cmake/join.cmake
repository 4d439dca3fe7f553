# -DSCOTOMA_JOIN_SOURCES=ON compiles up to sixteen files of a folder in one go: headers are read and templates are made once for all
# of them. It is quick for all, slow after a change of one. Files of one folder must not use a name twice in unnamed namespaces.
option(SCOTOMA_JOIN_SOURCES "Compile sources in batches" OFF)

# Call it where the target is made: properties of files hold in one directory.
function(scotoma_join_sources target)
  if(NOT SCOTOMA_JOIN_SOURCES)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_filename_component(folder ${source} DIRECTORY)
    string(MAKE_C_IDENTIFIER "in_${folder}" folder)
    list(APPEND folders ${folder})
    list(APPEND ${folder} ${source})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(folder IN LISTS folders)
    list(LENGTH ${folder} files)
    math(EXPR batches "(${files} + 15) / 16")
    set(before 0)
    foreach(source IN LISTS ${folder})
      math(EXPR batch "${before} * ${batches} / ${files}")  # of about the same size
      math(EXPR before "${before} + 1")
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder}_${batch})
    endforeach()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# scotoma_define(TARGET "DEFINITION;..." FILE...): what only these files see, so that a compiler cache serves all others in every
# checkout. A file with definitions of its own cannot be joined: joined, the whole target sees them.
function(scotoma_define target definitions)
  if(SCOTOMA_JOIN_SOURCES)
    target_compile_definitions(${target} PRIVATE ${definitions})
  else()
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_DEFINITIONS ${definitions})
  endif()
endfunction()
