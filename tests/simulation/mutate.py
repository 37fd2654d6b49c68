#!/usr/bin/env python3
"""Writes a source file with one line of it made wrong: a bug the simulator has to find.

usage: mutate.py ROOT NAME OUTPUT   |   mutate.py ROOT --check

Each bug is the text it replaces, which must stand in its file exactly once: when the code moves on,
the bug has to move along.
"""

import pathlib
import sys

BUGS = {
    "credit_before_mixing": (
        "node/links/link.cc",
        "h.taken = found->second.taken;",
        "h.taken = found->second.received;",
    ),
    "early_frames_dropped": (
        "node/links/network_frames.cc",
        "if (h.view != expected_view_) {",
        "if (h.view != view_) {",
    ),
    "one_resend_dropped": (
        "node/links/link.cc",
        "stream.sent = std::max(next, stream.acked);",
        "stream.sent = std::max(next, stream.acked) + (next > 0);",
    ),
    "left_without_done": (
        "node/links/network.cc",
        "bool Network::finished() const {",
        "bool Network::finished() const {\n  if (done_) return true;",
    ),
    "session_taken_for_resumed": (
        "node/links/network_handshake.cc",
        "if (!joins && peer.view == expected_view_)",
        "if (!joins)",
    ),
    "age_of_counters_alone": (
        "node/views/facts.cc",
        "std::uint64_t sum = heal_.size() + applied_;",
        "std::uint64_t sum = 0;",
    ),
    "switch_not_told": (
        "node/views/membership.cc",
        "if (facts_.merge_in_force(made)) network_.facts_changed();",
        "",
    ),
    "nobody_follows_the_prepared": (
        "node/views/membership.cc",
        "other |= facts_.prepared(i) && facts_.prepared(i)->view == view_.id;",
        "other |= false && facts_.prepared(i);",
    ),
    "both_ends_dial": (
        "node/links/network_handshake.cc",
        "if (options_.self < hello->id && may_dial(*edge)) return;",
        "if (may_dial(*edge)) return;",
    ),
    "checkpoints_not_compared": (
        "node/views/membership.cc",
        "return !std::binary_search(record.held.begin(), record.held.end(), h);",
        "return false;",
    ),
    "one_checkpoint_kept": (
        "node/view_run.cc",
        "std::min<std::uint64_t>(2 + (apart + every - 1) / every, kMostHeld)",
        "std::min<std::uint64_t>(1 + 0 * apart, kMostHeld)",
    ),
    "states_not_restored": (
        "consensus/runner.cc",
        "if (resumed_) restore();",
        "",
    ),
    "facts_not_told_again": (
        "node/links/network_handshake.cc",
        "edge.told = 0;",
        "",
    ),
    "view_not_checked": (
        "node/links/network_frames.cc",
        "if (h.view != expected_view_) {",
        "if (false) {",
    ),
    "tracker_not_begun_anew": (  # where x is not zero, as at the very first start
        "consensus/algorithms/gradient_tracking.cc",
        "    y = g;",
        "    if (x.isZero()) y = g;",
    ),
    "record_of_another_view": (
        "node/views/membership.cc",
        "if (!facts_.prepared(i) || facts_.prepared(i)->view != view.id) return {};",
        "if (!facts_.prepared(i)) return {};",
    ),
    "silence_before_draining": (
        "node/links/network.cc",
        "if (slept > kDidNotRun)",
        "if (slept > 1000 * kDidNotRun)",
    ),
    "own_interval": (
        "node/views/membership.cc",
        "starling::agree(settings, std::move(mixing), numbers);",
        "starling::agree(settings, std::move(mixing),\n"
        "                                    {&numbers[view.rank(options_.self)], 1});",
    ),
    "checksum_not_read": (
        "node/links/wire.cc",
        "FrameError verify(const DecodedFrame& frame, std::span<const std::byte> head) {",
        "FrameError verify(const DecodedFrame& frame, std::span<const std::byte> head) {\n"
        "  if (!frame.payload.empty() || !head.empty()) return FrameError::none;",
    ),
}


def mutated(root, name):
    file, right, wrong = BUGS[name]
    text = (root / file).read_text(encoding="utf-8")
    if text.count(right) != 1:
        raise SystemExit(f"{name}: {file} has {text.count(right)} times: {right}")
    return text.replace(right, wrong)


def main():
    root = pathlib.Path(sys.argv[1])
    if sys.argv[2] == "--check":
        for name in BUGS:
            mutated(root, name)
    else:
        output = pathlib.Path(sys.argv[3])
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(mutated(root, sys.argv[2]), encoding="utf-8")


if __name__ == "__main__":
    main()
