// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/checkpoint.h"
#include "namenode/image/image_placer.h"

namespace cairn::namenode {

Status FormatNamespace(io::Disk& disk, std::vector<NameStorage::Directory> directories,
                       const NamespaceInfo& info, const PermissionStatus& root) {
  CAIRN_ASSIGN(const std::unique_ptr<NameStorage> storage,
               NameStorage::StartFormat(disk, std::move(directories), info));
  const Tree tree(NewInode{.permission = root});
  const CarriedSections nothing;
  const ImageSource source{.tree = tree, .carried = nothing, .info = info};
  CAIRN_ASSIGN(const WrittenImage image,
               WriteImage(disk, CheckpointPaths(*storage, TxId(0)), source));
  if (!image.failures.empty()) return image.failures.front().second;
  CAIRN_TRY(PlaceImages(*storage, TxId(0), image));
  return storage->MarkFormatted();
}

}  // namespace cairn::namenode
