# Debian packages, made by `cpack -G DEB` (tools/package): one for each component of unfurl_install.cmake, with what Debian
# asks for beside its files. What a package needs at run time is found by dpkg-shlibdeps; what is said here are the
# packages of this build, which go together in one version.
if(NOT BUILD_SHARED_LIBS OR NOT UNFURL_BUILD_TOOLS OR NOT UNFURL_BUILD_MODELS)
  message(FATAL_ERROR "UNFURL_DEBIAN needs BUILD_SHARED_LIBS, UNFURL_BUILD_TOOLS and UNFURL_BUILD_MODELS;"
    " mend: cmake --preset package")
endif()
find_program(UNFURL_GZIP gzip REQUIRED)
mark_as_advanced(UNFURL_GZIP)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME unfurl)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # which would come before every package's own
set(CPACK_PACKAGE_VENDOR "The Unfurl authors")
set(CPACK_PACKAGE_CONTACT "${UNFURL_CONTACT}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${UNFURL_CONTACT}")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}/lib;${PROJECT_BINARY_DIR}/models")
set(CPACK_COMPONENTS_ALL "")

set(unfurl_debian_texts "${PROJECT_BINARY_DIR}/debian")
# The licence, in the form of https://www.debian.org/doc/packaging-manuals/copyright-format/1.0
file(READ "${PROJECT_SOURCE_DIR}/LICENSE" unfurl_license)
string(REGEX MATCH "Copyright[^\n]*" UNFURL_COPYRIGHT "${unfurl_license}")
string(REGEX REPLACE "^.*Copyright[^\n]*\n+" "" unfurl_license "${unfurl_license}")
string(STRIP "${unfurl_license}" unfurl_license)
string(REPLACE "\n\n" "\n.\n" unfurl_license "${unfurl_license}")
string(REPLACE "\n" "\n " UNFURL_LICENSE "${unfurl_license}")
string(REGEX REPLACE "^Copyright *(\\(c\\))? *" "" UNFURL_COPYRIGHT "${UNFURL_COPYRIGHT}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/debian/copyright" "${unfurl_debian_texts}/copyright" @ONLY)
configure_file("${CMAKE_CURRENT_LIST_DIR}/debian/changelog" "${unfurl_debian_texts}/changelog" @ONLY)
execute_process(COMMAND "${UNFURL_GZIP}" -9nf "${unfurl_debian_texts}/changelog" COMMAND_ERROR_IS_FATAL ANY)
file(WRITE "${unfurl_debian_texts}/triggers" "activate-noawait ldconfig\n")

