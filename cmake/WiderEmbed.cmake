# wider_embed(<target> <variable> <folder> <glob>): adds to the target a table of the folder's files, so that the program
# runs from anywhere: `extern const std::vector<wider::EmbeddedFile> <variable>` (base/embedded.hpp), names without folders.
function(wider_embed target variable folder glob)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/${glob})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${variable}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DVARIABLE=${variable} "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/WiderEmbedFiles.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/WiderEmbedFiles.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
