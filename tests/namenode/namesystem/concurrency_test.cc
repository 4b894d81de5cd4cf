// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "tests/namenode/namesystem/fixture.h"

namespace cairn::namenode {
namespace {

class ConcurrencyTest : public NamesystemFixture {
 protected:
  static constexpr int kThreads = 4;

  template <typename Body>
  void InThreads(Body body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&body, i] { body(i); });
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(ConcurrencyTest, CopiesOfOneCallAtTheSameTimeHaveOneEffect) {
  std::vector<Outcome<FileStatus>> outcomes(kThreads, Status(Code::kInternal, "not called"));
  InThreads([&](int i) {
    outcomes[i] = ns_->Create(Call("hdfs", 77), {.path = "/f",
                                                 .mode = {.masked = 0644},
                                                 .client_name = "client-1",
                                                 .create_parent = true,
                                                 .replication = 3,
                                                 .block_size = kBlockSize});
  });
  for (const Outcome<FileStatus>& outcome : outcomes) {
    ASSERT_TRUE(outcome.ok()) << Why(outcome);
    EXPECT_EQ(outcome.value().inode_id, outcomes[0].value().inode_id);
    EXPECT_EQ(outcome.wait_for, outcomes[0].wait_for);
  }
  EXPECT_EQ(state_->ids.last_inode_id, outcomes[0].value().inode_id);
}

TEST_F(ConcurrencyTest, ReadersAndWritersLeaveAStateThatReplays) {
  constexpr int kRounds = 150;
  std::atomic<int> wrong{0};
  InThreads([&](int i) {
    const OpContext context = Super();
    const std::string own = "/t" + std::to_string(i);
    for (int n = 0; n < kRounds; ++n) {
      const std::string path = own + "/" + std::to_string(n % 10);
      if (!ns_->Mkdirs(context, path, {.masked = 0755}, true).ok()) ++wrong;
      const auto seen = ns_->GetFileInfo(context, path);
      if (!seen.ok() || !seen.value().has_value()) ++wrong;
      if (!ns_->GetListing(context, {.path = "/"}).ok()) ++wrong;
      if (!ns_->GetContentSummary(context, "/").ok()) ++wrong;
      if (!ns_->Delete(context, path, true).ok()) ++wrong;
      if (i == 0) monitor_->Tick();
    }
  });
  EXPECT_EQ(wrong.load(), 0);
  Sync();
  while (CollectDeleted(*state_, 1000)) {
  }
  const StateHash hash = state_->Hash();
  EXPECT_EQ(LoadAnother()->Hash(), hash);
}

}  // namespace
}  // namespace cairn::namenode
