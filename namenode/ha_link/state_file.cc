// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/state_file.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "namenode/ha_link/config_text.h"
#include "namenode/ha_link/text_fields.h"
#include "namenode/journal/storage_names.h"

namespace cairn::namenode::ha {

namespace {

constexpr std::string_view kTitle = "cairn-ha ";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kFileName = "cairn-ha";

Status Corrupt(const std::string& what) {
  return Status(Code::kCorrupt, "state of the pair: " + what);
}

std::string Checksum(std::string_view text) {
  char line[32];
  std::snprintf(line, sizeof(line), "crc32c %08x\n", Crc32c(0, text.data(), text.size()));
  return line;
}

// Directories for images and for edits, each once.
std::vector<std::string> Currents(const NameStorage& storage) {
  std::set<std::string> currents;
  for (const std::string& current : storage.EditDirectories()) currents.insert(current);
  for (const std::string& current : storage.ImageDirectories()) currents.insert(current);
  return {currents.begin(), currents.end()};
}

std::string PathIn(const std::string& current) { return current + "/" + std::string(kFileName); }

// What stands behind the title, up to the checksum.
struct Fields {
  std::map<std::string_view, std::string_view> single;
  std::vector<EpochTable::Entry> terms;
  std::string config;
};

Result<Fields> Split(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    std::optional<std::string_view> line = TakeLine(text);
    if (!line) return Corrupt("a line is cut off");
    const std::string_view key = TakeWord(*line);
    if (key == "term") {
      const auto term = ParseNumber<uint64_t>(TakeWord(*line));
      const auto first = ParseNumber<int64_t>(*line);
      if (!term || !first || fields.terms.size() == kStateTermsMax) return Corrupt("bad term");
      fields.terms.push_back({Epoch(*term), TxId(*first)});
    } else if (key == "config") {
      fields.config += std::string(*line) + "\n";
    } else if (!fields.single.emplace(key, *line).second) {
      return Corrupt("a field is there twice");
    }
  }
  return fields;
}

template <typename Number>
std::optional<Number> NumberOf(const Fields& fields, std::string_view key) {
  const auto it = fields.single.find(key);
  return it == fields.single.end() ? std::nullopt : ParseNumber<Number>(it->second);
}

// Checks title and checksum; what stands between them.
Result<std::string_view> Unwrap(std::string_view text) {
  constexpr size_t kChecksumLine = sizeof("crc32c 01234567");
  if (text.size() > kStateBytesMax) return Corrupt("longer than its limit");
  if (text.size() < kChecksumLine) return Corrupt("too short");
  const std::string_view checked = text.substr(0, text.size() - kChecksumLine);
  if (text.substr(checked.size()) != Checksum(checked)) {
    return Status(Code::kChecksum, "state of the pair: wrong checksum");
  }
  std::string_view rest = checked;
  std::optional<std::string_view> title = TakeLine(rest);
  if (!title || !title->starts_with(kTitle)) return Corrupt("no title");
  title->remove_prefix(kTitle.size());
  if (*title != kVersion) {
    return Status(Code::kIncorrectVersion, "state of the pair has version " +
                                               std::string(*title).substr(0, 16) +
                                               "; this namenode knows version " +
                                               std::string(kVersion));
  }
  return rest;
}

// Gives the segments of a directory names that nobody reads.
Status SetSegmentsAside(NameStorage& storage, const std::string& current) {
  io::Disk& disk = storage.disk();
  CAIRN_TRY(storage.WriteSeenTxId(current, TxId(0)));
  CAIRN_ASSIGN(const std::vector<std::string> names, disk.List(current));
  for (const std::string& name : names) {
    if (!ParseSegmentName(name) && !ParseUnfinishedSegmentName(name)) continue;
    CAIRN_TRY(disk.Rename(current + "/" + name, current + "/" + name + ".stale"));
  }
  return disk.SyncDirectory(current);
}

}  // namespace

