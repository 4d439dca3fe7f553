# cmake --install: the program, what `scotoma demo` reads, and the library as the CMake package `scotoma`
# (find_package(scotoma), scotoma::scotoma). Models and OpenVINO are not copied: both are looked for where they were.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(SCOTOMA_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/scotoma)

# OpenVINO seldom lies where the loader looks. INSTALL_RPATH_USE_LINK_PATH would leave out folders inside the source tree.
set_target_properties(scotoma PROPERTIES INSTALL_RPATH $<TARGET_FILE_DIR:openvino::runtime>)
install(TARGETS scotoma RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# The manual, written by the program itself whenever it is linked; where it cannot run, there is none.
set(SCOTOMA_MAN_DIR ${PROJECT_BINARY_DIR}/man)
if(NOT SCOTOMA_SANITIZE AND NOT CMAKE_CROSSCOMPILING)
  add_custom_command(TARGET scotoma POST_BUILD COMMAND scotoma man --to ${SCOTOMA_MAN_DIR} VERBATIM)
endif()
install(DIRECTORY ${SCOTOMA_MAN_DIR}/ DESTINATION ${CMAKE_INSTALL_MANDIR} OPTIONAL FILES_MATCHING PATTERN "scotoma*.[15]")

# The examples name their models relative to themselves; the program finds both relative to itself (apps/scotoma/demo.cpp).
install(DIRECTORY examples DESTINATION share/scotoma FILES_MATCHING PATTERN "*.toml")
install(DIRECTORY world/captioner world/classifiers world/embedder world/generator DESTINATION share/scotoma/world)
install(FILES world/judge.onnx world/judge.labels.json DESTINATION share/scotoma/world)
# What the demo tells to read on.
install(FILES README.md DESTINATION share/scotoma)
install(DIRECTORY docs DESTINATION share/scotoma FILES_MATCHING PATTERN "*.md")

set_target_properties(scotoma_lib PROPERTIES EXPORT_NAME scotoma OUTPUT_NAME scotoma)
install(TARGETS scotoma_lib EXPORT scotoma ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# Public is what includes nobody's headers but fmt's and nlohmann's: neither the engine's, the TOML parser's nor SQLite's.
install(DIRECTORY src/scotoma DESTINATION include FILES_MATCHING PATTERN "*.h"
  PATTERN "backend/openvino" EXCLUDE
  PATTERN "backend/sdcpp/checkpoint.h" EXCLUDE
  PATTERN "backend/sdcpp/library.h" EXCLUDE
  PATTERN "study/table_reader.h" EXCLUDE
  PATTERN "study/old_keys.h" EXCLUDE
  PATTERN "study/read_lists.h" EXCLUDE
  PATTERN "study/read_labels.h" EXCLUDE
  PATTERN "study/check_values.h" EXCLUDE
  PATTERN "study/unread_keys.h" EXCLUDE
  PATTERN "study/option_field.h" EXCLUDE
  PATTERN "study/assign.h" EXCLUDE
  PATTERN "record/summed_rows.h" EXCLUDE)
install(EXPORT scotoma NAMESPACE scotoma:: FILE scotoma-targets.cmake DESTINATION ${SCOTOMA_PACKAGE_DIR})
configure_package_config_file(cmake/scotoma-config.cmake.in ${PROJECT_BINARY_DIR}/scotoma-config.cmake
  INSTALL_DESTINATION ${SCOTOMA_PACKAGE_DIR} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/scotoma-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/scotoma-config.cmake ${PROJECT_BINARY_DIR}/scotoma-config-version.cmake
  DESTINATION ${SCOTOMA_PACKAGE_DIR})
install(FILES LICENSE DESTINATION share/doc/scotoma)
