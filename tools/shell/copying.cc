// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/copying.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace cairn::shell {
namespace {

constexpr size_t kBufferBytes = 512 << 10;

class StandardInputSource final : public Source {
 public:
  explicit StandardInputSource(Console& console) : in_(console.in()) {}

  Result<size_t> Read(void* buffer, size_t n) override {
    const size_t got = std::fread(buffer, 1, n, in_);
    if (got == 0 && std::ferror(in_) != 0) {
      return Status(Code::kIoError, std::string("standard input: ") + strerror(errno));
    }
    return got;
  }
  Status Seek(uint64_t) override {
    return Status(Code::kUnsupported, "the standard input cannot seek");
  }

 private:
  FILE* const in_;
};

}  // namespace

Result<size_t> ReadFull(Source& source, char* buffer, size_t n) {
  size_t filled = 0;
  while (filled < n) {
    CAIRN_ASSIGN(const size_t got, source.Read(buffer + filled, n - filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

Status CopyAll(Source& source, Sink& sink, TransferProgress* progress) {
  std::vector<char> buffer(kBufferBytes);
  for (;;) {
    CAIRN_ASSIGN(const size_t got, source.Read(buffer.data(), buffer.size()));
    if (got == 0) return Status();
    CAIRN_TRY(sink.Write(buffer.data(), got));
    if (progress != nullptr) progress->Add(got);
  }
}

Result<uint64_t> PrintSome(Source& source, Console& console, uint64_t limit) {
  std::vector<char> buffer(std::min<uint64_t>(limit, kBufferBytes));
  uint64_t printed = 0;
  while (printed < limit) {
    const size_t wanted = std::min<uint64_t>(buffer.size(), limit - printed);
    CAIRN_ASSIGN(const size_t got, source.Read(buffer.data(), wanted));
    if (got == 0) break;
    CAIRN_TRY(console.PrintBytes(buffer.data(), got));
    printed += got;
  }
  return printed;
}

Status PrintAll(Source& source, Console& console) {
  return PrintSome(source, console, UINT64_MAX).status();
}

std::unique_ptr<Source> StandardInput(Console& console) {
  return std::make_unique<StandardInputSource>(console);
}

}  // namespace cairn::shell
