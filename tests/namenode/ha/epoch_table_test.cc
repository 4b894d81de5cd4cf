// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/epoch_table.h"

#include <gtest/gtest.h>

#include "namenode/ha/machine.h"

namespace cairn::namenode::ha {
namespace {

EpochTable Table(std::vector<EpochTable::Entry> entries) {
  return EpochTable::From(std::move(entries)).value();
}

TEST(EpochTable, KnowsTheTermOfEachRecord) {
  const EpochTable table = Table({{Epoch(3), TxId(10)}, {Epoch(7), TxId(20)}});
  EXPECT_EQ(table.TermOf(TxId(9)), Epoch(0));
  EXPECT_EQ(table.TermOf(TxId(10)), Epoch(3));
  EXPECT_EQ(table.TermOf(TxId(19)), Epoch(3));
  EXPECT_EQ(table.TermOf(TxId(1000)), Epoch(7));
}

TEST(EpochTable, RefusesEntriesThatDoNotRise) {
  EXPECT_FALSE(EpochTable::From({{Epoch(3), TxId(10)}, {Epoch(3), TxId(11)}}));
  EXPECT_FALSE(EpochTable::From({{Epoch(3), TxId(10)}, {Epoch(4), TxId(10)}}));
  EXPECT_FALSE(EpochTable::From({{Epoch(0), TxId(10)}}));
  EXPECT_TRUE(EpochTable::From({}));
}

TEST(EpochTable, ATermThatWroteNothingIsReplaced) {
  EpochTable table = Table({{Epoch(3), TxId(10)}});
  table.Begin(Epoch(5), TxId(10));
  EXPECT_EQ(table, Table({{Epoch(5), TxId(10)}}));
  table.Begin(Epoch(6), TxId(12));
  table.CutAfter(TxId(11));
  EXPECT_EQ(table, Table({{Epoch(5), TxId(10)}}));
}

TEST(EpochTable, LastCommonRecordIsInTheHighestSharedTerm) {
  const EpochTable old = Table({{Epoch(1), TxId(1)}, {Epoch(2), TxId(10)}});
  const EpochTable now = Table({{Epoch(1), TxId(1)}, {Epoch(2), TxId(10)}, {Epoch(5), TxId(15)}});
  // The old primary wrote on to 20 in term 2; the new one opened after 14.
  const Position common = EpochTable::LastCommon(old, TxId(20), now, TxId(30));
  EXPECT_EQ(common.txid, TxId(14));
  EXPECT_EQ(common.term, Epoch(2));
}

TEST(EpochTable, ForeignTermsAreNotShared) {
  const EpochTable a = Table({{Epoch(1), TxId(1)}, {Epoch(4), TxId(8)}});
  const EpochTable b = Table({{Epoch(1), TxId(1)}, {Epoch(5), TxId(6)}});
  const Position common = EpochTable::LastCommon(a, TxId(9), b, TxId(9));
  EXPECT_EQ(common.txid, TxId(5));
  EXPECT_EQ(common.term, Epoch(1));
  EXPECT_EQ(EpochTable::LastCommon(a, TxId(9), b, TxId(0)).txid, TxId(0));
}

TEST(EpochTable, RecordsFromBeforeThePairAreShared) {
  const EpochTable a = Table({{Epoch(2), TxId(100)}});
  const Position common = EpochTable::LastCommon(a, TxId(120), EpochTable(), TxId(60));
  EXPECT_EQ(common.txid, TxId(60));
  EXPECT_EQ(common.term, Epoch(0));
}

}  // namespace
}  // namespace cairn::namenode::ha
