# One CMake target per folder, and the order of the folders enforced.
#
# gregale_library(NAME SOURCES ... USES ... LIBRARIES ... PRIVATE_LIBRARIES ...) makes the static library
# gregale_NAME for the folder of the same name. USES names the folders that it may include; a name that
# does not stand to its left in GREGALE_LAYERS ends the configuration.

set(GREGALE_LAYERS core grammar ir compiler expression interpreter stdlib cli)

add_library(gregale_flags INTERFACE)
target_compile_features(gregale_flags INTERFACE cxx_std_20)
target_compile_options(gregale_flags INTERFACE -Wall -Wextra -Werror)
target_include_directories(gregale_flags INTERFACE ${PROJECT_SOURCE_DIR})
# The presets with sanitizers compile several sources at once, in half the time. A class that is known to its
# own source only may then hold one that is.
if(CMAKE_UNITY_BUILD)
  target_compile_options(gregale_flags INTERFACE -Wno-subobject-linkage)
endif()

function(gregale_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  list(FIND GREGALE_LAYERS ${NAME} own)
  if(own EQUAL -1)
    message(FATAL_ERROR "${NAME} is not one of the layers: ${GREGALE_LAYERS}")
  endif()
  add_library(gregale_${NAME} STATIC ${ARG_SOURCES})
  target_link_libraries(gregale_${NAME} PUBLIC gregale_flags ${ARG_LIBRARIES}
                                        PRIVATE ${ARG_PRIVATE_LIBRARIES})
  foreach(used IN LISTS ARG_USES)
    list(FIND GREGALE_LAYERS ${used} other)
    if(other EQUAL -1 OR NOT other LESS own)
      message(FATAL_ERROR "${NAME} may not use ${used}: layers run ${GREGALE_LAYERS}")
    endif()
    target_link_libraries(gregale_${NAME} PUBLIC gregale_${used})
  endforeach()
endfunction()

# gregale_compile_alone(SOURCES...): their local names are also those of others of the target.
function(gregale_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# gregale_test(NAME SOURCES ... LIBRARIES ...) makes one GoogleTest program whose cases CTest knows.
function(gregale_test NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${ARG_LIBRARIES} GTest::gtest_main)
  target_compile_definitions(${NAME} PRIVATE GREGALE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(CMAKE_UNITY_BUILD)  # under a sanitizer, what is tested takes the time
    target_compile_options(${NAME} PRIVATE -O0)
  endif()
  add_test(NAME ${NAME} COMMAND ${NAME})
endfunction()

# The includes themselves are checked at every build, since the include path is the root of the tree.
function(gregale_check_layers)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_custom_target(check_layers ALL
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/check_layers.py ${PROJECT_SOURCE_DIR}
    COMMENT "Checking that no include points right" VERBATIM)
endfunction()

# The released program's allocator: definitions and values are many small allocations, and mimalloc serves them in
# two thirds of glibc's time. Other builds keep the usual one, which the sanitizers watch.
function(gregale_allocator TARGET)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    find_package(mimalloc REQUIRED)
    target_link_libraries(${TARGET} PRIVATE -Wl,--push-state,--no-as-needed mimalloc -Wl,--pop-state)
  endif()
endfunction()
