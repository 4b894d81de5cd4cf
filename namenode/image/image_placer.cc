// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/image_placer.h"

#include "common/log/log.h"

namespace cairn::namenode {

std::vector<std::string> CheckpointPaths(const NameStorage& storage, TxId txid) {
  std::vector<std::string> paths;
  for (const std::string& current : storage.ImageDirectories()) {
    paths.push_back(current + "/" + CheckpointName(txid));
  }
  return paths;
}

Status PlaceImages(NameStorage& storage, TxId txid, const WrittenImage& image) {
  io::Disk& disk = storage.disk();
  for (const auto& [path, status] : image.failures) storage.Fail(path, status);
  size_t placed = 0;
  Status last;
  for (const std::string& path : image.paths) {
    const std::string final_path = io::ParentOf(path) + "/" + ImageName(txid);
    // The sum first: an image without one is refused, a sum without an image is ignored.
    Status status = io::WriteFileAtomically(disk, final_path + ".md5",
                                            image.md5 + " *" + ImageName(txid) + "\n");
    if (status.ok()) status = disk.Rename(path, final_path);
    if (status.ok()) status = disk.SyncDirectory(io::ParentOf(path));
    if (status.ok()) {
      ++placed;
    } else {
      storage.Fail(path, status);
      last = status;
    }
  }
  if (placed == 0) return last.WithContext("no directory for the image is left");
  LOG(kInfo, "image written", {"txid", txid}, {"bytes", image.bytes}, {"directories", placed});
  return Status();
}

}  // namespace cairn::namenode
