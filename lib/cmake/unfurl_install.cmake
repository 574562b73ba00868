# Installs the parts of the library, models, program, public headers and the CMake package `unfurl`.
include(CMakePackageConfigHelpers)
include(unfurl_components)

set(UNFURL_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/unfurl")

foreach(component IN LISTS unfurl_components)
  install(TARGETS unfurl_${component} EXPORT unfurl_${component} FILE_SET HEADERS)
  install(EXPORT unfurl_${component} NAMESPACE unfurl:: FILE unfurl_${component}.cmake DESTINATION "${UNFURL_PACKAGE_DIR}")
endforeach()
if(UNFURL_BUILD_MODELS)
  install(TARGETS unfurl_models EXPORT unfurl_models
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/unfurl")
  install(EXPORT unfurl_models NAMESPACE unfurl:: FILE unfurl_models.cmake DESTINATION "${UNFURL_PACKAGE_DIR}")
endif()
if(TARGET unfurl_program)
  install(TARGETS unfurl_program)
  # What the program says of itself, for the manual and for shells.
  install(CODE "set(unfurl_program \"$<TARGET_FILE:unfurl_program>\")")
  install(CODE "set(unfurl_data \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")")
  install(CODE "set(unfurl_manual \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1\")")
  install(SCRIPT "${CMAKE_CURRENT_LIST_DIR}/unfurl_install_texts.cmake")
endif()

write_basic_package_version_file(unfurlConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES "${CMAKE_CURRENT_LIST_DIR}/unfurlConfig.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/unfurl_components.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/unfurl_dependencies.cmake"
        "${CMAKE_CURRENT_BINARY_DIR}/unfurlConfigVersion.cmake"
  DESTINATION "${UNFURL_PACKAGE_DIR}")
