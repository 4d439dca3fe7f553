# -DSCOTOMA_JOIN_SOURCES=ON compiles up to eight files of a folder in one go: headers are read and templates are made once for all
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
    string(MAKE_C_IDENTIFIER "${folder}" folder)
    math(EXPR before_${folder} "${before_${folder}} + 1")
    math(EXPR batch "(${before_${folder}} - 1) / 8")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder}_${batch})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
