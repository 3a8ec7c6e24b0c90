# What the program says of itself in files: man pages and completion scripts, made by it and installed beside it.
set(words ${CMAKE_BINARY_DIR}/words)
add_custom_command(
  OUTPUT ${words}/stamp
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${words}
  COMMAND $<TARGET_FILE:fettle> _man ${words}/man1
  COMMAND $<TARGET_FILE:fettle> completion bash > ${words}/fettle
  COMMAND $<TARGET_FILE:fettle> completion zsh > ${words}/_fettle
  COMMAND $<TARGET_FILE:fettle> completion fish > ${words}/fettle.fish
  COMMAND ${CMAKE_COMMAND} -E touch ${words}/stamp
  DEPENDS fettle
  COMMENT "Man pages and completion")
add_custom_target(words ALL DEPENDS ${words}/stamp)
install(DIRECTORY ${words}/man1 DESTINATION share/man)
install(FILES ${words}/fettle DESTINATION share/bash-completion/completions)
install(FILES ${words}/_fettle DESTINATION share/zsh/site-functions)
install(FILES ${words}/fettle.fish DESTINATION share/fish/vendor_completions.d)
