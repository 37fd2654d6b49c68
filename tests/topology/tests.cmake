starling_test(random_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(graph_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(digraph_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(generators_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(weights_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(fastest_weights_test ROOM topology LIBRARIES starling::topology Eigen3::Eigen
  LABELS topology)
starling_test(large_weights_test ROOM topology LIBRARIES starling::topology LABELS slow)
starling_test(spectrum_test ROOM topology LIBRARIES starling::topology Eigen3::Eigen
  LABELS topology)
starling_test(contraction_test ROOM topology LIBRARIES starling::topology Eigen3::Eigen
  LABELS topology)
starling_test(edge_list_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(formats_test ROOM topology
  LIBRARIES starling::topology Eigen3::Eigen nlohmann_json::nlohmann_json LABELS topology)
starling_test(graph_file_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(drawing_test ROOM topology LIBRARIES starling::topology LABELS topology)
starling_test(includes_test ROOM topology LIBRARIES starling::flags LABELS topology)
starling_test(tool_test ROOM topology
  LIBRARIES starling::topology nlohmann_json::nlohmann_json LABELS topology)
add_dependencies(tool_test starling-topology)
foreach(name schedules_test random_rounds_test schedule_file_test)
  starling_test(${name} ROOM topology LIBRARIES starling::topology Eigen3::Eigen LABELS topology)
endforeach()
starling_test(directed_test ROOM topology LIBRARIES starling::topology Eigen3::Eigen LABELS topology)
starling_test(schedule_tool_test ROOM topology
  LIBRARIES starling::topology nlohmann_json::nlohmann_json LABELS topology)
add_dependencies(schedule_tool_test starling-topology)
starling_test(plan_test ROOM topology LIBRARIES starling::topology LABELS topology)
