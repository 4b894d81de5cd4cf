// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/gunzip.h"

#include <zlib.h>

#include <vector>

namespace cairn::shell {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;

class GunzipSource final : public Source {
 public:
  explicit GunzipSource(std::unique_ptr<Source> packed)
      : packed_(std::move(packed)), buffer_(kBufferBytes) {}
  ~GunzipSource() override {
    if (open_) inflateEnd(&stream_);
  }

  Status Open() {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) {
      return Status(Code::kInternal, "zlib does not start");
    }
    open_ = true;
    return Status();
  }

  Result<size_t> Read(void* buffer, size_t n) override {
    stream_.next_out = static_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(n);
    while (stream_.avail_out == n) {
      if (stream_.avail_in == 0) CAIRN_TRY(Fill());
      if (stream_.avail_in == 0) {
        if (between_members_) return size_t{0};
        return Status(Code::kEndOfFile, "Unexpected end of ZLIB input stream");
      }
      if (between_members_) {
        inflateReset(&stream_);
        between_members_ = false;
      }
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        between_members_ = true;
      } else if (result != Z_OK) {
        return Status(Code::kCorrupt, stream_.msg != nullptr ? stream_.msg : "invalid gzip data");
      }
    }
    return n - stream_.avail_out;
  }

  Status Seek(uint64_t) override { return Status(Code::kUnsupported, "gzip cannot seek"); }

 private:
  Status Fill() {
    CAIRN_ASSIGN(const size_t got, packed_->Read(buffer_.data(), buffer_.size()));
    stream_.next_in = buffer_.data();
    stream_.avail_in = static_cast<uInt>(got);
    return Status();
  }

  const std::unique_ptr<Source> packed_;
  std::vector<Bytef> buffer_;
  z_stream stream_{};
  bool open_ = false;
  bool between_members_ = false;
};

}  // namespace

Result<std::unique_ptr<Source>> Gunzip(std::unique_ptr<Source> packed) {
  auto source = std::make_unique<GunzipSource>(std::move(packed));
  CAIRN_TRY(source->Open());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace cairn::shell
