// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/block_sender.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/meta_file.h"
#include "datanode/transfer/connection.h"

namespace cairn::datanode {
namespace {

// Chunks of a replica that is sent without checksums: only the alignment of reads.
constexpr uint32_t kPlainChunkBytes = 512;
// Data up to this size is copied beside its header and goes out in one system call; from here on
// sendfile is cheaper.
constexpr uint32_t kCopiedBytesMax = 16 * 1024;
// The meta file is read in pieces of this size: 8 MiB of data with the usual checksums.
constexpr size_t kChecksumPieceBytes = 64 * 1024;
// Reads from this length on are worth hints to the page cache.
constexpr uint64_t kLongReadBytes = 256 * 1024;
constexpr uint64_t kDropStepBytes = 1 << 20;

// Holds small segments back while it lives, so that headers share segments with the data behind
// them.
class Cork {
 public:
  explicit Cork(int fd) : fd_(fd) { Set(1); }
  ~Cork() { Set(0); }
  Cork(const Cork&) = delete;
  Cork& operator=(const Cork&) = delete;

 private:
  void Set(int on) { ::setsockopt(fd_, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)); }
  const int fd_;
};

}  // namespace

BlockSender::BlockSender(TransferContext& context, const Request& request, OpenReplica replica)
    : context_(&context),
      replica_(std::move(replica)),
      checksum_(request.send_checksums ? replica_.checksum
                                       : ChecksumSpec{ChecksumType::kNull, kPlainChunkBytes}),
      missing_checksums_ok_(request.missing_checksums_ok),
      caching_(request.caching) {}

Result<BlockSender> BlockSender::Open(TransferContext& context, const Request& request) {
  const uint64_t wanted = request.length ? *request.length : 0;
  if (wanted > UINT64_MAX - request.offset) {
    return Status(Code::kIoError, " Offset and length are beyond any block");
  }
  CAIRN_ASSIGN(OpenReplica replica,
               context.store.OpenForRead(request.block, request.offset + wanted));
  BlockSender sender(context, request, std::move(replica));
  CAIRN_TRY(sender.ChooseRange(request));
  return sender;
}

Status BlockSender::ChooseRange(const Request& request) {
  const uint64_t readable = replica_.readable_length;
  const uint64_t length = request.length ? *request.length
                                         : std::min(readable, replica_.visible_length);
  if (request.offset > readable || length > readable - request.offset) {
    return Status(Code::kIoError, " Offset " + std::to_string(request.offset) + " and length " +
                                      std::to_string(length) + " don't match block " +
                                      BlockText(replica_.block) + " ( blockLen " +
                                      std::to_string(readable) + " )");
  }
  const uint64_t chunk = checksum_.bytes_per_checksum;
  begin_ = request.offset - request.offset % chunk;
  const uint64_t end = request.offset + length;
  const uint64_t rounded = end % chunk == 0 ? end : end + (chunk - end % chunk);
  end_ = std::min(rounded, readable);
  advised_to_ = dropped_to_ = begin_;
  return Status();
}

bool BlockSender::is_long_read() const { return end_ - begin_ > kLongReadBytes; }

// Asks for the next window when half of the last one is used up.
void BlockSender::Advise(uint64_t position) {
  const bool always = caching_.readahead_bytes.has_value();
  const int64_t asked = caching_.readahead_bytes.value_or(0);
  const uint64_t window = always ? static_cast<uint64_t>(std::max<int64_t>(0, asked))
                                 : context_->options.readahead_bytes;
  if (window == 0 || !(always || is_long_read())) return;
  if (position + window / 2 < advised_to_ || advised_to_ >= end_) return;
  const uint64_t to = std::min(end_, position + window);
  ::posix_fadvise(replica_.data->fd(), static_cast<off_t>(advised_to_),
                  static_cast<off_t>(to - advised_to_), POSIX_FADV_WILLNEED);
  advised_to_ = to;
}

void BlockSender::DropBehind(uint64_t position, bool at_end) {
  const bool drop = caching_.drop_behind
                        ? *caching_.drop_behind
                        : context_->options.drop_cache_behind_reads && is_long_read();
  if (!drop || (!at_end && position < dropped_to_ + kDropStepBytes)) return;
  ::posix_fadvise(replica_.data->fd(), static_cast<off_t>(dropped_to_),
                  static_cast<off_t>(position - dropped_to_), POSIX_FADV_DONTNEED);
  dropped_to_ = position;
}

// Whether the store still has what was opened. A recovery may have cut or replaced it meanwhile,
// and then bytes that are missing say nothing against the replica.
bool BlockSender::IsStillThere() const {
  const std::optional<ReplicaSnapshot> now =
      context_->store.Find(replica_.block.pool_id, replica_.block.block.id);
  return now && now->state == ReplicaState::kFinalized &&
         replica_.state == ReplicaState::kFinalized &&
         now->block.generation_stamp == replica_.block.block.generation_stamp &&
         now->block.length >= replica_.readable_length;
}

// Tells those who must know that our replica cannot be served.
Status BlockSender::Bad(Status why) {
  LOG(kWarn, "replica cannot be sent", {"block", BlockText(replica_.block)}, {"reason", why});
  if (why.code() == Code::kIoError) {
    context_->store.ReportIoError(replica_.block);
  } else if (IsStillThere()) {
    context_->events.OnCorruptLocal(replica_.block);
  }
  return why;
}

