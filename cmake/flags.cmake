# Warnings are errors in every build; hardening in release; sanitizers by preset.
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes
                    -Wpointer-arith -Wformat=2 -Werror -fno-common -fno-strict-aliasing)
add_compile_definitions(_GNU_SOURCE FETTLE_VERSION="${PROJECT_VERSION}")

if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  # Cutting a text for people to its field is what snprintf is used for here.
  add_compile_options(-Wno-format-truncation)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-O2 -g1 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  add_link_options(-Wl,-z,relro,-z,now)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_link_options(-pie)
endif()

if(FETTLE_CRASHPOINTS)
  add_compile_definitions(FETTLE_CRASHPOINTS)
endif()

if(FETTLE_SANITIZE)
  add_compile_options(-fsanitize=${FETTLE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FETTLE_SANITIZE})
endif()

if(FETTLE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
