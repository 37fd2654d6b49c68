# The model of rounds and views, checked by Spin (docs/protocol.md); skipped, loudly, without it.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
add_test(NAME model.views COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/views_test.py)
set_tests_properties(model.views PROPERTIES LABELS model SKIP_RETURN_CODE 77 TIMEOUT 600)
add_test(NAME model.views_slow
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/views_test.py --slow)
set_tests_properties(model.views_slow PROPERTIES LABELS "model;slow" SKIP_RETURN_CODE 77 TIMEOUT 7200)
