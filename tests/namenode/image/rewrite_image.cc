// SPDX-License-Identifier: Apache-2.0
// rewrite_image IN OUT: loads an image and writes it again, for comparison by Apache's viewer.
#include <cstdio>

#include "tests/namenode/image/image_fixture.h"

namespace cairn::namenode {
namespace {

Status Rewrite(const std::string& in, const std::string& out) {
  io::PosixDisk disk;
  TestNamespace ns;
  CAIRN_TRY(ns.Load(disk, in));
  ImageSource source = ns.Source(ns.image.txid, ns.image.layout_version);
  source.info.namespace_id = ns.image.namespace_id;
  const Result<WrittenImage> written = WriteImage(disk, {out}, source);
  return written.status();
}

}  // namespace
}  // namespace cairn::namenode

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: rewrite_image IN OUT\n");
    return 2;
  }
  const cairn::Status status = cairn::namenode::Rewrite(argv[1], argv[2]);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
