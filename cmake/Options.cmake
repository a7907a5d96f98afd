# How our own code is compiled. Third-party headers are SYSTEM and keep their warnings to themselves.
add_library(logchute_options INTERFACE)
target_compile_options(logchute_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-align -Woverloaded-virtual -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough
  -Wno-missing-field-initializers  # designated initialisers leave out what keeps its default
  -fno-omit-frame-pointer -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's flow analysis reports these inside std::string and std::expected where there is no fault.
  target_compile_options(logchute_options INTERFACE -Wno-null-dereference -Wno-restrict -Wno-maybe-uninitialized
    -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()
add_library(logchute::options ALIAS logchute_options)

if(LOGCHUTE_SANITIZE)
  add_compile_options(-fsanitize=${LOGCHUTE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LOGCHUTE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND LOGCHUTE_SANITIZE MATCHES "thread")
    # GCC does not know std::atomic_thread_fence under TSan; our rings use none.
    add_compile_options(-Wno-tsan)
  endif()
endif()

find_program(LOGCHUTE_CCACHE ccache)
if(LOGCHUTE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LOGCHUTE_CCACHE})
endif()

# logchute_library(<lib> SOURCES ... PUBLIC ... PRIVATE ...): one folder, one target, one alias.
function(logchute_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(logchute_${name} STATIC ${ARG_SOURCES})
  add_library(logchute::${name} ALIAS logchute_${name})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(logchute_${name} PUBLIC include)
  endif()
  target_include_directories(logchute_${name} PRIVATE src)
  target_link_libraries(logchute_${name} PUBLIC ${ARG_PUBLIC} PRIVATE logchute::options ${ARG_PRIVATE})
endfunction()

# logchute_service(<name> SOURCES ... LIBS ...): a library of the service's parts, which tests link, and its executable.
function(logchute_service name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  string(REPLACE "-" "_" id ${name})
  add_library(logchute_${id}_parts STATIC ${ARG_SOURCES})
  add_library(logchute::${id}_parts ALIAS logchute_${id}_parts)
  target_include_directories(logchute_${id}_parts PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(logchute_${id}_parts PUBLIC ${ARG_LIBS} PRIVATE logchute::options)
  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE logchute::options logchute_${id}_parts)
endfunction()
