# Checks that every work that the text or the code cites, as [Hershey14], is in the references of README.md or, for what is
# cited in models/ alone, of models/README.md: cmake -D SOURCE_DIR=<repository> -P check_references.cmake
cmake_minimum_required(VERSION 3.25)

set(tag "[A-Z][A-Za-z]+[0-9][0-9][a-z]?")

# references(FILE VARIABLE): the tags that begin the entries of its list.
function(references file variable)
  file(STRINGS "${SOURCE_DIR}/${file}" lines REGEX "^- \\[${tag}\\]")
  list(TRANSFORM lines REPLACE "^- .(${tag}).*$" "\\1")
  set(${variable} "${lines}" PARENT_SCOPE)
endfunction()

references(README.md library)
references(models/README.md models)

set(files README.md CHANGELOG.md models/README.md)
foreach(folder include lib models tests tools)
  file(GLOB_RECURSE found RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/${folder}/*.hpp" "${SOURCE_DIR}/${folder}/*.cpp")
  list(APPEND files ${found})
endforeach()

set(missing "")
set(cited 0)
foreach(file IN LISTS files)
  set(known ${library})
  if(file MATCHES "^models/")
    list(APPEND known ${models})
  endif()
  file(READ "${SOURCE_DIR}/${file}" text)
  # One tag, or several in one pair of brackets; what follows a tag may be a section. Brackets would make a list of one element.
  string(REGEX MATCHALL "\\[${tag}(, ${tag})*[],]" groups "${text}")
  string(REGEX MATCHALL "${tag}" tags "${groups}")
  foreach(one IN LISTS tags)
    math(EXPR cited "${cited} + 1")
    if(NOT one IN_LIST known)
      list(APPEND missing "${file}: [${one}]")
    endif()
  endforeach()
endforeach()

if(cited EQUAL 0)
  message(FATAL_ERROR "No citation under '${SOURCE_DIR}'")
endif()
if(missing)
  list(REMOVE_DUPLICATES missing)
  list(JOIN missing "\n  " text)
  message(FATAL_ERROR "Cited, but not among the references of README.md or models/README.md:\n  ${text}")
endif()
message(STATUS "${cited} citations are among the references")
