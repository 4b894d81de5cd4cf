// SPDX-License-Identifier: Apache-2.0
#include "libclient/namenode_proxy.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/wire/converters.h"
#include "common/wire/proto/client_namenode_admin.pb.h"

namespace cairn::client {
namespace {

class NoPause final : public Pauser {
 public:
  bool Pause(std::chrono::milliseconds time) override {
    total += time;
    return !cancelled;
  }
  std::chrono::milliseconds total{0};
  bool cancelled = false;
};

// Two namenodes, of which a test says how they answer.
class NamenodeProxyTest : public ::testing::Test {
 protected:
  struct Try {
    std::string host;
    int32_t call_id = 0;
    int32_t retry_count = 0;
  };

  NamenodeProxy Proxy(std::vector<net::HostPort> namenodes) {
    return NamenodeProxy(
        {.uri = "hdfs://ns", .namenodes = std::move(namenodes), .logical = true}, "alice", {},
        [this](const rpc::RpcTarget& target, std::string_view method, std::string_view request,
               const rpc::RpcCallOptions& options) -> Result<std::string> {
          EXPECT_EQ(target.user, "alice");
          if (method == "getHAServiceState") {
            asked_.push_back(target.address.host);
            wire::pb::HAServiceStateResponseProto state;
            state.set_state(other_active_ ? ::hadoop::common::ACTIVE : ::hadoop::common::STANDBY);
            return wire::SerializeMessage(state);
          }
          if (target.address.host == frozen_) {
            // As RpcClient does: it asks while it waits, and gives up when it is told to.
            if (options.keep_waiting == nullptr || options.keep_waiting()) {
              return std::string("late");
            }
            tries_.push_back({target.address.host, *options.call_id, options.retry_count});
            return Status(Code::kTimeout, "given up");
          }
          tries_.push_back({target.address.host, *options.call_id, options.retry_count});
          if (failures_.empty()) return std::string(request);
          const Status status = failures_.front();
          failures_.erase(failures_.begin());
          if (status.ok()) return std::string(request);
          return status;
        },
        random_, pauser_);
  }

  SeededRandom random_{1};
  NoPause pauser_;
  std::vector<Status> failures_;
  std::vector<Try> tries_;
  std::string frozen_;         // This one does not answer before it was asked for.
  bool other_active_ = false;  // What the others say of themselves.
  std::vector<std::string> asked_;
};

const Status kStandby = Status::Remote(Code::kStandby, "org.apache.hadoop.ipc.StandbyException",
                                       "not me");

TEST_F(NamenodeProxyTest, StandbyLeadsToTheOtherAtOnceAndItIsRemembered) {
  NamenodeProxy proxy = Proxy({{"one", 1}, {"two", 2}});
  failures_ = {kStandby};
  EXPECT_EQ(*proxy.Call("mkdirs", "request"), "request");
  EXPECT_TRUE(proxy.Call("mkdirs", "x").ok());
  ASSERT_EQ(tries_.size(), 3u);
  EXPECT_EQ(tries_[0].host, "one");
  EXPECT_EQ(tries_[1].host, "two");
  EXPECT_EQ(tries_[2].host, "two");
  EXPECT_EQ(pauser_.total.count(), 0);
}

TEST_F(NamenodeProxyTest, RepetitionsKeepTheCallIdAndCount) {
  NamenodeProxy proxy = Proxy({{"one", 1}});
  failures_ = {Status(Code::kEndOfFile, "closed"), Status(Code::kNetwork, "refused")};
  EXPECT_TRUE(proxy.Call("delete", "x").ok());
  ASSERT_EQ(tries_.size(), 3u);
  EXPECT_EQ(tries_[0].call_id, tries_[2].call_id);
  EXPECT_EQ(tries_[0].retry_count, 0);
  EXPECT_EQ(tries_[2].retry_count, 2);
  EXPECT_TRUE(proxy.Call("delete", "x").ok());
  EXPECT_NE(tries_[3].call_id, tries_[0].call_id);
  EXPECT_EQ(tries_[3].retry_count, 0);
}

TEST_F(NamenodeProxyTest, ErrorKeepsTheJavaClass) {
  NamenodeProxy proxy = Proxy({{"one", 1}});
  failures_ = {Status::Remote(Code::kNotFound, "java.io.FileNotFoundException", "no such file")};
  const Status status = proxy.Call("delete", "x").status();
  EXPECT_EQ(status.remote_class(), "java.io.FileNotFoundException");
  EXPECT_EQ(status.message(), "no such file");
}

TEST_F(NamenodeProxyTest, ClosedClientStopsTrying) {
  NamenodeProxy proxy = Proxy({{"one", 1}});
  pauser_.cancelled = true;
  failures_ = {Status(Code::kNetwork, "refused")};
  EXPECT_EQ(proxy.Call("delete", "x").status().code(), Code::kCancelled);
  EXPECT_EQ(tries_.size(), 1u);
}

TEST_F(NamenodeProxyTest, ASilentNamenodeIsLeftWhenAnotherSaysThatItIsActive) {
  NamenodeProxy proxy = Proxy({{"one", 1}, {"two", 2}});
  frozen_ = "one";
  other_active_ = true;
  EXPECT_EQ(*proxy.Call("mkdirs", "request"), "request");
  EXPECT_EQ(asked_, std::vector<std::string>{"two"});
  ASSERT_EQ(tries_.size(), 2u);
  EXPECT_EQ(tries_[1].host, "two");
  EXPECT_EQ(tries_[0].call_id, tries_[1].call_id) << "it may have been executed";
  EXPECT_EQ(tries_[1].retry_count, 1);
}

TEST_F(NamenodeProxyTest, ASlowNamenodeIsWaitedForWhileNoOtherIsActive) {
  NamenodeProxy proxy = Proxy({{"one", 1}, {"two", 2}});
  frozen_ = "one";
  EXPECT_EQ(*proxy.Call("mkdirs", "request"), "late");
  EXPECT_EQ(asked_, std::vector<std::string>{"two"});
  NamenodeProxy single = Proxy({{"one", 1}});
  EXPECT_EQ(*single.Call("mkdirs", "request"), "late") << "there is nobody to ask";
  EXPECT_EQ(asked_.size(), 1u);
}

}  // namespace
}  // namespace cairn::client
