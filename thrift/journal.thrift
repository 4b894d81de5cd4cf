// SPDX-License-Identifier: Apache-2.0

// What the two namenodes of a pair say to each other over their link (docs/ha.md). Each message is
// one frame of namenode/ha_link/channel.h, in Thrift's binary encoding, and goes one way: whoever
// answers sends a message of its own. The link may lose messages; epochs and positions say what a
// message still means.
//
// Numbers that are unsigned inside (epochs, incarnations, checksums) are carried bit by bit.

namespace cpp cairn.namenode.ha.wire

// A record: its id, the epoch in which its primary opened, and the chained checksum of its segment
// up to it (0: not known).
struct Position {
  1: required i64 txid
  2: required i64 term
  3: required i32 chain
}

// At the head of everything that a primary says.
struct Lead {
  1: required i64 epoch
  2: required i64 incarnation
  // The sender's time, for the answer to bring back.
  3: required i64 stamp
  // Everything up to it is committed.
  4: required i64 commit
  // The receiver is in the in-sync set.
  5: required bool in_sync
}

struct Heartbeat {
  1: required Lead lead
  2: required Position tail
}

// Records that follow `previous`, all of one term, in the encoding of Apache's edit log. Also what
// a standby that is behind catches up with.
struct Append {
  1: required Lead lead
  2: required Position previous
  3: required i64 first
  4: required Position last
  5: required binary records
}

struct Term {
  1: required i64 term
  2: required i64 first
}

// The receiver's log has another end than the sender's. It cuts its log to the last record that
// both have, or takes an image (from the sender's /imagetransfer) when that lies before `oldest`.
struct Sync {
  1: required Lead lead
  2: required list<Term> terms
  3: required Position tail
  4: required i64 oldest
}

struct Handoff {
  1: required Lead lead
  2: required Position last
  3: required bool stays
}

struct Ack {
  1: required i64 epoch
  2: required i64 stamp
  3: required string log
  4: required Position tail
  5: required i64 durable
  6: required bool gap
}

struct Refused {
  1: required i64 epoch
  2: required i64 promised
}

// From the process that watched a namenode: this incarnation was reaped.
struct Died {
  1: required i64 incarnation
}

union Message {
  1: Heartbeat heartbeat
  2: Append append
  3: Sync sync
  4: Handoff handoff
  5: Ack ack
  6: Refused refused
  7: Died died
}

enum Purpose {
  PEER = 1
  WATCHER = 2
}

// The two sides introduce themselves; channel.h says who proves what when.
struct Hello {
  1: required i32 version
  2: required Purpose purpose
  3: required string node
  4: required i64 incarnation
  5: required binary nonce
}
