# libstarling_cuda.so, loaded at run time by a node whose local.device asks for it (docs/cuda.md).
# AUTO builds it where a CUDA toolkit is found, ON insists, OFF does not look.
set(STARLING_CUDA AUTO CACHE STRING "Build the CUDA module: AUTO, ON or OFF")
set_property(CACHE STARLING_CUDA PROPERTY STRINGS AUTO ON OFF)
set(STARLING_CUDA_BUILT FALSE)

# enable_language ends the configuration where there is no compiler: it is looked for first, also
# off the PATH.
if(STARLING_CUDA AND STARLING_SANITIZE)
  set(why_not "not with sanitizers: nvcc does not know them")
elseif(STARLING_CUDA)
  find_program(STARLING_NVCC nvcc
    HINTS ${CUDAToolkit_ROOT}/bin $ENV{CUDAToolkit_ROOT}/bin $ENV{CUDA_HOME}/bin
    PATHS /usr/local/cuda/bin)
  if(STARLING_NVCC AND NOT DEFINED ENV{CUDACXX})
    set(ENV{CUDACXX} ${STARLING_NVCC})
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    # "native" fails on a machine without a device.
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES "75-real;80-real;90")
    endif()
    enable_language(CUDA)
    find_package(CUDAToolkit)
    if(TARGET CUDA::cublas)
      set(STARLING_CUDA_BUILT TRUE)
    else()
      set(why_not "no cuBLAS")
    endif()
  else()
    set(why_not "no nvcc that works")
  endif()
else()
  set(why_not "switched off")
endif()

if(STARLING_CUDA_BUILT)
  message(STATUS "CUDA module: built by nvcc ${CMAKE_CUDA_COMPILER_VERSION} for ${CMAKE_CUDA_ARCHITECTURES}")
elseif(STARLING_CUDA AND NOT STARLING_CUDA STREQUAL "AUTO")
  message(FATAL_ERROR "STARLING_CUDA=${STARLING_CUDA}: ${why_not}")
else()
  message(STATUS "CUDA module: not built (${why_not})")
endif()
