// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/section_reader.h"

#include <zlib.h>

#include <algorithm>

namespace cairn::namenode {

namespace {

constexpr size_t kReadBytes = 4 << 20;
constexpr uint64_t kMessageBytesMax = 1 << 30;
constexpr size_t kVarintBytesMax = 10;
// zlib's window of 32 KiB, and either zlib's or gzip's header.
constexpr int kWindowBits = 15 + 32;

}  // namespace

struct SectionReader::Inflater {
  z_stream stream{};
  Inflater() { inflateInit2(&stream, kWindowBits); }
  ~Inflater() { inflateEnd(&stream); }
};

SectionReader::SectionReader(io::File& file, SectionExtent extent)
    : file_(file), extent_(std::move(extent)) {
  if (extent_.compressed) inflater_ = std::make_unique<Inflater>();
}

SectionReader::~SectionReader() = default;

Status SectionReader::Corrupt(const std::string& why) const {
  return Status(Code::kCorrupt, "section " + extent_.name + ": " + why);
}

Result<bool> SectionReader::Next(std::string_view* message) {
  if (available() < kVarintBytesMax) CAIRN_TRY(FillTo(kVarintBytesMax));
  if (available() == 0) return false;
  uint64_t size = 0;
  size_t prefix = 0;
  for (;; ++prefix) {
    if (prefix == available() || prefix == kVarintBytesMax) {
      return Corrupt("the length of a message is cut off");
    }
    const auto byte = static_cast<uint8_t>(window_[begin_ + prefix]);
    size |= static_cast<uint64_t>(byte & 0x7F) << (7 * prefix);
    if ((byte & 0x80) == 0) break;
  }
  ++prefix;
  if (size > kMessageBytesMax) {
    return Corrupt("a message claims to be " + std::to_string(size) + " bytes long");
  }
  if (available() < prefix + size) {
    CAIRN_TRY(FillTo(prefix + size));
    if (available() < prefix + size) return Corrupt("a message is cut off");
  }
  *message = std::string_view(window_).substr(begin_ + prefix, size);
  begin_ += prefix + size;
  return true;
}

Result<std::string> SectionReader::Rest() {
  while (!at_end_) CAIRN_TRY(ReadMore());
  std::string rest = window_.substr(begin_);
  begin_ = window_.size();
  return rest;
}

Status SectionReader::FillTo(size_t n) {
  while (available() < n && !at_end_) {
    window_.erase(0, begin_);
    begin_ = 0;
    CAIRN_TRY(ReadMore());
  }
  return Status();
}

Status SectionReader::ReadMore() {
  const size_t n = std::min<uint64_t>(kReadBytes, extent_.length - read_);
  if (n == 0) {
    at_end_ = true;
    return Status();
  }
  CAIRN_ASSIGN(const std::string bytes, file_.ReadAt(extent_.offset + read_, n));
  if (bytes.size() < n) return Corrupt("the file ends inside of it");
  read_ += n;
  if (inflater_ != nullptr) return Inflate(bytes);
  window_.append(bytes);
  return Status();
}

Status SectionReader::Inflate(std::string_view input) {
  z_stream& stream = inflater_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  std::string chunk(kReadBytes, '\0');
  do {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    window_.append(chunk, 0, chunk.size() - stream.avail_out);
    if (result == Z_STREAM_END) {
      // Sub-sections are streams of their own, one behind the other.
      inflateReset(&stream);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Corrupt("its compressed bytes are broken");
    }
    if (result == Z_BUF_ERROR && stream.avail_out != 0) break;
  } while (stream.avail_in > 0 || stream.avail_out == 0);
  return Status();
}

}  // namespace cairn::namenode