std::string FormatState(const StoredState& stored) {
  const DurableState& state = stored.state;
  std::string text(kTitle);
  text.append(kVersion);
  text += "\nsequence " + std::to_string(stored.sequence);
  text += "\ncuts " + std::to_string(stored.cuts);
  text += "\nnewest-segment " + std::to_string(stored.newest_segment.value);
  text += "\npromised " + std::to_string(state.promised.value);
  text += "\nlog " + state.log.value + "\n";
  const std::vector<EpochTable::Entry>& terms = state.terms.entries();
  for (size_t i = terms.size() - std::min(terms.size(), kStateTermsMax); i < terms.size(); ++i) {
    text += "term " + std::to_string(terms[i].term.value) + " " +
            std::to_string(terms[i].first.value) + "\n";
  }
  if (state.config) {
    const std::string config = FormatConfig(*state.config);
    std::string_view rest = config;
    while (const std::optional<std::string_view> line = TakeLine(rest)) {
      text.append("config ").append(*line).append("\n");
    }
  }
  return text + Checksum(text);
}

Result<StoredState> ParseState(std::string_view text) {
  CAIRN_ASSIGN(const std::string_view body, Unwrap(text));
  CAIRN_ASSIGN(const Fields fields, Split(body));
  const auto sequence = NumberOf<uint64_t>(fields, "sequence");
  const auto cuts = NumberOf<uint64_t>(fields, "cuts");
  const auto newest_segment = NumberOf<int64_t>(fields, "newest-segment");
  const auto promised = NumberOf<uint64_t>(fields, "promised");
  const auto log = fields.single.find("log");
  if (!sequence || !cuts || !newest_segment || *newest_segment < 0 || !promised ||
      log == fields.single.end() || !IsPlainName(log->second) || fields.single.size() != 5) {
    return Corrupt("a field is missing, or not of its form");
  }
  std::optional<EpochTable> terms = EpochTable::From(fields.terms);
  if (!terms) return Corrupt("its terms do not rise");
  StoredState stored{.sequence = *sequence,
                     .cuts = *cuts,
                     .newest_segment = TxId(*newest_segment),
                     .state = {.promised = Epoch(*promised),
                               .log = LogId(std::string(log->second)),
                               .terms = std::move(*terms)}};
  if (!fields.config.empty()) {
    CAIRN_ASSIGN(stored.state.config, ParseConfig(fields.config));
  }
  return stored;
}

LogId NewLogId(Random& random) {
  std::string bytes;
  PutU64(bytes, random.Next());
  PutU64(bytes, random.Next());
  // RFC 4122's marks of a random UUID.
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string text = ToHex(bytes);
  for (const size_t at : {20, 16, 12, 8}) text.insert(at, "-");
  return LogId(text);
}

Result<std::unique_ptr<StateFile>> StateFile::Open(NameStorage& storage, Random& random) {
  std::unique_ptr<StateFile> file(new StateFile(storage));
  const std::lock_guard lock(file->mutex_);
  CAIRN_TRY(file->ReadCopies());
  if (file->stored_.state.log.value.empty()) {
    file->stored_.state.log = NewLogId(random);
    // Everything that is there was written before this log was a pair's.
    CAIRN_ASSIGN(const std::optional<TxId> newest, storage.NewestSegment());
    if (newest) file->stored_.newest_segment = *newest;
    LOG(kInfo, "log has no state of a pair yet", {"log", file->stored_.state.log.value});
  }
  CAIRN_TRY(file->WriteLocked());
  return file;
}

