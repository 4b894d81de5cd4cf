// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/host_lists.h"

#include <gtest/gtest.h>

namespace cairn::namenode {
namespace {

DatanodeId Node(const std::string& ip, const std::string& name, uint16_t port) {
  DatanodeId id;
  id.ip = ip;
  id.host_name = name;
  id.transfer_port = port;
  return id;
}

TEST(HostListsTest, EverybodyIsIncludedInAnEmptyList) {
  const HostLists lists("# nobody\n\n", "");
  EXPECT_TRUE(lists.IsIncluded(Node("10.0.0.1", "a", 9866)));
  EXPECT_FALSE(lists.IsExcluded(Node("10.0.0.1", "a", 9866)));
}

TEST(HostListsTest, HostsAreNamedByAddressOrNameWithOrWithoutPort) {
  const HostLists lists("10.0.0.1 b # c\n10.0.0.4:9866\r\n", "b");
  EXPECT_TRUE(lists.IsIncluded(Node("10.0.0.1", "a", 1)));
  EXPECT_TRUE(lists.IsIncluded(Node("10.0.0.2", "b", 1)));
  EXPECT_FALSE(lists.IsIncluded(Node("10.0.0.3", "c", 1)));
  EXPECT_TRUE(lists.IsIncluded(Node("10.0.0.4", "d", 9866)));
  EXPECT_FALSE(lists.IsIncluded(Node("10.0.0.4", "d", 9867)));
  EXPECT_TRUE(lists.IsExcluded(Node("10.0.0.2", "b", 1)));
}

}  // namespace
}  // namespace cairn::namenode
