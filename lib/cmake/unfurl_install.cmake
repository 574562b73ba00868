# Installs library, models, program, public headers and the CMake package `unfurl`.
include(CMakePackageConfigHelpers)

set(UNFURL_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/unfurl")

install(TARGETS unfurl EXPORT unfurl_targets FILE_SET HEADERS)
if(UNFURL_BUILD_MODELS)
  install(TARGETS unfurl_models EXPORT unfurl_targets
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/unfurl")
endif()
if(TARGET unfurl_program)
  install(TARGETS unfurl_program)
endif()

install(EXPORT unfurl_targets NAMESPACE unfurl:: FILE unfurlTargets.cmake DESTINATION "${UNFURL_PACKAGE_DIR}")
write_basic_package_version_file(unfurlConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES "${CMAKE_CURRENT_LIST_DIR}/unfurlConfig.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/unfurl_dependencies.cmake"
        "${CMAKE_CURRENT_BINARY_DIR}/unfurlConfigVersion.cmake"
  DESTINATION "${UNFURL_PACKAGE_DIR}")
