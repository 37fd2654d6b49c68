/* The steps of a node itself: it mixes, fetches x, leaves, dies, is started. */

#define HAS_NEIGHBOR(i, j) (j < N && j != i && EDGE_UP(MY_VIEW(i), i, j) && \
                            (MEMBERS(MY_VIEW(i)) & BIT(j)))
#define HAS_FRAME(i, j) (!HAS_NEIGHBOR(i, j) || got[AT(i, j)] > round[i])
#define MIXES_OWN(i, j) (!HAS_NEIGHBOR(i, j) || tag[AT(i, j)] == MY_VIEW(i))
#define GUEST_OF(i, j) (j < N && j != i && held[AT(i, j)] == GUEST && held[AT(j, i)] == GUEST)

/* After an acknowledged DONE, or the other's; where nobody is left to hear it, after a while. */
#ifdef M_LEAVE_AT_ONCE
#define LETS_GO(i, j) true
#else
#define LETS_GO(i, j) (j >= N || j == i || (done_acked[i] & BIT(j)) || \
                       (held[AT(i, j)] == NONE && !WELCOMED(i, j) && (done_from[i] & BIT(j))) || \
                       !EDGE_UP(counters[i], i, j) || !ALIVE(j))
#endif

inline mix(node) {
  assert(ALL(MIXES_OWN, node));
  round[node]++;
  p = 0;
  do
  :: p < N ->
    if
    :: round[node] < ROUNDS && HAS_NEIGHBOR(node, p) -> push(node, p, round[node], MY_VIEW(node))
    :: else
    fi;
    p++
  :: else -> break
  od;
#ifdef STOP
  if
  :: round[node] == ROUNDS -> become_done(node)
  :: else
  fi;
#endif
  step[node]++
}

inline fetch(node) {
  end_guests(node);
  react(node)
}

inline forget(node) {
  close_all(node);
  p = 0;
  do
  :: p < N ->
    met[AT(node, p)] = 0;
    got[AT(node, p)] = 0;
    tag[AT(node, p)] = 0;
    prepared[AT(node, p)] = 0;
    record[AT(node, p)] = 0;
    age[AT(node, p)] = 0;
    p++
  :: else -> break
  od;
  counters[node] = ALL_DOWN;
  has_x[node] = false;
  step[node] = 0;
  round[node] = 0;
  done_from[node] = 0;
  done_acked[node] = 0
}

proctype Node(byte i) {
end:
  do
  :: d_step {
      state[i] == RUNNING && round[i] < ROUNDS && ALL(HAS_FRAME, i) ->
      printf("%d mixes round %d of %x\n", i, round[i], MY_VIEW(i));
      mix(i)
    }
  :: d_step {
      ALIVE(i) && !has_x[i] && state[i] != DONE && ANY(GUEST_OF, i) ->
      printf("%d fetches x\n", i);
      fetch(i)
    }
  :: d_step {
      state[i] == DONE && ALL(LETS_GO, i) ->
      printf("%d leaves\n", i);
      state[i] = LEFT;
      forget(i)
    }
#if CRASH > 0
  :: d_step {
      crashes > 0 && suspicions == 0 && ALIVE(i) && VICTIM(i) ->
      printf("%d dies\n", i);
      crashes--;
      forget(i);
#ifdef QUICK
      state[i] = JOINING;
      instance[i]++
#else
      state[i] = DEAD
#endif
    }
#endif
#if START > 0
  :: d_step {
      starts > 0 && state[i] == DEAD ->
      printf("%d is started\n", i);
      starts--;
      state[i] = JOINING;
      instance[i]++
    }
#endif
  od
}