// Leaves the newest copy in stored_, or what it was when there is none.
Status StateFile::ReadCopies() {
  io::Disk& disk = storage_.disk();
  std::map<std::string, StoredState> copies;
  Status broken;
  for (const std::string& current : Currents(storage_)) {
    if (!disk.Exists(PathIn(current))) continue;
    Result<StoredState> stored = [&]() -> Result<StoredState> {
      CAIRN_ASSIGN(const std::string text, disk.ReadFile(PathIn(current), kStateBytesMax));
      return ParseState(text);
    }();
    if (!stored.ok()) {
      broken = stored.status().WithContext(PathIn(current));
      LOG(kError, "copy of the pair's state is broken", {"path", PathIn(current)},
          {"reason", stored.status()});
      continue;
    }
    if (stored->sequence >= stored_.sequence) stored_ = *stored;
    copies.emplace(current, std::move(*stored));
  }
  if (copies.empty()) return broken;
  for (const std::string& current : Currents(storage_)) {
    const auto copy = copies.find(current);
    const uint64_t cuts = copy == copies.end() ? 0 : copy->second.cuts;
    if (cuts == stored_.cuts) continue;
    LOG(kWarn, "name directory missed a cut of the log; its segments are set aside",
        {"directory", current});
    if (const Status status = SetSegmentsAside(storage_, current); !status.ok()) {
      storage_.Fail(current, status);
    }
  }
  return Status();
}

Status StateFile::Account(Random& random) {
  CAIRN_ASSIGN(const std::optional<TxId> newest, storage_.NewestSegment());
  const std::lock_guard lock(mutex_);
  const bool unknown_segment = newest && *newest > stored_.newest_segment;
  if (!unknown_segment && !storage_.LastUsedByOthers()) return Status();
  stored_.state.log = NewLogId(random);
  stored_.state.terms = EpochTable();
  if (newest) stored_.newest_segment = *newest;
  LOG(kWarn, "another software has written this log; it takes a new identity",
      {"newest_segment", stored_.newest_segment}, {"log", stored_.state.log.value});
  return WriteLocked();
}

Status StateFile::ReplaceLog(TxId image) {
  const std::lock_guard lock(mutex_);
  ++stored_.cuts;
  CAIRN_TRY(WriteLocked());
  for (const std::string& current : storage_.EditDirectories()) {
    const Status status = SetSegmentsAside(storage_, current);
    if (!status.ok()) storage_.Fail(current, status);
  }
  if (storage_.EditDirectories().empty()) {
    return Status(Code::kIoError, "no edits directory is left");
  }
  stored_.newest_segment = image;
  return WriteLocked();
}

DurableState StateFile::state() const {
  const std::lock_guard lock(mutex_);
  return stored_.state;
}

Status StateFile::Save(const DurableState& state) {
  const std::lock_guard lock(mutex_);
  stored_.state = state;
  return WriteLocked();
}

Status StateFile::NoteSegment(TxId first) {
  const std::lock_guard lock(mutex_);
  if (first <= stored_.newest_segment) return Status();
  stored_.newest_segment = first;
  return WriteLocked();
}

Status StateFile::CutLog(TxId last) {
  const std::lock_guard lock(mutex_);
  ++stored_.cuts;
  CAIRN_TRY(WriteLocked());
  CAIRN_TRY(storage_.CutAfter(last));
  CAIRN_ASSIGN(const std::optional<TxId> newest, storage_.NewestSegment());
  stored_.newest_segment = newest.value_or(TxId(0));
  return WriteLocked();
}

Status StateFile::WriteLocked() {
  ++stored_.sequence;
  const std::string text = FormatState(stored_);
  Status failure(Code::kIoError, "no name directory is left");
  bool written = false;
  for (const std::string& current : Currents(storage_)) {
    const Status status = io::WriteFileAtomically(storage_.disk(), PathIn(current), text);
    if (status.ok()) {
      written = true;
    } else {
      storage_.Fail(current, status);
      failure = status;
    }
  }
  return written ? Status() : failure.WithContext("state of the pair");
}

Status StateFile::Remove(NameStorage& storage) {
  for (const std::string& current : Currents(storage)) {
    if (!storage.disk().Exists(PathIn(current))) continue;
    CAIRN_TRY(storage.disk().Remove(PathIn(current)));
    CAIRN_TRY(storage.disk().SyncDirectory(current));
    LOG(kInfo, "log is no pair's any more", {"directory", current});
  }
  return Status();
}

}  // namespace cairn::namenode::ha
