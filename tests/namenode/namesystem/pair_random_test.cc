// SPDX-License-Identifier: Apache-2.0
// Random operations on a pair whose datanodes report to the standby when they like: the state hash
// is the same at every transaction, and after any number of failovers.
#include <deque>
#include <map>
#include <optional>

#include "tests/namenode/namesystem/pair.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class PairRandomTest : public PairFixture {
 protected:
  struct Pending {
    size_t node;
    Block block;
    ReceivedStatus status;
  };

  std::string Digit() { return std::to_string(random_->Below(4)); }
  std::string Path() {
    std::string path;
    for (uint64_t depth = 1 + random_->Below(3); depth > 0; --depth) path += "/n" + Digit();
    return path;
  }
  OpContext Context() { return Call(next_call_++); }

  // To the active now, to the standby in this datanode's order, some time.
  void Tell(const LocatedBlock& located, uint64_t length, ReceivedStatus status) {
    Block block = located.block.block;
    block.length = length;
    for (const DatanodeTarget& target : located.locations) {
      for (size_t n = 0; n < nodes_.size(); ++n) {
        if (nodes_[n].id.uuid != target.node.id.uuid) continue;
        Report(active(), n, block, status);
        pending_[n].push_back({n, block, status});
      }
    }
  }
  void TellStandby(size_t most) {
    for (size_t i = 0; i < most; ++i) {
      std::deque<Pending>& queue = pending_[random_->Below(nodes_.size())];
      if (queue.empty()) continue;
      Report(standby(), queue.front().node, queue.front().block, queue.front().status);
      queue.pop_front();
    }
  }
  void TellStandbyAll() {
    for (auto& [node, queue] : pending_) {
      for (const Pending& p : queue) Report(standby(), p.node, p.block, p.status);
      queue.clear();
    }
  }

  // A file, written as far as chance wants.
  void Write() {
    Namesystem& ns = *active().ns;
    const std::string path = Path();
    const std::string client = "client-" + Digit();
    CreateRequest request{.path = path, .mode = {.masked = 0644}, .client_name = client,
                          .create_parent = true, .replication = 2, .block_size = 2048};
    if (random_->Below(2) == 0) request.flags |= kCreateFlagOverwrite;
    if (!ns.Create(Context(), request).ok()) return;
    std::optional<ExtendedBlock> last;
    for (uint64_t blocks = random_->Below(4); blocks > 0; --blocks) {
      Outcome<LocatedBlock> added =
          ns.AddBlock(Context(), {.path = path, .client_name = client, .previous = last});
      if (!added.ok()) return;
      Tell(added.value(), 0, ReceivedStatus::kReceiving);
      const uint64_t length = blocks > 1 ? 2048 : 1 + random_->Below(2048);
      last = added.value().block;
      last->block.length = length;
      if (random_->Below(5) == 0) {
        // Asked too early: nothing is finished yet.
        EXPECT_FALSE(ns.Complete(Context(), {.path = path, .client_name = client, .last = last})
                         .value());
      }
      if (random_->Below(6) == 0) break;
      Tell(added.value(), length, ReceivedStatus::kReceived);
    }
    if (random_->Below(4) == 0) {
      (void)ns.Fsync(Context(), {.path = path, .client_name = client, .last_block_length = 1});
    }
    if (random_->Below(3) > 0) {
      (void)ns.Complete(Context(), {.path = path, .client_name = client, .last = last});
    }
  }

  void Step() {
    clock_.Advance(1ms);
    Namesystem& ns = *active().ns;
    const OpContext context = Context();
    const auto mode = static_cast<uint16_t>(random_->Below(01000) | 0700);
    switch (random_->Below(14)) {
      case 0: (void)ns.Mkdirs(context, Path(), {.masked = mode}, true); break;
      case 1: (void)ns.Delete(context, Path(), random_->Below(2) == 0); break;
      case 2: (void)ns.Rename(context, Path(), Path()); break;
      case 3:
        (void)ns.Rename2(context, {.source = Path(), .destination = Path(),
                                   .overwrite = random_->Below(2) == 0});
        break;
      case 4: (void)ns.SetPermission(context, Path(), mode); break;
      case 5: (void)ns.SetReplication(context, Path(), 1 + random_->Below(3)); break;
      case 6:
        (void)ns.SetQuota(context, {.path = Path(),
                                    .namespace_quota =
                                        static_cast<int64_t>(random_->Below(50)) + 1});
        break;
      case 7:
        (void)ns.Append(context, {.path = Path(), .client_name = "client-" + Digit()});
        break;
      case 8: (void)ns.RecoverLease(context, Path(), "client-" + Digit()); break;
      case 9: (void)ns.Truncate(context, Path(), random_->Below(3000), "client-" + Digit()); break;
      case 10: (void)ns.Concat(context, Path(), {Path()}); break;
      default: Write(); break;
    }
  }

  // The records of one step reach the standby one by one; where both are at the same transaction,
  // both have the same state.
  void FeedAndCompare() {
    const TxId last = active().state->last_applied;
    const StateHash expected = active().Hash();
    for (const std::string& record : active().TakeRecords()) {
      standby().Apply(record);
      TellStandby(random_->Below(4));
    }
    ASSERT_EQ(standby().state->last_applied, last);
    ASSERT_EQ(standby().Hash(), expected) << "transaction " << last.value;
  }

  void ExpectSameReplicas() {
    TellStandbyAll();
    const int64_t last = active().state->ids.last_block_id.value;
    for (int64_t id = kLastReservedBlockId.value + 1; id <= last; ++id) {
      const std::optional<BlockView> view = active().state->blocks.Find(BlockId(id));
      if (!view || view->state != BlockState::kComplete) continue;
      // The active has chosen which are too many, the standby has not.
      EXPECT_EQ(active().state->blocks.Replicas(BlockId(id)).size(),
                standby().state->blocks.Replicas(BlockId(id)).size())
          << id;
    }
    EXPECT_EQ(active().state->blocks.Counters().corrupt_blocks,
              standby().state->blocks.Counters().corrupt_blocks);
  }

  std::optional<SeededRandom> random_;
  int32_t next_call_ = 1;
  std::map<size_t, std::deque<Pending>> pending_;
};

TEST_F(PairRandomTest, BothHaveTheSameStateAtEveryTransaction) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    random_.emplace(seed);
    for (int i = 0; i < 150; ++i) {
      Step();
      FeedAndCompare();
      if (HasFatalFailure()) return;
    }
    ExpectSame();
    // The one that comes back knows no replica before the datanodes report to it.
    if (seed == 1) ExpectSameReplicas();
    pending_.clear();
    Failover();
    ExpectSame();
  }
}

}  // namespace
}  // namespace cairn::namenode
