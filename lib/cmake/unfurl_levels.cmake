# What is hot, once for every level of UNFURL_SIMD_LEVELS, in one library. Nothing of a level may be met but by way of its choice:
# neither an inline function of Eigen nor a template of the standard library, of which the linker takes any one of those that
# have the same name. So all that the objects of a level define gets the level's name at its end (objcopy). Their functions,
# without it, are two generated instructions each, which jump to the level that core/simd.cpp chose when the program began.
# A source has to do nothing for this. It must not run anything of its own before main(): the build refuses that.
#
# unfurl_add_levels(TARGET CHOICE simd.cpp LIBRARIES library... SOURCES file...): adds the sources, which use the libraries, to
# the target; at one level, as they are.
function(unfurl_add_levels target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CHOICE" "LIBRARIES;SOURCES")
  set(choice_options "")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    set(choice_options -march=x86-64)
  endif()
  set_source_files_properties("${arg_CHOICE}" PROPERTIES COMPILE_OPTIONS "${choice_options}")
  list(LENGTH UNFURL_SIMD_LEVELS count)
  if(count EQUAL 1)
    set_source_files_properties("${arg_CHOICE}" PROPERTIES COMPILE_DEFINITIONS "UNFURL_SIMD_LEVEL=\"${UNFURL_SIMD_LEVEL}\"")
    target_sources(${target} PRIVATE ${arg_SOURCES})
    return()
  endif()
  set_source_files_properties("${arg_CHOICE}" PROPERTIES COMPILE_DEFINITIONS UNFURL_LEVELS)

  set(folder "${CMAKE_CURRENT_BINARY_DIR}/levels/${target}")
  set(made "${folder}/dispatch.o")
  set(compiled "")
  set(listed "")
  get_target_property(options ${target} COMPILE_OPTIONS)
  if(NOT options)
    set(options "")
  endif()
  foreach(level IN LISTS UNFURL_SIMD_LEVELS)
    set(objects ${target}_${level})
    add_library(${objects} OBJECT ${arg_SOURCES})
    set_target_properties(${objects} PROPERTIES
      UNITY_BUILD OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_compile_features(${objects} PRIVATE cxx_std_20)
    # Without any optimisation, constants of Eigen are made before main().
    target_compile_options(${objects} PRIVATE ${options} ${UNFURL_SIMD_FLAGS_${level}}
      $<$<NOT:$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-O1>)
    target_include_directories(${objects} PRIVATE $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
    target_link_libraries(${objects} PRIVATE ${arg_LIBRARIES})
    list(APPEND compiled $<TARGET_OBJECTS:${objects}>)
    string(APPEND listed "$<JOIN:$<TARGET_OBJECTS:${objects}>,\n>\n")
    foreach(source IN LISTS arg_SOURCES)
      cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
      list(APPEND made "${folder}/${level}/${source}.o")
    endforeach()
  endforeach()
  file(GENERATE OUTPUT "${folder}/objects.txt" CONTENT "${listed}")
  set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/unfurl_level_objects.cmake")
  list(JOIN UNFURL_SIMD_LEVELS "," levels)
  add_custom_command(OUTPUT ${made}
    COMMAND "${CMAKE_COMMAND}" -D "FOLDER=${folder}" -D "TARGET=${target}" -D "LEVELS=${levels}" -D "NM=${CMAKE_NM}"
      -D "OBJCOPY=${CMAKE_OBJCOPY}" -D "OBJDUMP=${CMAKE_OBJDUMP}" -D "READELF=${CMAKE_READELF}"
      -D "COMPILER=${CMAKE_CXX_COMPILER}" -P "${script}"
    DEPENDS ${compiled} "${folder}/objects.txt" "${script}"
    COMMENT "Naming the functions of levels ${levels}" VERBATIM)
  set_source_files_properties(${made} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  target_sources(${target} PRIVATE ${made})
endfunction()
