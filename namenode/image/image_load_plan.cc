// SPDX-License-Identifier: Apache-2.0
#include "common/log/log.h"
#include "common/util/bytes.h"
#include "common/util/md5.h"
#include "namenode/image/image_reader.h"

namespace cairn::namenode {

Status VerifyImageMd5(io::Disk& disk, const std::string& image_path) {
  constexpr uint64_t kMd5FileBytesMax = 4096;
  constexpr size_t kHexBytes = 32;
  constexpr size_t kReadBytes = 4 << 20;
  const std::string md5_path = image_path + ".md5";
  if (!disk.Exists(md5_path)) {
    return Status(Code::kNotFound, "image " + image_path + " has no .md5 file beside it");
  }
  // "<hex> *fsimage_…"
  CAIRN_ASSIGN(const std::string text, disk.ReadFile(md5_path, kMd5FileBytesMax));
  CAIRN_ASSIGN(const std::unique_ptr<io::File> file,
               disk.Open(image_path, io::OpenMode::kRead));
  Md5 md5;
  for (uint64_t at = 0;;) {
    CAIRN_ASSIGN(const std::string bytes, file->ReadAt(at, kReadBytes));
    md5.Update(bytes);
    at += bytes.size();
    if (bytes.size() < kReadBytes) break;
  }
  const std::string actual = ToHex(md5.Finish());
  if (text.substr(0, kHexBytes) != actual) {
    return Status(Code::kChecksum, "image " + image_path + " has the MD5 " + actual +
                                       ", its .md5 file says " + text.substr(0, kHexBytes));
  }
  return Status();
}

Result<ChosenImage> ChooseImage(io::Disk& disk, const LoadPlan& plan) {
  Status last;
  for (const ImageFile& image : plan.images) {
    for (const std::string& path : image.paths) {
      const Status status = VerifyImageMd5(disk, path);
      if (!status.ok()) {
        LOG(kError, "image is not usable", {"path", path}, {"reason", status});
        last = status;
        continue;
      }
      CAIRN_ASSIGN(std::vector<Segment> segments, plan.SegmentsAfter(image.txid));
      return ChosenImage{path, image.txid, std::move(segments)};
    }
  }
  return Status(Code::kCorrupt, "no image can be used: " + last.message());
}

}  // namespace cairn::namenode
