starling_test(random_test ROOM topology LIBRARIES starling::topology LABELS topology)
