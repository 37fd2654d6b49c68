starling_test(wire_test ROOM node LIBRARIES starling::exchange)
starling_test(memory_test ROOM node LIBRARIES starling::exchange)
starling_test(zmq_transport_test ROOM node LIBRARIES starling::exchange cppzmq)
starling_test(executor_equality_test ROOM node LIBRARIES starling::node)
