find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
# Seeds of faults on the simulated network, and bugs that they have to find.
#
# A bug is one wrong line in one source file (mutate.py): that file is compiled once more and comes
# before its sound twin in the library.
set(simulated_configuration ${CMAKE_CURRENT_SOURCE_DIR}/simulation/faults.toml)

function(simulation_seeds name faults seeds)
  cmake_parse_arguments(T "" "LABELS;NODES" "SET" ${ARGN})
  if(NOT T_NODES)
    set(T_NODES 3..10)
  endif()
  add_test(NAME simulation.${name}
    COMMAND starling-sim --config ${simulated_configuration} --executor network
            --nodes ${T_NODES} --faults ${faults} --seeds ${seeds} ${T_SET})
  set_tests_properties(simulation.${name} PROPERTIES LABELS "${T_LABELS}" TIMEOUT 3600)
endfunction()

simulation_seeds(delays delays 1..30 LABELS simulation)
simulation_seeds(cuts cuts 1..70 LABELS simulation)
simulation_seeds(outages outages 1..150 LABELS simulation)
simulation_seeds(switches switches 1..150 LABELS simulation)
simulation_seeds(mixed mixed 1..300 LABELS simulation)
foreach(algorithm exact_diffusion extra k_gt)
  simulation_seeds(mixed_${algorithm} mixed 1..60 LABELS simulation
    SET --set shared.algorithm.kind=${algorithm})
endforeach()
simulation_seeds(quick_restart ${CMAKE_CURRENT_SOURCE_DIR}/simulation/quick_restart.faults 1..40
  LABELS simulation)
simulation_seeds(dead_before_a_switch ${CMAKE_CURRENT_SOURCE_DIR}/simulation/dead_before_a_switch.faults
  1..40 LABELS simulation)
simulation_seeds(healed_amid_a_switch
  ${CMAKE_CURRENT_SOURCE_DIR}/simulation/healed_amid_a_switch.faults 1..60 NODES 10..10 LABELS simulation)
simulation_seeds(many mixed 1..10000 LABELS slow)

function(simulation_bug name source faults seeds)
  set(mutant ${CMAKE_CURRENT_BINARY_DIR}/bugs/${name}.cc)
  add_custom_command(OUTPUT ${mutant}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/simulation/mutate.py
            ${PROJECT_SOURCE_DIR} ${name} ${mutant}
    DEPENDS ${PROJECT_SOURCE_DIR}/${source} ${CMAKE_CURRENT_SOURCE_DIR}/simulation/mutate.py)
  add_executable(bug_${name} ${PROJECT_SOURCE_DIR}/tools/sim/main.cc ${mutant})
  target_link_libraries(bug_${name} PRIVATE starling::simulation PkgConfig::xxhash)
  add_test(NAME simulation.finds_${name}
    COMMAND bug_${name} --config ${simulated_configuration} --executor network
            --nodes 3..10 --faults ${faults} --seeds ${seeds} --first-failure)
  set_tests_properties(simulation.finds_${name} PROPERTIES LABELS simulation TIMEOUT 3600
    PASS_REGULAR_EXPRESSION "replay: starling-sim")
endfunction()

simulation_bug(credit_before_mixing node/links/link.cc delays 1..1000)
simulation_bug(early_frames_dropped node/links/network_frames.cc delays 1..1000)
simulation_bug(one_resend_dropped node/links/link.cc cuts 1..1000)
simulation_bug(left_without_done node/links/network.cc delays 1..1000)
simulation_bug(checksum_not_read node/links/wire.cc cuts 1..1000)
simulation_bug(session_taken_for_resumed node/links/network_handshake.cc mixed 1..1000)
simulation_bug(facts_not_told_again node/links/network_handshake.cc mixed 1..1000)
simulation_bug(view_not_checked node/links/network_frames.cc mixed 1..1000)
simulation_bug(age_of_counters_alone node/views/facts.cc switches 1..1000)
simulation_bug(switch_not_told node/views/membership.cc switches 1..1000)
simulation_bug(nobody_follows_the_prepared node/views/membership.cc switches 1..1000)
simulation_bug(both_ends_dial node/links/network_handshake.cc switches 1..1000)
simulation_bug(checkpoints_not_compared node/views/membership.cc outages 1..1000)
simulation_bug(one_checkpoint_kept node/view_run.cc outages 1..1000)
simulation_bug(states_not_restored consensus/runner.cc outages 1..1000)
simulation_bug(tracker_not_begun_anew consensus/algorithms/gradient_tracking.cc crashes 1..1000)
simulation_bug(record_of_another_view node/views/membership.cc mixed 1..1000)
simulation_bug(silence_before_draining node/links/network.cc cuts 1..1000)
simulation_bug(own_interval node/views/membership.cc delays 1..1000)
