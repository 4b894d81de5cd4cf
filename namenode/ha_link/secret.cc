// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace cairn::namenode::ha {

namespace {

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

Status CheckOwner(const std::string& path, const struct stat& st) {
  if (!S_ISREG(st.st_mode)) return Status(Code::kInvalidArgument, path + " is not a plain file");
  if ((st.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof(mode), "%04o", static_cast<unsigned>(st.st_mode & 07777));
    return Status(Code::kAccessDenied, path + " has mode " + mode +
                                           ": nobody but its owner may have access (chmod 600 " +
                                           path + ")");
  }
  if (st.st_uid != ::geteuid() && st.st_uid != 0) {
    return Status(Code::kAccessDenied, path + " belongs to another user");
  }
  return Status();
}

}  // namespace

Result<std::string> ReadSecretFile(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat st{};
  if (file.fd < 0 || ::fstat(file.fd, &st) != 0) {
    return Status(errno == ENOENT ? Code::kNotFound : Code::kIoError,
                  "secret of the pair " + path + ": " + std::strerror(errno));
  }
  if (const Status owner = CheckOwner(path, st); !owner.ok()) {
    return owner.WithContext("secret of the pair");
  }
  std::string secret(kSecretBytesMax + 2, '\0');
  const ssize_t n = ::read(file.fd, secret.data(), secret.size());
  if (n < 0) {
    return Status(Code::kIoError, "secret of the pair " + path + ": " + std::strerror(errno));
  }
  secret.resize(static_cast<size_t>(n));
  while (!secret.empty() && std::strchr(" \t\r\n", secret.back()) != nullptr) secret.pop_back();
  if (secret.size() < kSecretBytesMin || secret.size() > kSecretBytesMax) {
    return Status(Code::kInvalidArgument, "secret of the pair " + path + " must have " +
                                              std::to_string(kSecretBytesMin) + " to " +
                                              std::to_string(kSecretBytesMax) + " bytes");
  }
  return secret;
}

}  // namespace cairn::namenode::ha