Status BlockSender::LoadChecksums(uint64_t position, size_t bytes) {
  const uint64_t at = ChecksumOffset(checksum_, position);
  if (at >= sums_begin_ && at + bytes <= sums_begin_ + sums_.size()) return Status();
  const uint64_t last = MetaFileSize(checksum_, end_);
  const auto piece = static_cast<size_t>(
      std::max<uint64_t>(bytes, std::min<uint64_t>(kChecksumPieceBytes, last - at)));
  CAIRN_ASSIGN(sums_, replica_.meta->ReadAt(at, piece));
  sums_begin_ = at;
  if (sums_.size() >= bytes) return Status();
  return Status(Code::kCorrupt, "the meta file ends at byte " +
                                    std::to_string(at + sums_.size()) + ", before checksum " +
                                    std::to_string(at + bytes));
}

Status BlockSender::AddChecksums(uint64_t position, uint32_t n) {
  const size_t bytes = ChunkCount(checksum_, n) * ChecksumSize(checksum_);
  if (bytes == 0) return Status();
  if (const Status loaded = LoadChecksums(position, bytes); !loaded.ok()) {
    if (!missing_checksums_ok_) return Bad(loaded);
    sums_.clear();
    head_.append(bytes, '\0');
    return Status();
  }
  head_.append(sums_, ChecksumOffset(checksum_, position) - sums_begin_, bytes);
  // The meta file may hold the checksum of a longer last chunk by now.
  if (position + n == replica_.readable_length && !replica_.last_checksum.empty()) {
    head_.replace(head_.size() - kChecksumBytes, kChecksumBytes, replica_.last_checksum);
  }
  return Status();
}

Status BlockSender::AddHead(uint64_t position, uint32_t n) {
  wire::PacketHeader header;
  header.offset_in_block = static_cast<int64_t>(position);
  header.seqno = seqno_++;
  header.data_bytes = n;
  header.checksum_bytes =
      static_cast<uint32_t>(ChunkCount(checksum_, n) * ChecksumSize(checksum_));
  char bytes[wire::kPacketLengthsBytes + wire::kPacketHeaderBytesMax];
  head_.append(bytes, wire::EncodePacketHeader(header, bytes));
  bytes_sent_ += n + header.checksum_bytes;
  return AddChecksums(position, n);
}

void BlockSender::AddEnd() {
  wire::PacketHeader header;
  header.offset_in_block = static_cast<int64_t>(end_);
  header.seqno = seqno_;
  header.last_in_block = true;
  char bytes[wire::kPacketLengthsBytes + wire::kPacketHeaderBytesMax];
  head_.append(bytes, wire::EncodePacketHeader(header, bytes));
}

Status BlockSender::SendData(net::BlockingSocket& socket, uint64_t position, uint32_t n) {
  const int fd = replica_.data->fd();
  if (n > kCopiedBytesMax && fd >= 0 && context_->options.send_by_sendfile) {
    CAIRN_TRY(socket.WriteAll(head_));
    head_.clear();
    const Status sent = socket.SendFile(fd, position, n);
    if (sent.code() == Code::kEndOfFile) return Bad(sent);
    if (sent.code() != Code::kNetwork) return sent;
    // A disk that cannot be read fails the same call as a reader that has gone.
    const Result<std::string> probe = replica_.data->ReadAt(position, n);
    return probe.ok() ? sent : Bad(probe.status());
  }
  const Result<std::string> data = replica_.data->ReadAt(position, n);
  if (!data.ok()) return Bad(data.status());
  if (data->size() < n) {
    return Bad(Status(Code::kCorrupt, "the block file ends at byte " +
                                          std::to_string(position + data->size())));
  }
  head_.append(*data);
  // A small last packet waits for the end, to go out with it.
  if (position + n == end_ && n <= kCopiedBytesMax) return Status();
  CAIRN_TRY(socket.WriteAll(head_));
  head_.clear();
  return Status();
}

Status BlockSender::Send(net::BlockingSocket& socket, std::string preface, Throttler* throttler) {
  head_ = std::move(preface);
  std::optional<Cork> cork;
  if (length() > kCopiedBytesMax) cork.emplace(socket.fd());
  if (is_long_read() && replica_.data->fd() >= 0) {
    ::posix_fadvise(replica_.data->fd(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  const uint32_t chunk = checksum_.bytes_per_checksum;
  const uint32_t step = std::max(chunk, context_->options.packet_bytes / chunk * chunk);
  for (uint64_t position = begin_; position < end_;) {
    const auto n = static_cast<uint32_t>(std::min<uint64_t>(step, end_ - position));
    Advise(position);
    CAIRN_TRY(AddHead(position, n));
    CAIRN_TRY(SendData(socket, position, n));
    position += n;
    DropBehind(position, false);
    if (throttler != nullptr) throttler->Take(n);
  }
  AddEnd();
  CAIRN_TRY(socket.WriteAll(head_));
  head_.clear();
  DropBehind(end_, true);
  return Status();
}

}  // namespace cairn::datanode
