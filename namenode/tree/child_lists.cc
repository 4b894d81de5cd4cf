// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/child_lists.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "common/util/path.h"

namespace cairn::namenode {
namespace {

// A full chunk is split in halves; a new one leaves room for some more.
constexpr size_t kChunkMax = 512;
constexpr size_t kChunkNew = 384;
// A chunk that has become smaller is put together with the next one, if that is small too.
constexpr size_t kChunkSmall = 64;
// Up to here a removal looks through the pile instead of sorting it.
constexpr size_t kPileScanMax = 64;

}  // namespace

uint32_t ChildLists::NewList() {
  if (free_.empty()) {
    lists_.emplace_back();
    return static_cast<uint32_t>(lists_.size() - 1);
  }
  const uint32_t list = free_.back();
  free_.pop_back();
  return list;
}

void ChildLists::FreeList(uint32_t number) {
  List& list = lists_[number];
  assert(list.count == 0);
  list.pile = {};
  list.chunks = {};
  free_.push_back(number);
}

void ChildLists::Add(uint32_t number, InodeHandle child) {
  List& list = lists_[number];
  list.pile.push_back(child.value);
  list.unsorted.store(true, std::memory_order_relaxed);
  ++list.count;
}

void ChildLists::Remove(uint32_t number, InodeHandle child) {
  List& list = lists_[number];
  if (list.pile.size() > kPileScanMax) {
    Sort(list);
    list.unsorted.store(false, std::memory_order_relaxed);
  }
  --list.count;
  const auto it = std::find(list.pile.begin(), list.pile.end(), child.value);
  if (it != list.pile.end()) {
    *it = list.pile.back();
    list.pile.pop_back();
    if (list.pile.empty()) list.unsorted.store(false, std::memory_order_relaxed);
    return;
  }
  const Position position = LowerBound(list, NameOf(child.value));
  assert(list.chunks[position.chunk][position.offset] == child.value);
  EraseAt(list, position);
}

InodeHandle ChildLists::TakeAny(uint32_t number) {
  List& list = lists_[number];
  assert(list.count > 0);
  --list.count;
  std::vector<uint32_t>& from = list.pile.empty() ? list.chunks.back() : list.pile;
  const InodeHandle child(from.back());
  from.pop_back();
  if (list.pile.empty()) list.unsorted.store(false, std::memory_order_relaxed);
  if (!list.chunks.empty() && list.chunks.back().empty()) list.chunks.pop_back();
  return child;
}

void ChildLists::Reserve(uint32_t number, size_t count) {
  List& list = lists_[number];
  list.pile.reserve(list.pile.size() + count);
}

size_t ChildLists::Page(uint32_t number, std::string_view after, size_t limit,
                        std::vector<InodeHandle>& out) const {
  List& list = lists_[number];
  if (list.unsorted.load(std::memory_order_acquire)) {
    const std::lock_guard lock(sort_mutex_);
    if (list.unsorted.load(std::memory_order_relaxed)) {
      Sort(list);
      list.unsorted.store(false, std::memory_order_release);
    }
  }
  Position at{0, 0};
  if (!after.empty()) {
    at = LowerBound(list, after);
    if (at.chunk < list.chunks.size() && NameOf(list.chunks[at.chunk][at.offset]) == after) {
      ++at.offset;
    }
  }
  size_t remaining = list.count - std::min<size_t>(at.offset, list.count);
  for (size_t i = 0; i < at.chunk; ++i) remaining -= list.chunks[i].size();
  for (; at.chunk < list.chunks.size() && limit > 0; ++at.chunk, at.offset = 0) {
    const Chunk& chunk = list.chunks[at.chunk];
    for (; at.offset < chunk.size() && limit > 0; ++at.offset, --limit, --remaining) {
      out.emplace_back(chunk[at.offset]);
    }
  }
  return remaining;
}

void ChildLists::All(uint32_t number, std::vector<InodeHandle>& out) const {
  const List& list = lists_[number];
  if (!list.unsorted.load(std::memory_order_acquire)) return CopyAll(list, out);
  // Another reader may be about to sort.
  const std::lock_guard lock(sort_mutex_);
  CopyAll(list, out);
}

void ChildLists::CopyAll(const List& list, std::vector<InodeHandle>& out) {
  for (const uint32_t child : list.pile) out.emplace_back(child);
  for (const Chunk& chunk : list.chunks) {
    for (const uint32_t child : chunk) out.emplace_back(child);
  }
}

bool ChildLists::Less(uint32_t a, uint32_t b) const {
  return CompareNames(NameOf(a), NameOf(b)) < 0;
}

ChildLists::Position ChildLists::LowerBound(const List& list, std::string_view name) const {
  const auto before = [&](uint32_t child, std::string_view n) {
    return CompareNames(NameOf(child), n) < 0;
  };
  const auto chunk = std::lower_bound(
      list.chunks.begin(), list.chunks.end(), name,
      [&](const Chunk& c, std::string_view n) { return before(c.back(), n); });
  if (chunk == list.chunks.end()) return {list.chunks.size(), 0};
  const auto child = std::lower_bound(chunk->begin(), chunk->end(), name, before);
  return {static_cast<size_t>(chunk - list.chunks.begin()),
          static_cast<size_t>(child - chunk->begin())};
}

// Leaves `unsorted` to callers that readers may race with; others find an empty pile.
void ChildLists::Sort(List& list) const {
  std::vector<uint32_t> pile = std::exchange(list.pile, {});
  const auto less = [this](uint32_t a, uint32_t b) { return Less(a, b); };
  // An image tells children in order.
  if (!std::is_sorted(pile.begin(), pile.end(), less)) std::sort(pile.begin(), pile.end(), less);

  const size_t sorted_before = list.count - pile.size();
  if (pile.size() < sorted_before / 8) {
    for (const uint32_t child : pile) InsertSorted(list, child);
    return;
  }
  if (sorted_before == 0) return Cut(pile, list);
  std::vector<uint32_t> old;
  old.reserve(sorted_before);
  for (const Chunk& chunk : list.chunks) old.insert(old.end(), chunk.begin(), chunk.end());
  std::vector<uint32_t> all(old.size() + pile.size());
  std::merge(old.begin(), old.end(), pile.begin(), pile.end(), all.begin(), less);
  Cut(all, list);
}

void ChildLists::Cut(const std::vector<uint32_t>& sorted, List& list) {
  list.chunks.clear();
  list.chunks.reserve((sorted.size() + kChunkNew - 1) / kChunkNew);
  for (size_t begin = 0; begin < sorted.size(); begin += kChunkNew) {
    const size_t end = std::min(begin + kChunkNew, sorted.size());
    list.chunks.emplace_back(sorted.begin() + static_cast<ptrdiff_t>(begin),
                             sorted.begin() + static_cast<ptrdiff_t>(end));
  }
}

void ChildLists::InsertSorted(List& list, uint32_t child) const {
  Position at = LowerBound(list, NameOf(child));
  if (at.chunk == list.chunks.size()) {
    --at.chunk;  // Behind all: at the end of the last chunk.
    at.offset = list.chunks[at.chunk].size();
  }
  if (list.chunks[at.chunk].size() >= kChunkMax) {
    const auto half = static_cast<ptrdiff_t>(kChunkMax / 2);
    Chunk& full = list.chunks[at.chunk];
    Chunk upper(full.begin() + half, full.end());
    full.resize(static_cast<size_t>(half));
    list.chunks.insert(list.chunks.begin() + static_cast<ptrdiff_t>(at.chunk) + 1,
                       std::move(upper));
    if (at.offset > static_cast<size_t>(half)) {
      ++at.chunk;
      at.offset -= static_cast<size_t>(half);
    }
  }
  Chunk& chunk = list.chunks[at.chunk];
  chunk.insert(chunk.begin() + static_cast<ptrdiff_t>(at.offset), child);
}

void ChildLists::EraseAt(List& list, Position position) const {
  const auto chunk = list.chunks.begin() + static_cast<ptrdiff_t>(position.chunk);
  chunk->erase(chunk->begin() + static_cast<ptrdiff_t>(position.offset));
  if (chunk->empty()) {
    list.chunks.erase(chunk);
    return;
  }
  const auto next = chunk + 1;
  if (chunk->size() >= kChunkSmall || next == list.chunks.end()) return;
  if (chunk->size() + next->size() > kChunkMax / 2) return;
  chunk->insert(chunk->end(), next->begin(), next->end());
  list.chunks.erase(next);
}

size_t ChildLists::MemoryBytes() const {
  const std::lock_guard lock(sort_mutex_);
  size_t bytes = lists_.size() * sizeof(List) + free_.capacity() * sizeof(uint32_t);
  for (const List& list : lists_) {
    bytes += list.pile.capacity() * sizeof(uint32_t) + list.chunks.capacity() * sizeof(Chunk);
    for (const Chunk& chunk : list.chunks) bytes += chunk.capacity() * sizeof(uint32_t);
  }
  return bytes;
}

}  // namespace cairn::namenode
