"""What the model of rounds and views (views.pml) is checked for: scenarios and mutations.

A scenario is a set of definitions; a mutation adds one wrong rule to a scenario in which it shows.
"""

SCENARIOS = {
    # name: definitions
    "cold start, path": "-DPATH -DCOLD",
    "no fault, agreed stop": "-DSTOP",
    "crash, triangle": "-DCRASH=1",
    "crash of any, path: heal edges": "-DPATH -DCRASH=1",
    "crash amid the agreed stop": "-DPATH -DROUNDS=2 -DCRASH=1 -DSTOP",
    "crash amid the agreed stop, triangle": "-DCRASH=1 -DSTOP",
    "two crashes": "-DCRASH=2",
    "a connection cut, all finish": "-DCUT=1 -DSTOP -DALL_FINISH",
    "a cable cut for good": "-DCABLE -DCUT=1",
    "a cable cut for good, path": "-DPATH -DCABLE -DCUT=1",
    "false suspicion, triangle": "-DSUSPECT=1 -DQUIET",
    "quick restart of an end, path": "-DPATH -DCRASH=1 -DQUICK -DQUIET -DONLY=2",
    "join, path": "-DPATH -DJOIN -DSTART=1 -DQUIET",
    "crash, ring of 4": "-DN=4 -DRING -DCRASH=1",
}

SLOW = {
    "cold start, triangle": "-DCOLD",
    "false suspicion, path": "-DPATH -DSUSPECT=1 -DQUIET",
    "false suspicion amid rounds": "-DSUSPECT=1",
    "suspicion and crash": "-DSUSPECT=1 -DCRASH=1 -DQUIET",
    "two cuts, all finish": "-DCUT=2 -DSTOP -DALL_FINISH",
    "quick restart, triangle": "-DCRASH=1 -DQUICK -DQUIET",
    "quick restart, path": "-DPATH -DCRASH=1 -DQUICK -DQUIET",
    "restart, path": "-DPATH -DCRASH=1 -DSTART=1 -DQUIET",
    "join amid rounds, path": "-DPATH -DJOIN -DSTART=1",
    "crash, path of 4": "-DN=4 -DPATH -DCRASH=1 -DQUIET",
    "crash, star of 4: heal edges": "-DN=4 -DSTAR -DCRASH=1",
    "two crashes, ring of 4": "-DN=4 -DRING -DCRASH=2 -DQUIET",
}

# name: (the wrong rule, definitions)
MUTATIONS = {
    "M_KEEP_EVEN": (
        "a new instance does not raise an even counter",
        "-DPATH -DCRASH=1 -DQUICK -DQUIET",
    ),
    "M_DETECT_ONLY": (
        "an edge without session goes down only if its end saw the death",
        "-DSUSPECT=1 -DCRASH=1 -DQUIET",
    ),
    "M_MAJORITY": ("start on PREPARED from a majority of the members", "-DSUSPECT=1"),
    "M_NO_VIEW_CHECK": ("a frame is mixed whatever its view", "-DSUSPECT=1"),
    "M_DROP_EARLY": ("frames of the prepared view are dropped", "-DCRASH=1"),
    "M_LOSE_RESENDS": ("a resumed session sends nothing again", "-DCUT=1"),
    "M_LEAVE_AT_ONCE": ("leave without DONE acknowledged", "-DCUT=1 -DSTOP -DALL_FINISH"),
    "M_DONE_UNHEARD": ("DONE does not spread", "-DCRASH=1 -DSTOP"),
    "M_NO_HEAL": ("no heal edges", "-DPATH -DCRASH=1"),
    "M_MINORITY": ("no least number of members", "-DPATH -DCRASH=1"),
}

SLOW_MUTATIONS = {
    "M_HEARSAY": (
        "an own edge counts as up that only a predecessor's session made",
        "-DCRASH=1 -DQUICK -DQUIET -DONLY=2 -DSUSPECT=2",
    ),
}
