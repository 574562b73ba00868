# Writes completions below `unfurl_data` and pages of the manual into `unfurl_manual`, as `unfurl_program` prints them;
# pages compressed where `unfurl_compress` is on.

# write_text(FILE ARGUMENTS...)
function(write_text file)
  get_filename_component(folder "${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  execute_process(COMMAND "${unfurl_program}" ${ARGN} OUTPUT_FILE "${file}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

write_text("${unfurl_data}/bash-completion/completions/unfurl" completions bash)
write_text("${unfurl_data}/zsh/site-functions/_unfurl" completions zsh)
write_text("${unfurl_data}/fish/vendor_completions.d/unfurl.fish" completions fish)
write_text("${unfurl_manual}/unfurl.1" man)
execute_process(COMMAND "${unfurl_program}" man OUTPUT_VARIABLE page COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "unfurl..[a-z]+[\\]fR[(]1[)]" entries "${page}")
foreach(entry IN LISTS entries)
  string(REGEX REPLACE "^unfurl..([a-z]+).*$" "\\1" command "${entry}")
  write_text("${unfurl_manual}/unfurl-${command}.1" man ${command})
endforeach()
if(unfurl_compress)
  file(GLOB pages "${unfurl_manual}/unfurl*.1")
  execute_process(COMMAND gzip -9nf ${pages} COMMAND_ERROR_IS_FATAL ANY)
endif()
