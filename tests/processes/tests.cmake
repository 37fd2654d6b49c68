# Real starling-node processes over TCP, driven by scripts: Python 3.11 and its standard library.
# starling_process_test(name script [SLOW] [ARGUMENTS ...]); `ctest -LE slow` leaves out the slow.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
function(starling_process_test name script)
  cmake_parse_arguments(T "SLOW" "" "ARGUMENTS" ${ARGN})
  add_test(NAME processes.${name}
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/processes/${script} ${T_ARGUMENTS})
  set(environment "STARLING_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    "STARLING_DATA_DIR=${STARLING_DATA_DIR}" ${test_environment})
  # They measure times and fill both cores already: one at a time.
  set_tests_properties(processes.${name} PROPERTIES ENVIRONMENT "${environment}" RUN_SERIAL TRUE)
  if(T_SLOW)
    set_tests_properties(processes.${name} PROPERTIES LABELS "processes;slow" TIMEOUT 7200)
  else()
    set_tests_properties(processes.${name} PROPERTIES LABELS processes TIMEOUT ${test_timeout})
  endif()
endfunction()

starling_process_test(optimum optimum_test.py)
starling_process_test(reference_steps reference_steps_test.py)
starling_process_test(contraction contraction_test.py)
starling_process_test(spectrum spectrum_test.py)
starling_process_test(start start_test.py)
starling_process_test(faults faults_test.py)
starling_process_test(views views_test.py)
starling_process_test(changing_graphs changing_graphs_test.py)
starling_process_test(switching switching_test.py)
starling_process_test(hostile hostile_test.py)
if(STARLING_SANITIZE MATCHES "address")
  # Its bound on memory is about what nodes hold, not about what AddressSanitizer keeps of the freed.
  set_property(TEST processes.hostile APPEND PROPERTY
    ENVIRONMENT "ASAN_OPTIONS=quarantine_size_mb=4")
endif()
starling_process_test(links links_test.py)
starling_process_test(links_minute links_test.py SLOW ARGUMENTS --minute)
starling_process_test(namespaces namespaces_test.py)
starling_process_test(plan plan_test.py)
starling_process_test(equality equality_test.py)
starling_process_test(equality_all equality_test.py SLOW ARGUMENTS --all)
starling_process_test(changing_graphs_all changing_graphs_test.py SLOW ARGUMENTS --all)
starling_process_test(optimum_matrix optimum_test.py SLOW ARGUMENTS --matrix)
starling_process_test(contraction_matrix contraction_test.py SLOW ARGUMENTS --matrix)