# unfurl_debian_package(COMPONENT PACKAGE SECTION SUMMARY TEXT [SHLIBS] [LDCONFIG] [DEPENDS packages] [SUGGESTS packages])
function(unfurl_debian_package component package section summary text)
  cmake_parse_arguments(PARSE_ARGV 5 arg "SHLIBS;LDCONFIG" "" "DEPENDS;SUGGESTS")
  string(TOUPPER ${component} name)
  list(TRANSFORM arg_DEPENDS REPLACE "^((lib)?unfurl[^ ]*)$" "\\1 (= ${PROJECT_VERSION})")
  list(JOIN arg_DEPENDS ", " depends)
  list(JOIN arg_SUGGESTS ", " suggests)
  set(CPACK_DEBIAN_${name}_PACKAGE_NAME ${package} PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_PACKAGE_DEPENDS "${depends}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_PACKAGE_SUGGESTS "${suggests}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_PACKAGE_SHLIBDEPS ${arg_SHLIBS} PARENT_SCOPE)
  if(arg_LDCONFIG)
    set(CPACK_DEBIAN_${name}_PACKAGE_CONTROL_EXTRA "${unfurl_debian_texts}/triggers" PARENT_SCOPE)
  endif()
  set(CPACK_DEBIAN_${name}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
  install(FILES "${unfurl_debian_texts}/copyright" "${unfurl_debian_texts}/changelog.gz"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}" COMPONENT ${component})
  set(overrides "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/debian/${package}.lintian-overrides")
  if(EXISTS "${overrides}")
    install(FILES "${overrides}" RENAME ${package}
      DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides" COMPONENT ${component})
  endif()
endfunction()

set(unfurl_about "Unfurl declares a probabilistic model, unrolls iterations of an inference
algorithm into the layers of a network, gives every layer its own parameters
and trains them.")
set(library libunfurl${UNFURL_SOVERSION})
set(app_library libunfurl-app${UNFURL_SOVERSION})

unfurl_debian_package(library ${library} libs
  "deep unfolding of inference on graphical models - library"
  "${unfurl_about}\nThis package has what runs models and networks (core) and reads and writes\nfiles (formats)."
  SHLIBS LDCONFIG)
unfurl_debian_package(app_library ${app_library} libs
  "deep unfolding of inference on graphical models - drawings, sound, models"
  "${unfurl_about}\nThis package has drawings, sound, comparisons with their reports, and the\nmodels that come with Unfurl."
  SHLIBS LDCONFIG DEPENDS ${library})
unfurl_debian_package(development libunfurl-dev libdevel
  "deep unfolding of inference on graphical models - development"
  "${unfurl_about}\nThis package has headers and the CMake package for the components\ncore and formats."
  DEPENDS ${library})
unfurl_debian_package(app_development libunfurl-app-dev libdevel
  "deep unfolding of inference on graphical models - development of programs"
  "${unfurl_about}\nThis package has headers and the CMake package for the components\ndraw, audio, app and models."
  DEPENDS libunfurl-dev ${app_library})
unfurl_debian_package(tools unfurl-tools science
  "deep unfolding of inference on graphical models - program"
  "${unfurl_about}\nThis package has the program unfurl, which trains, compares, draws and exports,\nwith its manual and the completions of bash, zsh and fish."
  SHLIBS DEPENDS ${library} ${app_library} SUGGESTS libunfurl-app-dev cmake espeak-ng sox)

if(TARGET unfurl_python)
  # One version of Python reads the module: that which its name tells, as in .cpython-311-x86_64-linux-gnu.so.
  get_target_property(suffix unfurl_python SUFFIX)
  if(NOT suffix MATCHES "cpython-3([0-9]+)")
    message(FATAL_ERROR "The Python module ends in '${suffix}', which names no version of CPython")
  endif()
  math(EXPR next_python "${CMAKE_MATCH_1} + 1")
  unfurl_debian_package(python python3-unfurl python
    "deep unfolding of inference on graphical models - Python 3"
    "${unfurl_about}\nThis package has the Python module unfurl."
    SHLIBS DEPENDS ${library} ${app_library} "python3 (>= 3.${CMAKE_MATCH_1})" "python3 (<< 3.${next_python})" python3-numpy
    SUGGESTS python3-torch)
  # The module is copied as it was built, with debug symbols and the folder that its libraries were built in.
  install(CODE "file(GLOB modules \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/python3/dist-packages/unfurl/*.so\")
    foreach(module IN LISTS modules)
      file(RPATH_REMOVE FILE \"\${module}\")
      execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded \"\${module}\" COMMAND_ERROR_IS_FATAL ANY)
    endforeach()" COMPONENT python)
endif()

# The pages that tools/docs/build made, if it did.
set(UNFURL_DOCS "" CACHE PATH "Pages of the documentation, for the package unfurl-doc")
if(UNFURL_DOCS)
  install(DIRECTORY "${UNFURL_DOCS}/" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/unfurl-doc/html" COMPONENT doc)
  unfurl_debian_package(doc unfurl-doc doc
    "deep unfolding of inference on graphical models - documentation"
    "${unfurl_about}\nThis package has the guide, the design, a page from equations to code, and the\nreference of the headers, as pages for a browser.")
  set(CPACK_DEBIAN_DOC_PACKAGE_ARCHITECTURE all)
endif()

include(CPack)
