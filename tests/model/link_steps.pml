/* The steps of a link's end, faults among them. */

#ifdef CABLE                     /* nodes 0 and 1 can reach each other no more */
#define BLOCKED(i, j) ((i) + (j) == 1)
#else
#define BLOCKED(i, j) false
#endif
/* The lowest of a component that has run dials those outside, one after the other. */
#define HEALS(i, j) (has_x[i] && (state[i] == PREPARING || state[i] == HOLDING || \
                     state[i] == RUNNING) && !(MEMBERS(MY_VIEW(i)) & BIT(j)) && \
                     !(MEMBERS(MY_VIEW(i)) & (BIT(i) - 1)))
#ifdef M_NO_HEAL
#define DIALS(i, j) (i < j && (CONFIGURED(i, j) || EDGE_UP(counters[i], i, j)))
#else
#define DIALS(i, j) (CONFIGURED(i, j) || EDGE_UP(counters[i], i, j) -> i < j : HEALS(i, j))
#endif
#define DONE_WITH(i, j) ((done_from[i] | done_acked[i]) & BIT(j))

#define MAXIMUM(a, b) (a > b -> a : b)
#define RESUMES(j, i) (met[AT(j, i)] == instance[i] + 1 && COUNTER(j, i) == COUNTER(i, j) && \
                       EDGE_UP(counters[j], i, j))
#ifdef M_KEEP_EVEN               /* a new instance does not raise an even counter */
#define AGREED(count) (((count) + 1) & ~1)
#define AS_GUEST(count) (count)
#else
#define AGREED(count) (2 * ((count) / 2 + 1))
#define AS_GUEST(count) ((count) | 1)
#endif
#ifdef M_LOSE_RESENDS
#define RESEND(i, j)
#else
#define RESEND(i, j) resend(i, j)
#endif

#ifdef QUICK                     /* a process that is started again is back before anybody judges */
#define NOBODY_ANSWERS(i, j) (!ALIVE(j) || BLOCKED(i, j))
#else
#define NOBODY_ANSWERS(i, j) (!ALIVE(j) || met[AT(i, j)] != instance[j] + 1 || BLOCKED(i, j))
#endif

/* i has dialled and said HELLO; j answers WELCOME, and sends on from what i expects. */
inline accept(host, caller) {
  flush(caller, host);
  flush(host, caller);
  held[AT(host, caller)] = (has_x[caller] == has_x[host] -> UP : GUEST);
  value = MAXIMUM(COUNTER(host, caller), COUNTER(caller, host));
  value = (held[AT(host, caller)] == GUEST -> AS_GUEST(value) :
           (RESUMES(host, caller) -> value : AGREED(value)));
  pipe[AT(host, caller)] ! FRAME((held[AT(host, caller)] == UP -> WELCOME : WELCOME_GUEST),
                                 value + 8 * instance[host]);
  if
  :: held[AT(host, caller)] == UP -> met[AT(host, caller)] = instance[caller] + 1
  :: else
  fi;
  if
  :: value == COUNTER(host, caller) -> RESEND(host, caller)
  :: else
  fi;
  if
  :: state[host] == DONE -> push(host, caller, DONE_FRAME, 0)
  :: else
  fi;
  set_counter(host, caller, value);
  react(host)
}

inline read_welcome(node, peer) {
  held[AT(node, peer)] = (what == WELCOME -> UP : GUEST);
  if
  :: what == WELCOME -> met[AT(node, peer)] = content / 8 + 1
  :: else
  fi;
  if
  :: content % 8 == COUNTER(node, peer) -> RESEND(node, peer)
  :: else
  fi;
  if
  :: state[node] == DONE -> push(node, peer, DONE_FRAME, 0)
  :: else
  fi;
  if
  :: content % 8 > COUNTER(node, peer) -> value = content % 8;
    set_counter(node, peer, value)
  :: else
  fi;
  react(node)
}

#ifdef M_DROP_EARLY
#define TAKES(i) (content == MY_VIEW(i) && state[i] == RUNNING)
#elif defined(M_NO_VIEW_CHECK)
#define TAKES(i) (what == got[AT(i, j)])
#else
#define TAKES(i) (content == MY_VIEW(i))
#endif

