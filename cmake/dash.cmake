# The dashboard: all files of server/dash/web go into the binary. A new file needs no edit here.
set(dash_web ${CMAKE_SOURCE_DIR}/server/dash/web)
file(GLOB_RECURSE dash_files CONFIGURE_DEPENDS RELATIVE ${dash_web} ${dash_web}/*.js ${dash_web}/*.css ${dash_web}/*.html
     ${dash_web}/*.svg ${dash_web}/*.png ${dash_web}/*.webmanifest)
list(SORT dash_files)
list(TRANSFORM dash_files PREPEND ${dash_web}/ OUTPUT_VARIABLE dash_sources)
add_executable(fettle-pack server/dash/pack/main.c)
target_link_libraries(fettle-pack PRIVATE fettle_fmt PkgConfig::ZLIB)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/dash_assets.c
  COMMAND fettle-pack ${CMAKE_BINARY_DIR}/dash_assets.c ${dash_web} ${dash_files}
  DEPENDS fettle-pack ${dash_sources}
  COMMENT "Dashboard")
target_sources(fettle_server PRIVATE ${CMAKE_BINARY_DIR}/dash_assets.c)
