# starling::flags carries what every target of ours is compiled with.
# Equal bits: no contraction into fused multiply-adds, on any target (docs/architecture.md).
add_library(starling_flags INTERFACE)
add_library(starling::flags ALIAS starling_flags)
target_compile_features(starling_flags INTERFACE cxx_std_20)
target_compile_options(starling_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffp-contract=off
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # g++ 12 warns falsely on std::string + (its bug 105651)
target_include_directories(starling_flags INTERFACE ${PROJECT_SOURCE_DIR})
if(STARLING_SANITIZE)
  add_compile_options(-fsanitize=${STARLING_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND STARLING_SANITIZE MATCHES "undefined")
    # clang 14 cannot emit this check's prologue for the parts of a coroutine.
    add_compile_options(-fno-sanitize=function)
  endif()
  add_link_options(-fsanitize=${STARLING_SANITIZE})
endif()
