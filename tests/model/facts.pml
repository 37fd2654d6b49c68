/* Facts: an edge's counter (odd = down, even = up) and each node's last PREPARED, merged by maximum.
 *
 * counters[i]: all edges node i knows, a field of four bits each, whose highest bit stays zero. So
 * fields are compared and merged all at once.
 */
#if N > 3
#define ALL_DOWN 1118481                     /* every counter is 1 */
#else
#define ALL_DOWN 4113
#endif
int counters[N];
int prepared[N * N];    /* the view of j's last PREPARED, as i knows it */
byte record[N * N];     /* what it says: instance and step, one number per process and step */
byte age[N * N];        /* the sum of all counters j knew: of two PREPARED of j the later has the larger */

#define LOW(i, j) ((i) < (j) -> (i) : (j))
#define HIGH(i, j) ((i) < (j) -> (j) : (i))
#define FIELD(i, j) (4 * (LOW(i, j) * (7 - LOW(i, j)) / 2 + HIGH(i, j) - LOW(i, j) - 1))
#define EDGE(facts, i, j) (((facts) >> FIELD(i, j)) & 7)
#define EDGE_UP(facts, i, j) ((EDGE(facts, i, j) & 1) == 0)
#define COUNTER(i, j) EDGE(counters[i], i, j)
#define GUARDS 8947848                       /* 0x888888 */
#define LARGER(a, b) (GUARDS & ~(((a) | GUARDS) - (b)))   /* the guards of the fields where b > a */
#define MASK(guards) ((guards) - ((guards) >> 3))
#define MERGED(a, b) (((a) & ~MASK(LARGER(a, b))) | ((b) & MASK(LARGER(a, b))))

#define INSTANCE(record) ((record) / 16)
#define HAS_RUN(record) ((record) % 16 > 0)
#define RECORD(i) (instance[i] * 16 + (has_x[i] -> step[i] + 1 : 0))

#define NEWER(i, j, k) (k < N && k != i && age[AT(j, k)] > age[AT(i, k)])
#define NEWS(i, j) (LARGER(counters[i], counters[j]) != 0 || \
                    NEWER(i, j, 0) || NEWER(i, j, 1) || NEWER(i, j, 2) || NEWER(i, j, LAST))

inline set_counter(node, peer, count) {
  assert(count <= 7);
  counters[node] = (counters[node] & ~(7 << FIELD(node, peer))) | ((count) << FIELD(node, peer))
}

/* Down, or up again. */
inline count_on(node, peer) {
  value = COUNTER(node, peer) + 1;
  set_counter(node, peer, value)
}

/* i reads the STATE of j. That of a moment ago would tell less, but nothing else (docs/protocol.md). */
inline merge(node, peer) {
  counters[node] = MERGED(counters[node], counters[peer]);
  p = 0;
  do
  :: p < N ->
    if
    :: NEWER(node, peer, p) ->
      age[AT(node, p)] = age[AT(peer, p)];
      prepared[AT(node, p)] = prepared[AT(peer, p)];
      record[AT(node, p)] = record[AT(peer, p)]
    :: else
    fi;
    p++
  :: else -> break
  od
}

/* The component of i as it knows it, and its id: members and every counter touching them. */
inline find_view(node) {
  members = BIT(node);
  view = 0;
  do
  :: view != members ->
    view = members;
    p = 0;
    do
    :: p < N ->
      q = 0;
      do
      :: q < N ->
        if
        :: p != q && (members & BIT(p)) && EDGE_UP(counters[node], p, q) -> members = members | BIT(q)
        :: else
        fi;
        q++
      :: else -> break
      od;
      p++
    :: else -> break
    od
  :: else -> break
  od;
  view = members << 24;
  p = 0;
  do
  :: p < N ->
    q = p + 1;
    do
    :: q < N ->
      if
      :: members & (BIT(p) | BIT(q)) ->
        view = view | (EDGE(counters[node], p, q) << FIELD(p, q))
      :: else
      fi;
      q++
    :: else -> break
    od;
    p++
  :: else -> break
  od
}

/* The sum of all counters i knows: it grows whenever they do. */
#define AGE(i) (EDGE_AT(i, 0) + EDGE_AT(i, 4) + EDGE_AT(i, 8) + EDGE_AT(i, 12) + EDGE_AT(i, 16) + \
                EDGE_AT(i, 20))
#define EDGE_AT(i, field) ((counters[i] >> field) & 7)
#define MEMBERS(view) ((view) >> 24)
