# Writes a new project, in the place of one of before: cmake -D PROGRAM=unfurl -D FOLDER=folder -P write_new_project.cmake
file(REMOVE_RECURSE "${FOLDER}")
execute_process(COMMAND "${PROGRAM}" new "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
