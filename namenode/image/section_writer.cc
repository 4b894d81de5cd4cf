// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/section_writer.h"

#include "common/util/bytes.h"
#include "common/wire/field_writer.h"

namespace cairn::namenode {

namespace {

constexpr std::string_view kMagic = "HDFSIMG1";
constexpr size_t kBufferBytes = 1 << 20;
constexpr uint32_t kFileVersion = 1;

}  // namespace

Result<std::unique_ptr<SectionWriter>> SectionWriter::Create(
    io::Disk& disk, const std::vector<std::string>& paths) {
  std::unique_ptr<SectionWriter> writer(new SectionWriter());
  for (const std::string& path : paths) {
    Result<std::unique_ptr<io::File>> file = disk.Open(path, io::OpenMode::kCreate);
    if (file.ok()) {
      writer->outputs_.push_back({path, std::move(*file)});
    } else {
      writer->failures_.emplace_back(path, file.status());
    }
  }
  CAIRN_TRY(writer->CheckOutputs());
  writer->buffer_.reserve(2 * kBufferBytes);
  writer->PutRaw(kMagic);
  writer->section_start_ = kMagic.size();
  return writer;
}

Status SectionWriter::CheckOutputs() const {
  if (!outputs_.empty()) return Status();
  if (failures_.empty()) return Status(Code::kIoError, "there is no directory for the image");
  return failures_.back().second.WithContext("no directory for the image is left");
}

template <typename Step>
void SectionWriter::OnEveryOutput(Step step) {
  std::erase_if(outputs_, [&](Output& output) {
    const Status status = step(output);
    if (!status.ok()) failures_.emplace_back(output.path, status);
    return !status.ok();
  });
}

void SectionWriter::PutMessage(std::string_view message) {
  wire::PutDelimited(buffer_, message);
  FlushWhenFull();
}

void SectionWriter::PutRaw(std::string_view bytes) {
  buffer_.append(bytes);
  FlushWhenFull();
}

void SectionWriter::FlushWhenFull() {
  if (buffer_.size() >= kBufferBytes) Flush();
}

void SectionWriter::Flush() {
  md5_.Update(buffer_);
  OnEveryOutput([this](Output& output) { return output.file->Append(buffer_); });
  flushed_ += buffer_.size();
  buffer_.clear();
}

Status SectionWriter::EndSection(const std::string& name) {
  const uint64_t end = flushed_ + buffer_.size();
  std::string section;
  wire::PutBytesField(section, 1, name);
  wire::PutVarintField(section, 2, end - section_start_);
  wire::PutVarintField(section, 3, section_start_);
  wire::PutBytesField(summary_sections_, 4, section);
  section_start_ = end;
  return CheckOutputs();
}

Result<WrittenImage> SectionWriter::Finish(int32_t layout_version) {
  std::string summary;
  wire::PutVarintField(summary, 1, kFileVersion);
  wire::PutVarintField(summary, 2, static_cast<uint32_t>(layout_version));
  summary += summary_sections_;
  std::string trunk;
  wire::PutDelimited(trunk, summary);
  const auto trunk_bytes = static_cast<uint32_t>(trunk.size());
  PutU32(trunk, trunk_bytes);
  PutRaw(trunk);
  Flush();
  OnEveryOutput([](Output& output) { return output.file->Sync(); });
  CAIRN_TRY(CheckOutputs());
  WrittenImage image;
  image.md5 = ToHex(md5_.Finish());
  image.bytes = flushed_;
  image.failures = failures_;
  for (const Output& output : outputs_) image.paths.push_back(output.path);
  return image;
}

}  // namespace cairn::namenode
