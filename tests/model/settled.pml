/* Where nothing is left to happen: every live node is in one view, which is of the live nodes and
 * has mixed all its rounds; or has too few members, or (STOP) all others left in agreement. Every
 * configured edge between live nodes is up.
 */
inline check_settled() {
  members = 0;
  p = 0;
  do
  :: p < N ->
    if
    :: ALIVE(p) -> members = members | BIT(p)
    :: else
    fi;
    p++
  :: else -> break
  od;
#ifdef ALL_FINISH
  assert(members == 0);
#endif
  p = 0;
  do
  :: p < N ->
    if
    :: ALIVE(p) && !(state[p] == JOINING && members == BIT(p)) ->
      assert(MEMBERS(MY_VIEW(p)) == members);
      q = 0;
      do
      :: q < N ->
        assert(!ALIVE(q) || MY_VIEW(q) == MY_VIEW(p));
        assert(!ALIVE(q) || p == q || !CONFIGURED(p, q) || BLOCKED(p, q) ||
               EDGE_UP(counters[p], p, q));
        q++
      :: else -> break
      od;
#ifdef STOP
      assert(state[p] == HOLDING && !QUORUM(members))
#else
      assert((state[p] == RUNNING && round[p] == ROUNDS) ||
             (state[p] == HOLDING && !QUORUM(members)))
#endif
    :: else
    fi;
    p++
  :: else -> break
  od
}

proctype Judge() {
end:
  timeout;
  d_step { check_settled() }
}
