# The dashboard: all files of server/dash/web go into the binary. A new file needs no edit here.
set(web ${CMAKE_SOURCE_DIR}/server/dash/web)
file(GLOB_RECURSE pages CONFIGURE_DEPENDS RELATIVE ${web} ${web}/*.js ${web}/*.css ${web}/*.html ${web}/*.svg ${web}/*.png
     ${web}/*.webmanifest)
list(SORT pages)
list(TRANSFORM pages PREPEND ${web}/ OUTPUT_VARIABLE files)
add_executable(fettle-pack server/dash/pack/main.c)
target_link_libraries(fettle-pack PRIVATE fettle_fmt PkgConfig::ZLIB)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/dash_assets.c
  COMMAND fettle-pack ${CMAKE_BINARY_DIR}/dash_assets.c ${web} ${pages}
  DEPENDS fettle-pack ${files}
  COMMENT "Dashboard")
target_sources(fettle_server PRIVATE ${CMAKE_BINARY_DIR}/dash_assets.c)
