/* Agreement: what a node does at once when its facts have changed. */

/* More than half of the configured nodes; of a tie, the side of node 0. */
#define SIZE(set) (((set) & 1) + (((set) >> 1) & 1) + (((set) >> 2) & 1) + (((set) >> 3) & 1))
#ifdef M_MINORITY
#define QUORUM(set) true
#else
#define QUORUM(set) (2 * SIZE(set) + ((set) & 1) > N)
#endif

/* What the other end does not have yet of our view. A frame of round r is what round r mixes. */
inline resend(sender, reader) {
  if
  :: (state[sender] == RUNNING || (state[sender] == DONE && round[sender] == ROUNDS)) &&
     (MEMBERS(MY_VIEW(sender)) & BIT(reader)) ->
    q = (tag[AT(reader, sender)] == MY_VIEW(sender) -> got[AT(reader, sender)] : 0);
    do
    :: q <= round[sender] && q < ROUNDS ->
      push(sender, reader, q, MY_VIEW(sender));
      q++
    :: else -> break
    od
  :: else
  fi
}

inline become_done(node) {
  printf("  %d is DONE\n", node);
  state[node] = DONE;
  p = 0;
  do
  :: p < N ->
    if
    :: p != node -> push(node, p, DONE_FRAME, 0)
    :: else
    fi;
    p++
  :: else -> break
  od
}

/* x is frozen, and said: once per view. */
inline prepare(node) {
  printf("  %d prepares %x\n", node, view);
  state[node] = PREPARING;
  round[node] = 0;
  MY_VIEW(node) = view;
  record[AT(node, node)] = RECORD(node);
  age[AT(node, node)] = AGE(node);
  p = 0;
  do
  :: p < N ->
    got[AT(node, p)] = 0;
    tag[AT(node, p)] = 0;
    p++
  :: else -> break
  od
}

/* Who has an x ends its guest's sessions, and meets as a member. */
inline end_guests(node) {
  has_x[node] = true;
  p = 0;
  do
  :: p < N ->
    if
    :: p != node && (held[AT(node, p)] == GUEST || WELCOMED(node, p)) -> close(node, p)
    :: else
    fi;
    p++
  :: else -> break
  od
}

/* All members derive the start from the same records: the step is their maximum. */
inline begin_view(node) {
  printf("  %d runs %x\n", node, view);
  state[node] = RUNNING;
  if
  :: !has_x[node] -> end_guests(node)
  :: else
  fi;
  value = 0;
  p = 0;
  do
  :: p < N ->
    if
    :: members & BIT(p) ->
      value = value | (record[AT(node, p)] << (6 * p));
      if
      :: record[AT(node, p)] % 16 > step[node] + 1 -> step[node] = record[AT(node, p)] % 16 - 1
      :: else
      fi
    :: else
    fi;
    p++
  :: else -> break
  od;
  p = 0;
  do
  :: p < N ->
    assert(ran[p] != view || began[p] == value);           /* equal ids have equal start values */
    assert(ran[p] == 0 || (MEMBERS(ran[p]) & members));    /* no two parts run on their own */
    p++
  :: else -> break
  od;
  ran[node] = view;
  began[node] = value;
  p = 0;
  do
  :: p < N ->
    if
    :: p != node && EDGE_UP(counters[node], node, p) -> push(node, p, 0, view)
    :: else
    fi;
    p++
  :: else -> break
  od
}

/* PREPARED of just this view is here from all members. */
inline start_if_complete(node) {
  complete = true;
  q = 0;                /* how many are prepared; bit 7: one of them has run */
  p = 0;
  do
  :: p < N ->
    if
    :: (members & BIT(p)) && prepared[AT(node, p)] == view ->
      q = (q + 1) | (HAS_RUN(record[AT(node, p)]) -> 128 : 0)
    :: (members & BIT(p)) && prepared[AT(node, p)] != view -> complete = false
    :: else
    fi;
    p++
  :: else -> break
  od;
#ifdef M_MAJORITY
  complete = 2 * (q & 7) > SIZE(members);
#endif
  if
  :: complete && QUORUM(members) && (q > 127 || members == EVERYBODY) -> begin_view(node)
  :: complete && !(QUORUM(members) && (q > 127 || members == EVERYBODY)) -> state[node] = HOLDING
  :: else
  fi
}

/* An end that reads an odd counter where it holds a session ends that session. */
inline end_odd_sessions(node) {
  p = 0;
  do
  :: p < N ->
    if
    :: p != node && held[AT(node, p)] == UP && !EDGE_UP(counters[node], node, p) -> close(node, p)
    :: else
    fi;
    p++
  :: else -> break
  od
}

/* An own edge that is up by hearsay: its other end's session was with a process of our id before us.
 * Until we have met, or it is down, we are in no view: our predecessor may have prepared the same.
 */
#ifdef M_HEARSAY
#define HEARSAY(i, j) false
#else
#define HEARSAY(i, j) (j < N && j != i && EDGE_UP(counters[i], i, j) && met[AT(i, j)] == 0)
#endif

inline react(node) {
  end_odd_sessions(node);
  find_view(node);
  if
  :: state[node] == DONE || (state[node] == JOINING && !has_x[node] && members == BIT(node)) || ANY(HEARSAY, node)
  :: else ->
    if
    :: MY_VIEW(node) != view && done_from[node] -> become_done(node)   /* this view will not finish */
    :: MY_VIEW(node) != view && !done_from[node] -> prepare(node)
    :: else
    fi;
    if
    :: state[node] == PREPARING -> start_if_complete(node)
    :: else
    fi
  fi
}
