starling_test(kernels_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(mixers_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(algorithms_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(reference_counts_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(golden_test ROOM consensus LIBRARIES starling::consensus nlohmann_json::nlohmann_json
  LABELS consensus)
starling_test(objective_test ROOM consensus LIBRARIES starling::objectives LABELS consensus)
starling_test(objective_reference_test ROOM consensus LIBRARIES starling::objectives LABELS consensus)
starling_test(objective_constants_test ROOM consensus LIBRARIES starling::objectives LABELS consensus)
starling_test(stopping_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(coroutines_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(lockstep_memory_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(contraction_recorder_test ROOM consensus LIBRARIES starling::consensus
  LABELS consensus)
starling_test(modes_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(requirements_test ROOM consensus LIBRARIES starling::consensus LABELS consensus)
starling_test(directed_algorithms_test ROOM consensus LIBRARIES starling::consensus
  LABELS consensus)
