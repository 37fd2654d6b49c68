# Scripts are tested by scripts: the standard library of Python 3.11 and nothing else.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
function(starling_script_test name)
  cmake_parse_arguments(T "" "" "LABELS;ARGUMENTS" ${ARGN})
  add_test(NAME tools.${name}
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/tools/${name}.py ${T_ARGUMENTS})
  set_tests_properties(tools.${name} PROPERTIES LABELS "${T_LABELS}" TIMEOUT 300)
endfunction()

starling_script_test(cluster_test LABELS tools)
starling_script_test(cluster_parts_test LABELS tools)
starling_script_test(tidy_test LABELS tools)
starling_script_test(install_deps_test LABELS tools)
starling_script_test(docs_test LABELS tools)
starling_script_test(plan_parts_test LABELS tools)
starling_script_test(formats_test LABELS tools ARGUMENTS ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
starling_test(simulation_test ROOM tools LIBRARIES starling::simulation Eigen3::Eigen LABELS tools)
if(STARLING_BENCHMARKS)
  foreach(name bench_exchange_test bench_kernel_test bench_spectra_test)
    starling_script_test(${name} LABELS tools ARGUMENTS ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  endforeach()
endif()
starling_test(plan_ranking_test ROOM tools SOURCE plan_test.cc
  LIBRARIES starling::plan starling::setup ZLIB::ZLIB LABELS tools)
