/* Links: each pair of nodes has one connection at most, which ends at one end first.
 *
 *   held[AT(i,j)]   what node i holds of its connection to j: NONE, UP (a session), GUEST (one of the
 *                  two has no x yet: facts flow, no counter rises, no data)
 *   pipe[AT(i,j)]  what i has sent and j has not read. It outlives i's end, for j may still read what
 *                  was sent before i closed or died; it is lost with j's end.
 *
 * So frames of another session need no number here: they are gone. Only a WELCOME waits at an end
 * that is NONE.
 */
#define NONE  0
#define UP    1
#define GUEST 2

/* Frames: 0..7 is DATA of that round with its view; the others carry a counter or nothing. */
#define WELCOME       8
#define WELCOME_GUEST 9
#define DONE_FRAME    10
#define DONE_ACK      11
#define FRAME(what, content) ((what) << 28 | (content))

#ifndef QUEUE
#define QUEUE 4
#endif

byte held[N * N];
byte met[N * N];      /* the instance + 1 of the other end's process, of the last session; 0: none */
chan pipe[N * N] = [QUEUE] of { int };  /* that many always do: a full one is an error here */

#define WELCOMED(i, j) (len(pipe[AT(j, i)]) > 0 && held[AT(i, j)] == NONE)
#define IN_SESSION(i, j) (held[AT(i, j)] != NONE && held[AT(j, i)] != NONE)
/* The other end is gone: it closed, died, or its process is another one. */
#define STALE(i, j) (held[AT(i, j)] != NONE && held[AT(j, i)] == NONE && !WELCOMED(j, i))

inline push(from, to, what, value) {
  if
  :: held[AT(to, from)] != NONE || WELCOMED(to, from) -> pipe[AT(from, to)] ! FRAME(what, value)
  :: else  /* nobody reads it */
  fi
}

inline flush(from, to) {
  do
  :: len(pipe[AT(from, to)]) > 0 -> pipe[AT(from, to)] ? _
  :: else -> break
  od
}

inline close(node, peer) {
  flush(peer, node);
  held[AT(node, peer)] = NONE
}

inline close_all(node) {
  p = 0;
  do
  :: p < N ->
    if
    :: p != node -> close(node, p)
    :: else
    fi;
    p++
  :: else -> break
  od
}