inline read_data(node, peer) {
  if
  :: (state[node] == PREPARING || state[node] == RUNNING) && TAKES(node) && what >= got[AT(node, peer)] ->
    assert(what == got[AT(node, peer)]);                  /* no gap */
    got[AT(node, peer)] = what + 1;
    tag[AT(node, peer)] = content
  :: else                                           /* of another view, or a second time */
  fi
}

/* DONE is final and spreads: at once where no view runs or its sender will not send on. */
inline read_done(node, peer) {
  done_from[node] = done_from[node] | BIT(peer);
  push(node, peer, DONE_ACK, 0);
#ifndef M_DONE_UNHEARD
  if
  :: state[node] == JOINING || state[node] == PREPARING || state[node] == HOLDING ||
     (state[node] == RUNNING && (MEMBERS(MY_VIEW(node)) & BIT(peer)) && EDGE_UP(MY_VIEW(node), node, peer) &&
      got[AT(node, peer)] < ROUNDS) -> become_done(node)
  :: else
  fi
#endif
}

proctype Link(byte i, j) {
  byte what;
  int content;
end:
  do
  :: d_step {
      ALIVE(i) && len(pipe[AT(j, i)]) > 0 ->
      pipe[AT(j, i)] ? content;
      what = (content >> 28) & 15;
      content = content & 268435455;
      printf("%d reads %d (%x) from %d\n", i, what, content, j);
      if
      :: what == WELCOME || what == WELCOME_GUEST -> read_welcome(i, j)
      :: what == DONE_FRAME -> read_done(i, j)
      :: what == DONE_ACK -> done_acked[i] = done_acked[i] | BIT(j)
      :: else -> read_data(i, j)
      fi;
      what = 0;
      content = 0
    }
  :: d_step {   /* STATE */
      ALIVE(i) && state[i] != DONE && IN_SESSION(i, j) && NEWS(i, j) ->
      printf("%d merges the facts of %d\n", i, j);
      merge(i, j);
      react(i)
    }
  :: d_step {
      ALIVE(i) && ALIVE(j) && held[AT(i, j)] == NONE && !WELCOMED(i, j) && !BLOCKED(i, j) &&
      DIALS(i, j) && !(state[i] == DONE && DONE_WITH(i, j)) ->
      printf("%d dials %d\n", i, j);
      accept(j, i)
    }
  :: d_step {   /* the connection closed; what was not read may be lost */
      ALIVE(i) && STALE(i, j) ->
      printf("%d sees the connection to %d closed\n", i, j);
      close(i, j);
#ifdef M_DETECT_ONLY
      if
      :: !ALIVE(j) && EDGE_UP(counters[i], i, j) && !(done_from[i] & BIT(j)) ->
        count_on(i, j);
        react(i)
      :: else
      fi
#endif
    }
#ifndef M_DETECT_ONLY
  :: d_step {   /* no session for as long as it takes, and nobody there to make one */
      ALIVE(i) && state[i] != DONE && held[AT(i, j)] == NONE && !WELCOMED(i, j) &&
      EDGE_UP(counters[i], i, j) && !(done_from[i] & BIT(j)) &&
      NOBODY_ANSWERS(i, j) ->
      printf("%d has no session with %d for too long\n", i, j);
      count_on(i, j);
      react(i)
    }
#endif
#if SUSPECT > 0
  :: d_step {
      suspicions > 0 && VICTIM(i) && ALIVE(i) && ALIVE(j) && state[i] != DONE &&
      COUNTER(i, j) == 2 && !(done_from[i] & BIT(j)) ->
      printf("%d suspects %d\n", i, j);
      suspicions--;
      close(i, j);
      count_on(i, j);
      react(i)
    }
#endif
#if CUT > 0
  :: d_step {
      cuts > 0 && ALIVE(i) && (held[AT(i, j)] != NONE || WELCOMED(i, j)) ->
      printf("%d: connection to %d cut\n", i, j);
      cuts--;
      close(i, j)
    }
#endif
  od
}
