/* Rounds and views, as docs/protocol.md explains them, for the model checker Spin.
 *
 * N nodes; a configured graph (PATH, RING, STAR; all pairs otherwise) and heal edges between the
 * other pairs. Each node is one process whose steps are atomic: it reads a frame, merges a
 * neighbor's facts, mixes, accepts a connection, judges an edge. Faults are steps, too, each from a
 * budget: CRASH, START (of a dead process, without memory), CUT (a connection closes), SUSPECT (a
 * live neighbor is judged silent). Timers are nondeterminism.
 *
 * Checked    in every state: equal view ids have equal start values; what is mixed is of one's own
 *            view; a session has no gap; any two views that ever ran share a member.
 *            Where nothing is left to happen: see settled.
 * Mutations  -DM_...: one wrong rule each, listed in docs/protocol.md. Each must be found.
 */
#ifndef N
#define N 3
#endif
#ifndef ROUNDS       /* of a view; with STOP this is the lap, at least the diameter */
#define ROUNDS 1
#endif
#ifndef CRASH
#define CRASH 0
#endif
#ifndef START
#define START 0
#endif
#ifndef CUT
#define CUT 0
#endif
#ifndef SUSPECT
#define SUSPECT 0
#endif
#ifdef ONLY          /* this node dies or suspects, and no other */
#define VICTIM(i) (i == ONLY)
#else
#define VICTIM(i) true
#endif

#define AT(i, j) ((i) * N + (j))
#define BIT(i) (1 << (i))
#define EVERYBODY (BIT(N) - 1)

#define LAST (N - 1)
#if N > 3
#define ALL(what, i) (what(i, 0) && what(i, 1) && what(i, 2) && what(i, 3))
#define ANY(what, i) (what(i, 0) || what(i, 1) || what(i, 2) || what(i, 3))
#else
#define ALL(what, i) (what(i, 0) && what(i, 1) && what(i, 2))
#define ANY(what, i) (what(i, 0) || what(i, 1) || what(i, 2))
#endif

#if defined(PATH)
#define CONFIGURED(i, j) ((i) - (j) == 1 || (j) - (i) == 1)
#elif defined(RING)
#define CONFIGURED(i, j) (((i) + 1) % N == (j) || ((j) + 1) % N == (i))
#elif defined(STAR)
#define CONFIGURED(i, j) ((i) == 0 || (j) == 0)
#else
#define CONFIGURED(i, j) true
#endif

#include "links.pml"
#include "facts.pml"

/* A node's state, and what it is about to lose. DEAD and LEFT have no process. */
#define DEAD      0
#define JOINING   1
#define PREPARING 2
#define HOLDING   3
#define RUNNING   4
#define DONE      5
#define LEFT      6

byte state[N];
byte instance[N];
bool has_x[N];          /* its x is of the run: it has run, or fetched one */
byte step[N];           /* of its x */
byte round[N];          /* mixed in its view */
byte got[N * N];        /* frames of its prepared view from j: the next expected position */
int tag[N * N];         /* ... and the view they say */
byte done_from[N];      /* whose DONE arrived */
byte done_acked[N];     /* who acknowledged ours */

/* What each node ran last, and started from: kept by the model when the node forgets. */
int ran[N];
int began[N];

byte crashes = CRASH;
byte starts = START;
byte cuts = CUT;
byte suspicions = SUSPECT;

hidden byte p;
hidden byte q;
hidden byte members;
hidden int view;
hidden int value;
hidden byte complete;

#define ALIVE(i) (state[i] != DEAD && state[i] != LEFT)
#define MY_VIEW(i) prepared[AT(i, i)]

#include "agreement.pml"
#include "link_steps.pml"
#include "node_steps.pml"
#include "settled.pml"

hidden byte a;
hidden byte b;

#ifdef JOIN
#define PRESENT(i) (i != N - 1)
#else
#define PRESENT(i) true
#endif

#define EACH(i) i = 0; do :: i < N ->
#define NEXT(i) i++ :: else -> break od

inline tell_all() {
  EACH(a)
    EACH(b)
      if
      :: PRESENT(a) && PRESENT(b) && a != b -> merge(a, b)
      :: else
      fi;
    NEXT(b);
  NEXT(a)
}

/* All that are present run their first view, each frame of its round 0 under way, or (QUIET) all its
 * rounds done; or (COLD) all
 * processes have just been started.
 */
inline begin() {
  EACH(a)
    counters[a] = ALL_DOWN;
#ifdef COLD
    state[a] = JOINING;
#else
    EACH(b)
      if
      :: a != b && CONFIGURED(a, b) && PRESENT(a) && PRESENT(b) ->
        set_counter(a, b, 2);
        held[AT(a, b)] = UP;
        met[AT(a, b)] = 1
      :: else
      fi;
    NEXT(b);
#endif
  NEXT(a);
#ifndef COLD
  tell_all();
  EACH(a)
    if
    :: PRESENT(a) ->
      has_x[a] = true;
      find_view(a);
      prepare(a)
    :: else
    fi;
  NEXT(a);
  tell_all();
  EACH(a)
    if
    :: PRESENT(a) ->
      find_view(a);
      start_if_complete(a)
    :: else
    fi;
  NEXT(a);
#ifdef QUIET
  EACH(a)
    EACH(b)
      if
      :: PRESENT(a) && PRESENT(b) && a != b && CONFIGURED(a, b) ->
        flush(a, b);
        got[AT(b, a)] = ROUNDS;
        tag[AT(b, a)] = MY_VIEW(a)
      :: else
      fi;
    NEXT(b);
    if
    :: PRESENT(a) ->
      round[a] = ROUNDS;
      step[a] = ROUNDS
    :: else
    fi;
  NEXT(a);
#endif
#endif
}

init {
  atomic {
    d_step { begin() };
    run Judge();
    byte i = 0;
    byte j = 0;
    do
    :: i < N ->
      run Node(i);
      j = 0;
      do
      :: j < N ->
        if
        :: i != j -> run Link(i, j)
        :: else
        fi;
        j++
      :: else -> break
      od;
      i++
    :: else -> break
    od;
    i = 0;
    j = 0
  }
}
