# Installs the parts of the library, models, program, public headers and the CMake package `unfurl`, by components:
# `library` and `development` for the parts core and formats, `app_library` and `app_development` for the others, which need
# Graphviz and sound libraries, and `tools` for the program. They are the packages of unfurl_debian.cmake.
include(CMakePackageConfigHelpers)
include(unfurl_components)

set(UNFURL_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/unfurl")

# unfurl_install_part(PART HEADERS_DIR): what is needed to run and to build programs that use one part.
function(unfurl_install_part part headers_dir)
  set(group app_)
  if(part MATCHES "^(core|formats)$")
    set(group "")
  endif()
  install(TARGETS unfurl_${part} EXPORT unfurl_${part}
    RUNTIME COMPONENT ${group}library
    LIBRARY COMPONENT ${group}library NAMELINK_COMPONENT ${group}development
    ARCHIVE COMPONENT ${group}development
    FILE_SET HEADERS DESTINATION "${headers_dir}" COMPONENT ${group}development)
  install(EXPORT unfurl_${part} NAMESPACE unfurl:: FILE unfurl_${part}.cmake
    DESTINATION "${UNFURL_PACKAGE_DIR}" COMPONENT ${group}development)
endfunction()

foreach(component IN LISTS unfurl_components)
  unfurl_install_part(${component} "${CMAKE_INSTALL_INCLUDEDIR}")
endforeach()
if(TARGET unfurl_mpi)
  unfurl_install_part(mpi "${CMAKE_INSTALL_INCLUDEDIR}")
endif()
if(UNFURL_BUILD_MODELS)
  unfurl_install_part(models "${CMAKE_INSTALL_INCLUDEDIR}/unfurl")
endif()
if(TARGET unfurl_program)
  install(TARGETS unfurl_program COMPONENT tools)
  # What the program says of itself, for the manual and for shells.
  install(CODE "set(unfurl_program \"$<TARGET_FILE:unfurl_program>\")" COMPONENT tools)
  install(CODE "set(unfurl_data \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")" COMPONENT tools)
  install(CODE "set(unfurl_manual \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1\")" COMPONENT tools)
  install(CODE "set(unfurl_compress \"${UNFURL_DEBIAN}\")" COMPONENT tools)
  install(SCRIPT "${CMAKE_CURRENT_LIST_DIR}/unfurl_install_texts.cmake" COMPONENT tools)
endif()

write_basic_package_version_file(unfurlConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES "${CMAKE_CURRENT_LIST_DIR}/unfurlConfig.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/unfurl_components.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/unfurl_dependencies.cmake"
        "${CMAKE_CURRENT_BINARY_DIR}/unfurlConfigVersion.cmake"
  DESTINATION "${UNFURL_PACKAGE_DIR}" COMPONENT development)

if(UNFURL_DEBIAN)
  include(unfurl_debian)
endif()
