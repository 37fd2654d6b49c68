#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "node/exchange/transport.h"
#include "node/links/messages.h"
#include "node/links/wire.h"

namespace starling {

// One DATA frame that waits to be mixed. The spans point into the message parts it owns.
struct Incoming {
  ReceivedBytes head, payload;
  std::uint16_t k = 0;
  std::uint32_t chunk = 0;
  std::span<const std::byte> ride, values;
};

// What a stream offers to its links at one position.
struct Outgoing {
  std::uint16_t k = 0;
  std::uint32_t chunk = 0;
  std::span<const std::byte> ride, values;
  std::uint64_t values_hash = 0;
  std::optional<SharedBytes> shared;  // the values, to be sent without copying
};

// A mix as its links see it: what each carries, position after position, chunk by chunk of those
// gossip steps in which it carries anything (on a static graph all).
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  // Positions below may be sent on link `slot`.
  virtual std::uint32_t ready(std::size_t slot) const = 0;
  virtual Outgoing outgoing(std::size_t slot, std::uint32_t position) = 0;
};

// What frames were refused, by reason; part of the summary.
using DropCounts = std::map<std::string, std::uint64_t>;

// The streams of one edge: what was sent, what the neighbor has taken, what arrived. It outlives
// sessions, so that a cut connection loses nothing: each end sends on from the other's next
// expected position.
//
//   credit    at most `window` positions sent and not taken per stream; at most `streams` open
//   streams. taken     positions of ours the neighbor has mixed;  done: streams it has finished.
class Link {
 public:
  struct Limits {
    std::uint32_t window = 4;   // of this node, both ways; sending also respects the neighbor's
    std::uint32_t streams = 8;  // open at once
    bool header_checksum = false;
  };
  Link(NodeId self, NodeId peer, Limits limits) : self_(self), peer_(peer), limits_(limits) {}

  NodeId peer() const { return peer_; }

  // The mixing side.
  // Streams of another view are nothing any more. Requires that no source of theirs is left.
  void begin_view(std::uint64_t view);
  // slot: the source's own number for this link.
  void open(std::uint32_t stream, StreamSource& source, std::size_t slot) {
    streams_[stream].source = &source;
    streams_[stream].slot = slot;
  }
  // A link of a graph to come, and its turn: streams before `stream` never pass it.
  void stand_by() { active_ = false; }
  bool stands_by() const { return !active_; }
  void activate(std::uint32_t stream);
  const Incoming* front(std::uint32_t stream) const;
  void take(std::uint32_t stream);    // its front has been mixed
  void finished(std::uint32_t done);  // streams below are finished here
  bool acknowledged(std::uint32_t stream,
                    std::uint32_t positions) const;  // the neighbor has taken them all
  void forget_source(std::uint32_t stream);          // its buffers go: nothing of it is sent again

  // The session side.
  // Sends what credit allows. false: the connection is gone.
  bool send(Transport& transport, ConnectionId connection, std::uint32_t session);
  // A frame's place and content; nullptr if fine or dropped as a duplicate, else why the session
  // must end.
  const char* receive(const DecodedFrame& frame, ReceivedBytes head, ReceivedBytes payload);
  void acknowledge(const FrameHeader& header);  // taken and done of a verified frame
  std::vector<Greeting::Expected> expected() const;
  void resume(const Greeting& peer);  // send on from what the neighbor expects next
  void set_peer_window(std::uint32_t window) { peer_window_ = std::max(window, 1u); }
  bool all_sent() const;
  // The stream with unannounced takings worth a BEAT, if any; also where streams were finished here
  // and no frame of ours has told so, for a link may carry data one way only.
  std::optional<std::uint32_t> untold() const;
  FrameHeader header(FrameType type, std::uint32_t session, std::uint32_t stream);
  std::uint32_t done_here() const { return done_here_; }
  std::uint32_t done_there() const { return done_there_; }
  // Its edge is no more: all streams on it are finished at both ends, or never will be.
  void let_go() { streams_.clear(); }
  // The oldest stream not finished here, whose takings a BEAT may tell.
  std::uint32_t first_open() const {
    const auto open = streams_.lower_bound(done_here_);
    return open == streams_.end() ? done_here_ : open->first;
  }
  std::uint64_t data_bytes() const { return data_bytes_; }
  // Every frame but DATA says how many DATA frames its session has carried: one that was garbled
  // beyond knowing is missed at the next beat, even where nothing follows to show the gap.
  void begin_session() { session_sent_ = session_came_ = 0; }
  void count_arrival() { ++session_came_; }
  bool complete(const FrameHeader& header) const { return header.position == session_came_; }

 private:
  struct Stream {
    StreamSource* source = nullptr;
    std::size_t slot = 0;
    std::uint32_t sent = 0, acked = 0;  // positions
    std::deque<Incoming> queue;
    std::uint32_t received = 0, taken = 0, untold = 0;
  };
  bool send_one(Stream& stream, std::uint32_t number, Transport& transport, ConnectionId connection,
                std::uint32_t session);

  NodeId self_, peer_;
  Limits limits_;
  std::uint64_t view_ = 0;
  std::uint32_t peer_window_ = 1, done_here_ = 0, done_told_ = 0, done_there_ = 0;
  std::uint32_t first_ = 0;  // its first stream
  bool active_ = true;
  std::map<std::uint32_t, Stream> streams_;
  std::vector<std::byte> scratch_;
  std::uint32_t session_sent_ = 0, session_came_ = 0;
  std::uint64_t data_bytes_ = 0;
};

}  // namespace starling
