starling_test(random_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(graph_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(generators_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(weights_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(spectrum_test ROOM topology LIBRARIES starling::topology Eigen3::Eigen LABELS topology)
starling_test(contraction_test ROOM topology LIBRARIES starling::topology Eigen3::Eigen
  LABELS topology)
