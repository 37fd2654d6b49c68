# The twins' code with a device that is none (device_on_host.cc): the kernels compiled as C++.
add_library(starling_cuda_on_host MODULE ${STARLING_CUDA_SOURCES} ${STARLING_CUDA_KERNELS}
  cuda/device_on_host.cc)
set_source_files_properties(${STARLING_CUDA_KERNELS} PROPERTIES LANGUAGE CXX)
set_target_properties(starling_cuda_on_host PROPERTIES OUTPUT_NAME starling_cuda
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/on_host CXX_VISIBILITY_PRESET hidden)
target_link_libraries(starling_cuda_on_host PRIVATE starling::flags starling::objectives
  nlohmann_json::nlohmann_json)
target_link_options(starling_cuda_on_host PRIVATE LINKER:--exclude-libs,ALL)

# One program holds both to the built-in objectives.
add_executable(twins cuda/twins.cc)
target_link_libraries(twins PRIVATE starling::consensus ${CMAKE_DL_LIBS})
add_test(NAME cuda.twins_on_host COMMAND twins $<TARGET_FILE:starling_cuda_on_host>)
set_tests_properties(cuda.twins_on_host PROPERTIES LABELS consensus TIMEOUT ${test_timeout})
if(STARLING_CUDA_BUILT)
  add_test(NAME cuda.twins_on_device COMMAND twins $<TARGET_FILE:starling_cuda>)
  set_tests_properties(cuda.twins_on_device PROPERTIES LABELS gpu SKIP_RETURN_CODE 77
    RESOURCE_LOCK gpu TIMEOUT ${test_timeout})
endif()
